import Glibc
import LinuxIO
import Postgres

extension ThrowawayPostgres {
    static let operation = "start a throwaway PostgreSQL"

    /// 128 bits from the system's generator, in letters that need no escaping anywhere.
    static func password() -> String {
        (0..<2).map { _ in String(UInt64.random(in: 0 ... .max), radix: 36) }.joined()
    }

    static func launch(
        _ program: String, _ arguments: [String], _ folder: PostgresFolder, _ user: UnixUser?, port: Int? = nil, logPath: String? = nil
    ) throws(ServerError) -> Launch {
        // PG* would be meant for another cluster; the language is that in which we look for errors.
        let cleared = ["PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGOPTIONS", "PGSERVICE", "LANG", "LANGUAGE"]
        var environment = Dictionary(uniqueKeysWithValues: cleared.map { ($0, String?.none) })
        environment["LC_ALL"] = "C"
        environment["TZ"] = "UTC"
        let command = try user?.running([program] + arguments) ?? [program] + arguments
        return Launch(
            kind: .postgres, name: "PostgreSQL", executable: command[0], arguments: Array(command.dropFirst()), environment: environment,
            workdir: folder.path, folder: folder.path, port: port, logPath: logPath)
    }

    /// Makes the cluster.
    ///
    /// - Returns: initdb, which has ended and is still in the registry: to be closed once something else there names the folder.
    static func initialize(
        _ folder: PostgresFolder, _ programs: PostgresBinaries, _ user: UnixUser?, _ password: String, _ registry: ProcessRegistry,
        _ deadline: MonotonicInstant
    ) async throws(ServerError) -> ChildProcess {
        try system(operation) { () throws(SystemError) in try folder.write(password + "\n", to: folder.passwordFile, for: user) }
        defer { unlink(folder.passwordFile) }
        let arguments = [
            "-D", folder.data, "-U", superuser, "--pwfile", folder.passwordFile, "-A", "scram-sha-256", "-E", "UTF8", "--locale", "C",
            "--no-sync",
        ]
        let initdb = try await ChildProcess.start(launch(programs.initdb, arguments, folder, user), registry: registry)
        let status = await initdb.exited(until: deadline)
        if let status, status.isSuccess { return initdb }
        _ = await initdb.stop([ChildProcess.StopStep(signal: SIGTERM, within: .seconds(2))])
        guard let status else {
            throw ServerError(.postgresFailed, operation: operation, message: "initdb did not end in time", lastLines: initdb.lastLines)
        }
        throw ServerError(
            .postgresFailed, operation: operation, message: "initdb ended with \(status)", lastLines: initdb.lastLines)
    }

    /// Waits until the cluster takes sessions, and makes the application's role and database; its version.
    static func prepare(
        _ child: ChildProcess, _ port: Int, _ superuserPassword: String, _ applicationPassword: String, _ deadline: MonotonicInstant
    ) async throws(ServerError) -> Int {
        let url = "postgresql://\(superuser):\(superuserPassword)@127.0.0.1:\(port)/postgres"
        while true {
            if let status = child.status { throw ended(child, status) }
            do throws(PostgresError) {
                var connection = try PostgresConnection(connecting: url, timeout: .seconds(5))
                // SQL has no parameters here; the password is letters and digits.
                _ = try connection.query("CREATE ROLE \(applicationRole) LOGIN PASSWORD '\(applicationPassword)'")
                _ = try connection.query("CREATE DATABASE \(database) OWNER \(applicationRole)")
                return connection.serverVersion
            } catch {
                // Not listening yet, or starting up (57P03).
                guard error.kind == .connectionFailed || error.kind == .timedOut, MonotonicInstant.now < deadline else {
                    throw ServerError(.postgresFailed, operation: operation, message: error.description, lastLines: child.lastLines)
                }
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    /// What PostgreSQL itself said of why it ended; its word on a setting first.
    private static func ended(_ child: ChildProcess, _ status: Termination) -> ServerError {
        child.finishOutput()
        let lines = child.lastLines
        let said = lines.first { $0.contains("parameter \"") } ?? lines.last { $0.contains("FATAL:") || $0.contains("PANIC:") }
        return ServerError(
            .postgresFailed, operation: operation, message: said.map(message(ofLogLine:)) ?? "it ended with \(status)", lastLines: lines)
    }

    /// `2026-01-01 00:00:00.000 UTC [1] LOG:  text` without what stands before the text.
    static func message(ofLogLine line: String) -> String {
        for level in ["LOG:  ", "FATAL:  ", "PANIC:  ", "ERROR:  "] {
            if let range = line.firstRange(of: level) { return String(line[range.upperBound...]) }
        }
        return line
    }
}
