/// What it took to stop a process with all that came from it.
package struct StopReport: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        /// It had ended before it was asked to.
        case hadExited(Termination)
        /// By the signal, in time.
        case stopped(signal: String)
        /// It had to be killed.
        case killed
        /// Something could not be ended even by SIGKILL; see ``StopReport/survivors``.
        case failed
    }

    package internal(set) var outcome: Outcome
    /// How the first process ended; `nil` when it did not.
    package internal(set) var status: Termination?
    /// Processes outside its group that it left running, and that Seep ended.
    package internal(set) var leftBehind: [ProcessDescription] = []
    package internal(set) var survivors: [ProcessDescription] = []
    /// Who listens on the port afterwards; nobody should.
    package internal(set) var portHolder: ProcessDescription?
    /// Whether the port could be bound afterwards; `true` when there is none.
    package internal(set) var portIsFree = true
    package internal(set) var took: Duration = .zero

    /// Stopped by the signal alone, and nothing left.
    package var isClean: Bool {
        guard case .stopped = outcome else { return false }
        return leftBehind.isEmpty && survivors.isEmpty && portIsFree
    }
}
