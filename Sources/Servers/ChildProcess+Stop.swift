import Glibc
import LinuxIO
import Synchronization

extension ChildProcess {
    /// A signal, and how long to wait for it to work.
    struct StopStep: Sendable {
        var signal: Int32
        var within: Duration
    }

    /// Ends the process and all that came from it, and says what it took.
    ///
    /// Each signal goes to the whole group. What stands outside the group is left to its parent to end, for a server may keep
    /// helpers in sessions of their own; once the group has gone, what is left of them was left behind and is ended too.
    /// Takes at most the sum of the steps and 12 s.
    ///
    /// - Parameter beforeForgetting: done once all of it has gone, while the registry still knows it: what is removed here is
    ///   removed by a later Seep when this one is killed in the middle.
    func stop(_ steps: [StopStep], beforeForgetting: () -> Void = {}) async -> StopReport {
        let began = MonotonicInstant.now
        var report = StopReport(outcome: .killed)
        let before = status
        _ = refresh()
        for step in steps where report.outcome == .killed {
            signalGroup(step.signal)
            if await wait(until: .now + step.within, for: { self.group().isEmpty }) {
                report.outcome = .stopped(signal: SignalName.name(of: step.signal))
            }
        }
        if case .stopped = report.outcome, let before { report.outcome = .hadExited(before) }
        await endOutsiders(&report)
        await killRest(&report)
        report.status = await exited(until: .now + .seconds(1))
        beforeForgetting()
        close()
        report.took = .now - began
        return report
    }

    /// Those of the family that live, after a look at the whole machine.
    func refresh() -> [ProcessStat] { family.withLock { $0.refresh() } }

    private func group() -> [ProcessStat] {
        family.withLock { family in family.alive().filter(family.isInGroup) }
    }

    private func outsiders() -> [ProcessStat] {
        family.withLock { family in family.alive().filter { !family.isInGroup($0) } }
    }

    private func signalGroup(_ signal: Int32) {
        // The group by its number while the leader guards it; else each that is known.
        if status == nil {
            kill(-identity.pid, signal)
        } else {
            for member in group() { kill(member.pid, signal) }
        }
    }

    /// Processes outside the group: half a second to go by themselves, then SIGTERM and two seconds.
    private func endOutsiders(_ report: inout StopReport) async {
        guard report.outcome != .killed else { return }
        _ = refresh()
        if await wait(until: .now + .milliseconds(500), for: { self.outsiders().isEmpty }) { return }
        report.leftBehind = outsiders().map(ProcessDescription.init)
        for stray in outsiders() { kill(stray.pid, SIGTERM) }
        _ = await wait(until: .now + .seconds(2), for: { self.outsiders().isEmpty })
    }

    /// SIGKILL to all that still lives, again and again, for it may have started more.
    private func killRest(_ report: inout StopReport) async {
        let deadline = MonotonicInstant.now + .seconds(5)
        while true {
            let left = refresh()
            if left.isEmpty { return }
            guard MonotonicInstant.now < deadline else {
                report.outcome = .failed
                report.survivors = left.map(ProcessDescription.init)
                return
            }
            for stat in left {
                let isKnown = report.leftBehind.contains { $0.pid == stat.pid }
                if !family.withLock({ $0.isInGroup(stat) }), !isKnown { report.leftBehind.append(ProcessDescription(stat)) }
                kill(stat.pid, SIGKILL)
            }
            _ = await wait(until: .now + .milliseconds(500), for: { self.family.withLock { $0.alive().isEmpty } })
        }
    }

    private func wait(until deadline: MonotonicInstant, for condition: () -> Bool) async -> Bool {
        while !condition() {
            guard MonotonicInstant.now < deadline else { return false }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return true
    }
}
