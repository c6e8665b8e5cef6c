import Glibc
import LinuxIO
import Servers
import Synchronization
import Testing

/// The built `seep`, running as a process of its own.
///
/// Whatever a test does, it ends: what is still running when the value goes away is killed with all that it started.
final class SeepProcess: Sendable {
    /// How a `seep` ended and what it said.
    struct Ended: Sendable {
        /// `nil`: a signal ended it.
        var status: Int32?
        var signal: Int32?
        var output: String
        var errors: String

        /// Both streams, for a message of a test that fails.
        var said: String { output + errors }
    }

    struct TookTooLong: Error, CustomStringConvertible {
        var description: String
    }

    let identity: ProcessIdentity
    private let output: String
    private let errors: String
    private let cache: CacheFolder
    private let waited = Mutex<Int32?>(nil)

    var pid: pid_t { identity.pid }

    /// - Parameters:
    ///   - folder: an existing folder for what it prints, and to run in.
    ///   - environment: added to that of the tests.
    static func start(_ arguments: [String], in folder: String, environment: [String: String] = [:]) throws -> SeepProcess {
        var variables = currentEnvironment()
        for (name, value) in environment { variables[name] = value }
        let number = numbering.withLock { number in
            number += 1
            return number
        }
        let output = "\(folder)/stdout-\(number)"
        let errors = "\(folder)/stderr-\(number)"
        let pid = try spawn(
            ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder, BuiltProducts.seep] + arguments, variables, output: output, errors: errors
        )
        let cache = variables["XDG_CACHE_HOME"].map { CacheFolder(path: $0 + "/seep") } ?? .ofThisUser
        return SeepProcess(Proc.identity(pid) ?? ProcessIdentity(pid: pid, startTicks: 0), output, errors, cache)
    }

    private static let numbering = Mutex(0)

    private init(_ identity: ProcessIdentity, _ output: String, _ errors: String, _ cache: CacheFolder) {
        self.identity = identity
        self.output = output
        self.errors = errors
        self.cache = cache
    }

    deinit {
        guard poll() == nil else { return }
        kill(pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let owner = Owner(process: identity, bootID: Proc.bootID, userID: getuid(), namespace: Proc.pidNamespace)
        _ = Leftovers.endAll(of: owner, cache: cache, patience: .milliseconds(500))
    }

    func send(_ signal: Int32) { if poll() == nil { kill(pid, signal) } }

    var hasEnded: Bool { poll() != nil }

    /// What it printed so far.
    var said: String { TextFile.read(output) + TextFile.read(errors) }

    /// Waits until it ends.
    func ended(within limit: Duration) async throws -> Ended {
        let deadline = MonotonicInstant.now + limit
        while true {
            if let status = poll() {
                let signal = status & 0x7F
                return Ended(
                    status: signal == 0 ? status >> 8 & 0xFF : nil, signal: signal == 0 ? nil : signal, output: TextFile.read(output),
                    errors: TextFile.read(errors))
            }
            guard .now < deadline else { throw TookTooLong(description: "seep did not end within \(limit); it said:\n\(said)") }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// The wait status; `nil` while it runs.
    private func poll() -> Int32? {
        waited.withLock { waited in
            if waited == nil {
                var status: Int32 = 0
                if waitpid(pid, &status, WNOHANG) == pid { waited = status }
            }
            return waited
        }
    }

    /// Living processes that it started: they name it in their environment. Postgres hides its own, and is found by its folder.
    func started() -> [ProcessStat] {
        let stats = Proc.allStats().filter { !$0.hasEnded }
        let roots = stats.filter { stat in
            Proc.environment(stat.pid)?[Owner.variable].flatMap { Owner($0) }?.process == identity
        }
        var found = Dictionary(roots.map { ($0.pid, $0) }) { first, _ in first }
        for root in roots { for child in Proc.descendants(of: root.pid, in: stats) { found[child.pid] = child } }
        return found.values.sorted { $0.pid < $1.pid }
    }

    // MARK: Starting

    private static func currentEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return variables
    }

    private static func spawn(
        _ command: [String], _ variables: [String: String], output: String, errors: String
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var standard = sigset_t()
        sigemptyset(&standard)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&standard, signal) }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &standard)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for string in arguments + environment { free(string) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, command[0], &actions, &attributes, &arguments, &environment)
        guard code == 0 else { throw SystemError("posix_spawn \(command[0])", code: code) }
        return pid
    }
}

/// What was built beside the tests.
enum BuiltProducts {
    /// The folder of the test program, which is that of the products.
    static let folder: String = {
        let path = (try? TextFile.link("/proc/self/exe")) ?? ""
        return path.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
    }()

    static let seep = folder + "/seep"
}

/// Where the sources are.
enum Repository {
    static let path: String = {
        let parts = #filePath.split(separator: "/").dropLast(4)
        return parts.reduce("") { $0 + "/" + $1 }
    }()

    static func scenario(_ name: String) -> String { "\(path)/scenarios/\(name)" }
}
