package import LinuxIO
package import Scenarios
import Synchronization

/// A server under test as it is to be started: everything expanded, nothing left to look up.
package struct ServerLaunch: Sendable {
    package var name: String
    /// Run by `/bin/sh -c`.
    package var command: String
    /// Absolute.
    package var workdir: String
    /// Added to Seep's own environment.
    package var environment: [String: String]
    /// The port that the server listens on, on the loopback interface.
    package var port: Int
    /// The path that answers below 500 once the server is ready; `nil`: the port accepts.
    package var ready: String?
    package var readyWithin: Duration
    package var stop: ServerSpec.Stop
    /// Where standard output and standard error go; a restart adds to it. `nil`: only the last lines are kept.
    package var logPath: String?
    package var logLimitBytes: Int

    /// - Parameters:
    ///   - command: that of `spec`, expanded.
    ///   - environment: that of `spec`, expanded, with the variables of a throwaway database.
    ///   - folder: the scenario's, absolute; `workdir` starts there.
    package init(
        _ spec: ServerSpec, command: String, environment: [String: String], folder: String, port: Int, logPath: String?,
        logLimitBytes: Int = 20_000_000
    ) {
        name = spec.name
        self.command = command
        workdir = Files.join(folder, spec.workdir)
        self.environment = environment
        self.port = port
        ready = spec.ready
        readyWithin = spec.readyWithin
        stop = spec.stop
        self.logPath = logPath
        self.logLimitBytes = logLimitBytes
    }
}

/// A server under test that was started.
package final class ServerProcess: Sendable {
    package let launch: ServerLaunch
    private let child: ChildProcess

    /// Starts the server; it is not ready yet.
    ///
    /// - Throws: ``ServerError/Kind/portInUse`` when somebody else listens on the port, naming them.
    package static func start(_ launch: ServerLaunch, registry: ProcessRegistry) async throws(ServerError) -> ServerProcess {
        guard SignalName.number(of: launch.stop.signal) != nil else {
            throw ServerError(
                .invalid, operation: "start \(launch.name)",
                message: "\(launch.stop.signal) is no signal to stop a server with; there are \(SignalName.all.joined(separator: ", "))")
        }
        try FreePort.require(launch.port, for: "start \(launch.name)")
        let child = try await ChildProcess.start(
            Launch(
                kind: .server, name: launch.name, executable: "/bin/sh", arguments: ["-c", ShellCommand.execForm(launch.command)],
                environment: launch.environment.mapValues { $0 }, workdir: launch.workdir, port: launch.port, logPath: launch.logPath,
                logLimitBytes: launch.logLimitBytes), registry: registry)
        return ServerProcess(launch, child)
    }

    private init(_ launch: ServerLaunch, _ child: ChildProcess) {
        self.launch = launch
        self.child = child
    }

    /// Waits until the server answers, at most `readyWithin`.
    ///
    /// - Parameter isStopped: asked again and again; the waiting ends once it says so.
    /// - Throws: ``ServerError/Kind/exited(_:)`` as soon as it ends, ``ServerError/Kind/notReady`` after the time,
    ///   ``ServerError/Kind/interrupted``. The server is not stopped by that: call ``stop()``.
    package func awaitReady(unless isStopped: @Sendable () -> Bool = { false }) async throws(ServerError) {
        let probe = ReadyProbe(port: launch.port, path: launch.ready)
        let deadline = MonotonicInstant.now + launch.readyWithin
        var last = ReadyProbe.Answer.refused
        while MonotonicInstant.now < deadline {
            if let status = child.status { throw ended(status) }
            last = await probe.ask(until: min(deadline, .now + .seconds(5)))
            // Whoever answers is not this server if it has ended.
            if let status = child.status { throw ended(status) }
            if last == .ready { return }
            if isStopped() { throw ServerError(.interrupted, operation: operation, message: "stopped before it was ready") }
            try? await Task.sleep(for: .milliseconds(25))
        }
        let place = "http://127.0.0.1:\(launch.port)\(launch.ready ?? "")"
        throw ServerError(
            .notReady, operation: operation, message: "not ready after \(launch.readyWithin.seconds) s: \(place): \(last)",
            lastLines: child.lastLines)
    }

    private var operation: String { "start \(launch.name)" }

    private func ended(_ status: Termination) -> ServerError {
        child.finishOutput()
        let hint = status.isSuccess ? "; a server that goes into the background has to be kept in the foreground" : ""
        return ServerError(
            .exited(status), operation: operation, message: "it ended with \(status) before it was ready\(hint)", lastLines: child.lastLines
        )
    }

    /// The process that the command became, or the shell that waits for it.
    package var identity: ProcessIdentity { child.identity }

    /// How the server ended; `nil` while it runs.
    package var exitStatus: Termination? { child.status }

    /// Waits, without a limit, until the server's first process has ended, by itself or stopped.
    package func exited() async -> Termination { await child.exited() }

    /// Calls `action` at once when the server's first process ends; on a thread of the concurrency runtime.
    package func onExit(_ action: @escaping @Sendable (Termination) -> Void) { child.onExit(action) }

    /// The last 40 lines that it printed.
    package var lastLines: [String] { child.lastLines }

    /// All living processes of the server: the first, its group, and what came from them. A look at the whole of `/proc`.
    package func processes() -> [ProcessStat] { child.refresh() }

    /// Ends the server and all that came from it: the signal to its group, `within`, then SIGKILL. To be called once.
    @discardableResult
    package func stop() async -> StopReport {
        let signal = SignalName.number(of: launch.stop.signal) ?? 15
        var report = await child.stop([ChildProcess.StopStep(signal: signal, within: launch.stop.within)])
        report.portIsFree = FreePort.isFree(launch.port)
        if !report.portIsFree {
            report.portHolder = Proc.listeners(onPort: launch.port).compactMap { ProcessDescription(pid: $0) }.first
        }
        return report
    }
}
