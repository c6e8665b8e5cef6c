package import LinuxIO
package import Measurements

/// Sends the load of one cell, step by step, on a thread of its own.
///
/// May be used from any thread; steps are carried out one after another in the order in which ``run(_:)`` was called.
package final class LoadEngine: Sendable {
    private let mailbox: Mailbox
    private let thread: KernelThread
    /// Signalled by the sampler when the headroom is too small: the loop stops the load of the step under way.
    ///
    /// A signal while there is no load is dropped: whoever gives it repeats it for as long as its reason holds.
    package let guardSignal: EventFD

    /// By the name of each request, which transport it goes over and why, for people.
    package let transports: [String: String]

    private let ports: PortBudget

    /// Checks every request, raises the limit on descriptors, and makes what the load needs; sends nothing.
    package init(_ settings: LoadSettings) throws(LoadError) {
        do {
            mailbox = try Mailbox()
            guardSignal = try EventFD()
        } catch {
            throw .system(error)
        }
        let handover = Handover(loop: try LoadLoop(settings, mailbox: mailbox, guardSignal: guardSignal))
        transports = handover.loop.transports
        ports = PortBudget(settings, most: handover.loop.flightCapacity)
        do {
            thread = try KernelThread(name: "seep-load") { handover.loop.serve() }
        } catch {
            throw .system(error)
        }
    }

    /// The loop is made on one thread and then used by another alone.
    private struct Handover: @unchecked Sendable {
        // Sound because the maker keeps no reference: only the load's thread touches the loop once it has started.
        let loop: LoadLoop
    }

    deinit {
        finish()
    }

    /// Carries out the load of a step, without its settle.
    ///
    /// Returns when the last response has ended or the load was stopped, all client connections are closed, and all rows of the step
    /// are in the files.
    package func run(_ step: Step) async throws(LoadError) -> LoadOutcome {
        let reply = await withCheckedContinuation { continuation in
            if !mailbox.put(Mailbox.Order(step: step, reply: continuation)) { continuation.resume(returning: .failed(.finished)) }
        }
        switch reply {
        case .ended(let outcome): return outcome
        case .failed(let error): throw error
        }
    }

    /// What this machine lacks for a step, in words; `nil`: nothing that is known. To be told before the load.
    package func shortage(before step: Step) -> String? { ports.shortage(step) }

    /// Stops the load under way at once, and what waits behind it: nothing more is started, what is in flight is given up and
    /// counted as hung up. Without effect when there is no load.
    package func stopLoad(_ reason: LoadOutcome.Stop = .interrupted) {
        mailbox.stop(reason)
    }

    /// What the load is doing now.
    package var live: LiveLoad { mailbox.live }

    /// Stops what is under way and ends the thread; ``run(_:)`` fails from now on. Further calls do nothing.
    package func finish() {
        if mailbox.finish() { thread.join() }
    }
}
