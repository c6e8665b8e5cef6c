import Testing

@testable import Harness

@Suite("The exit code of several cells") struct RunStatusTests {
    @Test func `is the first of 70, 1, 4, 3 and 0 that occurred, in whatever order`() {
        let order: [RunStatus] = [.fault, .failed, .unusable, .inconclusive, .asWanted]
        for (index, status) in order.enumerated() {
            #expect(RunStatus.combined(Array(order[index...])) == status)
            #expect(RunStatus.combined(order[index...].reversed()) == status)
        }
        #expect(RunStatus.combined([]) == .asWanted)
    }

    @Test func `is that of the interruption when there was one`() {
        #expect(RunStatus.combined([.failed, .interrupted, .fault]) == .interrupted)
        #expect(RunStatus.combined([.terminated, .fault]) == .terminated)
    }

    @Test func `is the number that scripts know`() {
        let known: [RunStatus: Int32] = [
            .asWanted: 0, .failed: 1, .usage: 2, .inconclusive: 3, .unusable: 4, .fault: 70, .interrupted: 130, .terminated: 143,
        ]
        for (status, number) in known { #expect(status.rawValue == number) }
    }
}
