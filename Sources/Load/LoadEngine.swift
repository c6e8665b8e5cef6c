package import LinuxIO
package import Measurements
import Scenarios
import Synchronization

/// Sends the load of one cell, step by step, on threads of its own, and writes its rows on one more.
///
/// May be used from any thread; steps are carried out one after another in the order in which ``run(_:)`` was called.
package final class LoadEngine: Sendable {
    private let settings: LoadSettings
    /// One for each load thread.
    private let mailboxes: [Mailbox]
    private let writer: LoadWriter
    private let running: Running
    /// Descriptors that there are for connections.
    private let possible: Int
    /// Held while an order is put in: all threads get the orders in the same sequence.
    private let isFinished = Mutex(false)
    /// Signalled by the sampler when the headroom is too small: each load thread stops the load of the step under way.
    ///
    /// A signal while there is no load is dropped: whoever gives it repeats it for as long as its reason holds.
    package let guardSignal: EventFD

    /// By the name of each request, which transport it goes over and why, for people.
    package let transports: [String: String]

    private let ports: PortBudget

    /// Checks every request, raises the limit on descriptors, and makes what the load needs; sends nothing.
    package init(_ settings: LoadSettings) throws(LoadError) {
        self.settings = settings
        let count = max(settings.threads, 1)
        let scenario = settings.scenario
        possible = DescriptorLimit.raise()
        let wanted = scenario.load.map(\.mostInFlight).max() ?? 0
        guard wanted <= possible else { throw .tooManyInFlight(wanted: wanted, possible: possible) }
        do {
            mailboxes = try (0..<count).map { _ throws(SystemError) in try Mailbox() }
            let others = try (1..<count).map { _ throws(SystemError) in try EventFD() }
            guardSignal = try EventFD(with: others)
            writer = try LoadWriter(
                threads: count, names: RequestTable.specs(of: scenario).map(\.name), directory: settings.directory,
                hasArrivals: scenario.load.contains(where: \.isOpen))
            let places = DataPlaces(sets: scenario.data.count)
            var loops: [LoadLoop] = []
            for index in 0..<count {
                loops.append(
                    try LoadLoop(
                        settings, shard: Shard(index: index, count: count), places: places, mailbox: mailboxes[index],
                        guardSignal: index == 0 ? guardSignal : others[index - 1], writer: writer))
            }
            transports = loops[0].transports
            ports = PortBudget(settings, most: wanted)
            running = try Running(loops, mailboxes, writer)
        } catch let error as LoadError {
            throw error
        } catch let error as SystemError {
            throw .system(error)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// The threads, from their start to their end.
    private final class Running: Sendable {
        private let loops: [KernelThread]
        private let writing: KernelThread

        /// The loop is made on one thread and then used by another alone.
        private struct Handover: @unchecked Sendable {
            // Sound because the maker keeps no reference: only the load's thread touches the loop once it has started.
            let loop: LoadLoop
        }

        /// Starts all of them, or none.
        init(_ loops: [LoadLoop], _ mailboxes: [Mailbox], _ writer: LoadWriter) throws(SystemError) {
            let writing = try KernelThread(name: "seep-write") { writer.serve() }
            var threads: [KernelThread] = []
            do {
                for (index, loop) in loops.enumerated() {
                    let handover = Handover(loop: loop)
                    threads.append(try KernelThread(name: index == 0 ? "seep-load" : "seep-load-\(index)") { handover.loop.serve() })
                }
            } catch {
                for mailbox in mailboxes.prefix(threads.count) { _ = mailbox.finish() }
                for thread in threads { thread.join() }
                writer.finish()
                writing.join()
                throw error
            }
            self.loops = threads
            self.writing = writing
        }

        func join(_ writer: LoadWriter) {
            for thread in loops { thread.join() }
            writer.finish()
            writing.join()
        }
    }

    deinit {
        finish()
    }

    /// Carries out the load of a step, without its settle.
    ///
    /// Returns when the last response has ended or the load was stopped, all client connections are closed, and all rows of the step
    /// are in the files.
    package func run(_ step: Step) async throws(LoadError) -> LoadOutcome {
        let plan = try StepPlan(step, settings)
        guard plan.maximumInFlight <= possible else { throw .tooManyInFlight(wanted: plan.maximumInFlight, possible: possible) }
        let reply = await withCheckedContinuation { continuation in
            let isTaken = isFinished.withLock { isFinished in
                guard !isFinished else { return false }
                let order = StepOrder(plan, reply: continuation)
                for mailbox in mailboxes.prefix(plan.threads) { _ = mailbox.put(order) }
                return true
            }
            if !isTaken { continuation.resume(returning: .failed(.finished)) }
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
        for mailbox in mailboxes { mailbox.stop(reason) }
    }

    /// What the load is doing now.
    ///
    /// Of several threads the quantiles are not added up: the median is the mean of theirs, each as heavy as its rate, and the p99 the
    /// largest.
    package var live: LiveLoad {
        guard mailboxes.count > 1 else { return mailboxes[0].live }
        let all = mailboxes.map(\.live)
        var sum = LiveLoad()
        var planned: Int? = 0
        for live in all {
            sum.perSecond += live.perSecond
            sum.done += live.done
            sum.startedInStep += live.startedInStep
            planned = planned.flatMap { planned in live.plannedInStep.map { planned + $0 } }
            sum.inFlight += live.inFlight
            sum.unexpected += live.unexpected
            sum.dropped += live.dropped
            sum.p99 = max(sum.p99, live.p99)
        }
        sum.plannedInStep = planned
        let weight = max(all.reduce(0) { $0 + $1.perSecond }, 1)
        sum.p50 = all.reduce(0) { $0 + $1.p50 * $1.perSecond } / weight
        return sum
    }

    /// Stops what is under way and ends the threads; ``run(_:)`` fails from now on. Further calls do nothing.
    package func finish() {
        let isFirst = isFinished.withLock { isFinished in
            defer { isFinished = true }
            return !isFinished
        }
        guard isFirst else { return }
        for mailbox in mailboxes { _ = mailbox.finish() }
        running.join(writer)
    }
}
