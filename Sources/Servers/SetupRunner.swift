import Glibc
import LinuxIO

/// Runs the `setup:` of a server once, and remembers that it did.
package struct SetupRunner: Sendable {
    private let registry: ProcessRegistry

    package init(registry: ProcessRegistry) {
        self.registry = registry
    }

    package enum Outcome: Hashable, Sendable {
        case ran(Duration)
        /// It had been done before.
        case cached
    }

    private static let marker = ".done"

    /// Runs `command` unless the plan's folder says that it was done.
    ///
    /// Two Seeps do not set up at once: the second waits for the first, and finds it done. What a setup that failed has left is
    /// removed before the next try.
    ///
    /// - Parameters:
    ///   - command: the setup with every placeholder filled in.
    ///   - force: do it again from nothing even if it was done.
    ///   - within: for the waiting and the setup together.
    ///   - progress: called with each line that it prints, on a thread of its own.
    ///   - isStopped: asked again and again; the setup is ended once it says so.
    /// - Throws: ``ServerError/Kind/setupFailed`` with the last 40 lines; ``ServerError/Kind/interrupted``.
    package func run(
        _ plan: SetupPlan, command: String, environment: [String: String] = [:], force: Bool = false,
        within: Duration = .seconds(1800), progress: @escaping @Sendable (String) -> Void = { _ in },
        unless isStopped: @Sendable () -> Bool = { false }
    ) async throws(ServerError) -> Outcome {
        let began = MonotonicInstant.now
        let operation = "set up \(plan.name)"
        let folder = plan.cacheFolder
        let marker = folder + "/" + Self.marker
        let lock = try await lock(folder + ".lock", operation, until: began + within, unless: isStopped, progress)
        defer { _ = lock.raw }
        if !force, Files.exists(marker) { return .cached }
        try system(operation) { () throws(SystemError) in
            guard Files.remove(folder) else { throw SystemError("remove \(folder)") }
            try Files.makeFolder(folder)
        }
        let child = try await ChildProcess.start(
            Launch(
                kind: .setup, name: plan.name, executable: "/bin/sh", arguments: ["-c", command],
                environment: environment.mapValues { $0 }, workdir: plan.workdir, logPath: folder + "/setup.log", onLine: progress),
            registry: registry)
        let status = await child.exited(until: began + within, unless: isStopped)
        // Also when it succeeded: a setup leaves nothing running.
        _ = await child.stop([ChildProcess.StopStep(signal: SIGTERM, within: .seconds(5))])
        guard let status, status.isSuccess else {
            if isStopped() { throw Self.interrupted(operation) }
            let how = status.map { "ended with \($0)" } ?? "did not end within \(within.seconds) s"
            throw ServerError(
                .setupFailed, operation: operation, message: "the setup \(how); all of its output: \(folder)/setup.log",
                lastLines: child.lastLines)
        }
        try system(operation) { () throws(SystemError) in try Files.write(command + "\n", to: marker) }
        return .ran(.now - began)
    }

    private static func interrupted(_ operation: String) -> ServerError {
        ServerError(.interrupted, operation: operation, message: "stopped before it was done")
    }

    /// Holds the lock of a setup, which goes with the descriptor, so also with a Seep that is killed.
    private func lock(
        _ path: String, _ operation: String, until deadline: MonotonicInstant, unless isStopped: @Sendable () -> Bool,
        _ progress: @Sendable (String) -> Void
    ) async throws(ServerError) -> OwnedDescriptor {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        try system(operation) { () throws(SystemError) in try Files.makeFolder(folder) }
        let raw = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard raw >= 0 else { throw ServerError(.system, operation: operation, message: SystemError("open \(path)").description) }
        let file = OwnedDescriptor(taking: raw)
        var hasSaid = false
        while flock(raw, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw ServerError(.system, operation: operation, message: SystemError("flock \(path)").description)
            }
            guard MonotonicInstant.now < deadline else {
                throw ServerError(.setupFailed, operation: operation, message: "another Seep is still setting it up; \(path) is locked")
            }
            if isStopped() { throw Self.interrupted(operation) }
            if !hasSaid { progress("waiting for another Seep that sets up \(operation.dropFirst(7))") }
            hasSaid = true
            try? await Task.sleep(for: .milliseconds(100))
        }
        return file
    }
}
