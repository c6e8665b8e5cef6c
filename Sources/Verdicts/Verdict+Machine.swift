extension Verdict {
    /// With what its reason has to say of the machine that the load came from; what the run came to stays the same.
    ///
    /// - Parameter localFailures: connections that this machine had no port, descriptor or memory for.
    package func telling(localFailures: Int) -> Verdict {
        guard localFailures > 0 else { return self }
        var told = self
        told.reason +=
            " The load was not what was asked for: this machine had no port, descriptor or memory for"
            + " \(localFailures) \(localFailures == 1 ? "connection" : "connections")."
        return told
    }
}
