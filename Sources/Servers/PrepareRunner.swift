import LinuxIO

/// Runs the `prepare:` of a server: what has to be done in each cell before its command, such as migrations of a fresh database.
package enum PrepareRunner {
    /// - Parameters:
    ///   - launch: that of the server; environment, working folder, and the time that it may take are the same.
    ///   - command: for `/bin/sh -c`, expanded.
    ///   - logPath: where its output goes.
    ///   - isStopped: asked again and again; the command is ended once it says so.
    /// - Throws: ``ServerError/Kind/prepareFailed`` with the last 40 lines; ``ServerError/Kind/interrupted``.
    package static func run(
        _ launch: ServerLaunch, command: String, logPath: String, registry: ProcessRegistry,
        progress: @escaping @Sendable (String) -> Void = { _ in }, unless isStopped: @Sendable () -> Bool = { false }
    ) async throws(ServerError) {
        let operation = "prepare \(launch.name)"
        let child = try await ChildProcess.start(
            Launch(
                kind: .setup, name: launch.name, executable: "/bin/sh", arguments: ["-c", command],
                environment: launch.environment.mapValues { $0 }, workdir: launch.workdir, logPath: logPath, onLine: progress),
            registry: registry)
        let status = await child.exited(until: .now + launch.readyWithin, unless: isStopped)
        // Also when it succeeded: it leaves nothing running.
        _ = await child.stop([ChildProcess.StopStep(signal: 15, within: .seconds(5))])
        guard status?.isSuccess != true else { return }
        if isStopped() { throw ServerError(.interrupted, operation: operation, message: "stopped before it was done") }
        let how = status.map { "ended with \($0)" } ?? "did not end within \(launch.readyWithin.seconds) s (ready_within)"
        throw ServerError(
            .prepareFailed, operation: operation, message: "the command \(how); all of its output: \(logPath)", lastLines: child.lastLines)
    }
}
