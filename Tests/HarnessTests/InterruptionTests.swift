import Glibc
import LinuxIO
import Synchronization
import Testing

@testable import Harness

@Suite("An interruption") struct InterruptionTests {
    @Test func `by the first signal runs what was asked for, once, and tells the exit code`() {
        for (signal, status) in [(SIGINT, RunStatus.interrupted), (SIGTERM, .terminated), (SIGHUP, .interrupted)] {
            let interruption = Interruption()
            let calls = Counted()
            interruption.onFirst { calls.count() }
            #expect(!interruption.isRequested)
            #expect(interruption.status == nil)
            interruption.received(signal)
            #expect(interruption.isRequested)
            #expect(interruption.status == status)
            #expect(calls.number == 1)
        }
    }

    @Test func `that has come already is told at once, and one that was taken back is not`() {
        let interruption = Interruption()
        let calls = Counted()
        interruption.onFirst { calls.count() }
        interruption.onFirst(nil)
        interruption.received(SIGINT)
        #expect(calls.number == 0)
        interruption.onFirst { calls.count() }
        #expect(calls.number == 1)
    }

    @Test func `ends a sleep, and so does a reason to wake up`() async {
        let interruption = Interruption()
        #expect(await interruption.sleep(until: .now + .milliseconds(1)))
        #expect(await !interruption.sleep(until: .now + .seconds(600)) { true })
        async let slept = interruption.sleep(until: .now + .seconds(600))
        interruption.received(SIGINT)
        #expect(await !slept)
    }
}

/// Counts calls from any thread.
private final class Counted: Sendable {
    private let value = Atomic(0)

    func count() { value.add(1, ordering: .relaxed) }

    var number: Int { value.load(ordering: .relaxed) }
}
