import Glibc
import LinuxIO
import Postgres
import Scenarios
package import Servers

/// A PgBouncer of a test, before the test cluster; ended by ``stop()``, at the latest when the test process exits.
package struct ThrowawayPgBouncer: Sendable {
    package enum Mode: String, Sendable, CaseIterable { case session, transaction }

    package let port: Int
    package let process: ServerProcess
    private let folder: String

    /// - Parameters:
    ///   - url: of a role in the cluster, with its password; the role may use PgBouncer, and every database behind it.
    ///   - settings: lines of `pgbouncer.ini` that win over ours.
    package static func start(_ mode: Mode, before url: String, settings: [String: String] = [:]) async throws -> ThrowawayPgBouncer {
        let info = try ConnectionInfo(parsing: url)
        let template = strdup("/tmp/seep-pgbouncer-XXXXXX")
        defer { free(template) }
        guard let template, let folder = mkdtemp(template).map({ String(cString: $0) }) else { throw SystemError("mkdtemp") }
        let port = try FreePort.pick()
        let values = [
            "listen_addr": "127.0.0.1", "listen_port": String(port), "unix_socket_dir": "", "auth_type": "md5",
            "auth_file": "\(folder)/users", "pool_mode": mode.rawValue, "admin_users": "boss", "stats_users": "watcher",
            "max_client_conn": "600",
        ].merging(settings) { _, given in given }
        let users = [info.user: info.options["password"] ?? "", "boss": "order", "watcher": "look", "nobody_of_it": "none"]
        try write(users.map { "\"\($0.key)\" \"\($0.value)\"\n" }.joined(), to: "\(folder)/users")
        try write(
            "[databases]\n* = host=127.0.0.1 port=\(info.port)\n[pgbouncer]\n"
                + values.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }.joined(), to: "\(folder)/pgbouncer.ini")
        chmod(folder, 0o755)
        // It refuses to run as root.
        let user = geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups -- " : ""
        let command = "PATH=$PATH:/usr/sbin exec \(user)pgbouncer -q \(folder)/pgbouncer.ini"
        let spec = ServerSpec(
            name: "pgbouncer", command: Template(verbatim: command), stop: ServerSpec.Stop(signal: "INT", within: .seconds(2)))
        let launch = ServerLaunch(spec, command: command, environment: [:], folder: folder, port: port, logPath: nil)
        let process = try await ServerProcess.start(launch, registry: TestProcesses.registry())
        try await process.awaitReady()
        return ThrowawayPgBouncer(port: port, process: process, folder: folder)
    }

    private static func write(_ text: String, to path: String) throws(SystemError) {
        guard let file = fopen(path, "w") else { throw SystemError("fopen \(path)") }
        fputs(text, file)
        fclose(file)
        chmod(path, 0o644)
    }

    package func stop() async {
        await process.stop()
        for name in ["users", "pgbouncer.ini"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    /// The same role and database through this PgBouncer.
    package func url(of direct: String) throws -> String {
        let info = try ConnectionInfo(parsing: direct)
        return "postgresql://\(info.user):\(info.options["password"] ?? "")@127.0.0.1:\(port)/\(info.database)"
    }

    package func console(_ user: String = "watcher", _ password: String = "look", database: String = "pgbouncer") -> String {
        "postgresql://\(user):\(password)@127.0.0.1:\(port)/\(database)"
    }
}
