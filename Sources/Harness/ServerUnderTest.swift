import LinuxIO
import Measurements
import Scenarios
import Servers
import Synchronization

/// The server that a cell loads: set up, started, awaited, restarted and stopped; or somebody else's, only loaded.
final class ServerUnderTest: Sendable {
    private struct State {
        var process: ServerProcess?
        var stopping = false
    }

    let launch: ServerLaunch
    private let registry: ProcessRegistry
    private let state = Mutex(State())
    private let interruption: Interruption
    private let died: @Sendable (String) -> Void

    /// - Parameter died: called when the server ends without being asked to.
    init(launch: ServerLaunch, registry: ProcessRegistry, interruption: Interruption, died: @escaping @Sendable (String) -> Void) {
        self.launch = launch
        self.registry = registry
        self.interruption = interruption
        self.died = died
    }

    /// Starts the server and waits until it is ready.
    func start() async throws(ServerError) {
        let process = try await ServerProcess.start(launch, registry: registry)
        state.withLock { state in
            state.process = process
            state.stopping = false
        }
        do throws(ServerError) {
            try await process.awaitReady { [interruption] in interruption.isRequested }
        } catch {
            _ = await stop()
            throw error
        }
        process.onExit { [self] status in
            let unasked = state.withLock { !$0.stopping && $0.process === process }
            if unasked { died(Self.describe(process, status: "\(status)")) }
        }
    }

    private static func describe(_ process: ServerProcess, status: String) -> String {
        let lines = process.lastLines.suffix(8)
        let printed = lines.isEmpty ? "It printed nothing." : "Its last lines:\n" + lines.map { "    \($0)" }.joined(separator: "\n")
        return "\(process.launch.name) ended by itself (\(status)). \(printed)"
    }

    @discardableResult
    func stop() async -> StopReport? {
        let process = state.withLock { state -> ServerProcess? in
            state.stopping = true
            defer { state.process = nil }
            return state.process
        }
        return await process?.stop()
    }

    func restart() async throws(ServerError) {
        await stop()
        try await start()
    }

    var process: ServerProcess? { state.withLock { $0.process } }
}

extension StopReport {
    /// What is worth telling about a stop; `nil` when it went well.
    func remark(server: String) -> String? {
        var parts: [String] = []
        switch outcome {
        case .killed: parts.append("did not stop in time and was killed")
        case .failed: parts.append("could not be ended: \(survivors.map(\.description).joined(separator: ", "))")
        case .hadExited, .stopped: break
        }
        if !leftBehind.isEmpty { parts.append("left \(leftBehind.map(\.description).joined(separator: ", ")) running, which Seep ended") }
        if !portIsFree { parts.append("its port is still taken\(portHolder.map { " by \($0)" } ?? "")") }
        return parts.isEmpty ? nil : "\(server) " + parts.joined(separator: "; ")
    }
}
