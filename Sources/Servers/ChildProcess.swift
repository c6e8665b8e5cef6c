import Glibc
import LinuxIO
import Subprocess
import Synchronization
import SystemPackage

/// What to start, and how.
struct Launch: Sendable {
    var kind: ProcessRecord.Kind
    /// For messages: `granian-2`.
    var name: String
    var executable: String
    var arguments: [String]
    /// Added to Seep's own environment; `nil` takes a variable out.
    var environment: [String: String?] = [:]
    /// Absolute.
    var workdir: String
    /// To be removed when the process has gone, also by a later Seep.
    var folder: String?
    var port: Int?
    var logPath: String?
    var logLimitBytes = 20_000_000
    var onLine: (@Sendable (String) -> Void)?
}

/// A process that Seep started: in a group of its own, written down before it starts, its output captured, its end known at once.
final class ChildProcess: Sendable {
    let identity: ProcessIdentity
    let launch: Launch
    let record: ProcessRecord
    private let registry: ProcessRegistry
    private let output: OutputCapture
    private let latch: ExitLatch
    let family: Mutex<ProcessFamily>

    static func start(_ launch: Launch, registry: ProcessRegistry) async throws(ServerError) -> ChildProcess {
        let operation = "start \(launch.name)"
        guard Files.isFolder(launch.workdir) else {
            throw ServerError(.notStarted, operation: operation, message: "the working folder \(launch.workdir) does not exist")
        }
        let record = try system(operation) { () throws(SystemError) in
            try registry.begin(kind: launch.kind, name: launch.name, folder: launch.folder, port: launch.port)
        }
        let output: OutputCapture
        let writeEnd: Int32
        do throws(SystemError) {
            (output, writeEnd) = try capture(launch)
        } catch {
            registry.ended(record)
            throw ServerError(.system, operation: operation, message: error.description)
        }
        let latch = ExitLatch()
        do throws(ServerError) {
            let identity = try await spawn(launch, token: record.token, writeEnd: writeEnd, latch: latch)
            registry.started(record, as: identity)
            return ChildProcess(identity, launch, record, registry, output, latch)
        } catch {
            output.finish()
            registry.ended(record)
            throw error
        }
    }

    private init(
        _ identity: ProcessIdentity, _ launch: Launch, _ record: ProcessRecord, _ registry: ProcessRegistry, _ output: OutputCapture,
        _ latch: ExitLatch
    ) {
        self.identity = identity
        self.launch = launch
        self.record = record
        self.registry = registry
        self.output = output
        self.latch = latch
        family = Mutex(ProcessFamily(leader: identity, token: record.token))
    }

    /// `nil` while it runs.
    var status: Termination? { latch.status }

    func exited() async -> Termination { await latch.wait() }

    func onExit(_ action: @escaping @Sendable (Termination) -> Void) { latch.whenSet(action) }

    /// The last 40 lines of standard output and standard error.
    var lastLines: [String] { output.lastLines }

    /// Waits for the end, at most until `deadline` or until `isStopped` says so; `nil`: it still runs.
    func exited(until deadline: MonotonicInstant, unless isStopped: () -> Bool = { false }) async -> Termination? {
        while true {
            if let status { return status }
            guard MonotonicInstant.now < deadline, !isStopped() else { return nil }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Reads what it printed to the end; for when it has exited and its last lines matter.
    func finishOutput() { output.finish() }

    /// To be called when nothing of it lives any more: reads the rest of the output and strikes it from the registry.
    func close() {
        output.finish()
        registry.ended(record)
    }

    private static func capture(_ launch: Launch) throws(SystemError) -> (OutputCapture, writeEnd: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError("pipe") }
        let readEnd = OwnedDescriptor(taking: ends[0])
        let writeEnd = OwnedDescriptor(taking: ends[1])
        let isSet = fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 && fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0
        guard isSet, fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 else { throw SystemError("fcntl") }
        var log: CappedLog?
        if let path = launch.logPath { log = try CappedLog(path: path, limitBytes: launch.logLimitBytes) }
        let output = try OutputCapture(reading: readEnd, log: log, onLine: launch.onLine)
        return (output, writeEnd.release())
    }

    /// Starts the process, and leaves a task waiting for its end that sets `latch`.
    private static func spawn(
        _ launch: Launch, token: String, writeEnd: Int32, latch: ExitLatch
    ) async throws(ServerError) -> ProcessIdentity {
        var options = PlatformOptions()
        options.processGroupID = 0
        var environment: [Environment.Key: String?] = [:]
        for (name, value) in launch.environment { environment[Environment.Key(stringLiteral: name)] = value }
        environment[Environment.Key(stringLiteral: Owner.variable)] = Owner.current.text
        environment[Environment.Key(stringLiteral: ProcessRegistry.tokenVariable)] = token
        let configuration = Configuration(
            executable: .path(FilePath(launch.executable)), arguments: Arguments(launch.arguments),
            environment: .inherit.updating(environment), workingDirectory: FilePath(launch.workdir), platformOptions: options)
        let started: Result<ProcessIdentity, ServerError> = await withCheckedContinuation { continuation in
            let answer = OnceAnswer(continuation)
            Task.detached {
                do {
                    let outcome = try await run(
                        configuration, input: .none,
                        output: .fileDescriptor(FileDescriptor(rawValue: writeEnd), closeAfterSpawningProcess: true),
                        error: .combinedWithOutput
                    ) { execution in
                        let pid = execution.processIdentifier.value
                        // Not waited for yet, so it is in /proc even when it has ended.
                        answer.give(.success(Proc.identity(pid) ?? ProcessIdentity(pid: pid, startTicks: 0)))
                    }
                    switch outcome.terminationStatus {
                    case .exited(let code): latch.set(.code(code))
                    case .signaled(let number): latch.set(.signal(number))
                    }
                } catch {
                    answer.give(.failure(ServerError(.notStarted, operation: "start \(launch.name)", message: "\(error)")))
                    latch.set(.code(-1))
                }
            }
        }
        return try started.get()
    }
}

/// An answer that may be given once, by whichever path comes first.
private final class OnceAnswer: Sendable {
    private let continuation: Mutex<CheckedContinuation<Result<ProcessIdentity, ServerError>, Never>?>

    init(_ continuation: CheckedContinuation<Result<ProcessIdentity, ServerError>, Never>) {
        self.continuation = Mutex(continuation)
    }

    func give(_ value: Result<ProcessIdentity, ServerError>) {
        let waiting = continuation.withLock { $0.take() }
        waiting?.resume(returning: value)
    }
}
