import Glibc
import LinuxIO

/// A PostgreSQL of Seep's own: a fresh cluster in a temporary folder, on the loopback interface, gone afterwards.
///
/// The application gets a role without privileges, so that the slots reserved for superusers are kept from it as they would be
/// in earnest; Seep itself watches as a superuser through them. Takes about a second to start. Nothing is kept safe: fsync is off.
package final class ThrowawayPostgres: Sendable {
    package static let database = "seep_target"
    package static let applicationRole = "seep_target"
    package static let superuser = "seep"

    package let port: Int
    /// Removed by ``stop()``, and by a later Seep if this one cannot.
    package let folder: String
    /// As `server_version_num`: 150018 is 15.18.
    package let serverVersion: Int
    private let applicationPassword: String
    private let superuserPassword: String
    private let child: ChildProcess

    /// Makes a cluster and starts it.
    ///
    /// - Parameters:
    ///   - settings: `postgresql.conf` names and values; they win over ours.
    ///   - logPath: where PostgreSQL's own log goes; `nil`: only its last lines are kept.
    package static func start(
        settings: [String: String] = [:], binaries: PostgresBinaries? = nil, logPath: String? = nil, registry: ProcessRegistry,
        within: Duration = .seconds(60)
    ) async throws(ServerError) -> ThrowawayPostgres {
        let deadline = MonotonicInstant.now + within
        let programs: PostgresBinaries
        if let binaries { programs = binaries } else { programs = try PostgresBinaries.find() }
        let user = UnixUser.forPostgres
        let passwords = (superuser: password(), application: password())
        let port = try FreePort.pick()
        let folder = try system(operation) { () throws(SystemError) in try PostgresFolder.make(for: user) }
        do throws(ServerError) {
            let configuration = try PostgresSettings.file(settings, port: port, socketFolder: folder.path)
            let initdb = try await initialize(folder, programs, user, passwords.superuser, registry, deadline)
            let child: ChildProcess
            do throws(ServerError) {
                try system(operation) { () throws(SystemError) in
                    try Files.append(configuration, to: folder.data + "/postgresql.conf")
                }
                child = try await ChildProcess.start(
                    launch(programs.postgres, ["-D", folder.data], folder, user, port: port, logPath: logPath), registry: registry)
            } catch {
                initdb.close()
                throw error
            }
            // Only now, so that the registry knows the folder at every moment.
            initdb.close()
            do throws(ServerError) {
                let version = try await prepare(child, port, passwords.superuser, passwords.application, deadline)
                return ThrowawayPostgres(port, folder.path, version, passwords.application, passwords.superuser, child)
            } catch {
                _ = await end(child, folder)
                throw error
            }
        } catch {
            folder.remove()
            throw error
        }
    }

    private init(
        _ port: Int, _ folder: String, _ serverVersion: Int, _ applicationPassword: String, _ superuserPassword: String,
        _ child: ChildProcess
    ) {
        self.port = port
        self.folder = folder
        self.serverVersion = serverVersion
        self.applicationPassword = applicationPassword
        self.superuserPassword = superuserPassword
        self.child = child
    }

    /// For the application: `PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE` and `DATABASE_URL`.
    package var applicationEnvironment: [String: String] {
        [
            "PGHOST": "127.0.0.1", "PGPORT": String(port), "PGUSER": Self.applicationRole, "PGPASSWORD": applicationPassword,
            "PGDATABASE": Self.database, "DATABASE_URL": applicationURL,
        ]
    }

    /// Holds a password: not for printing.
    package var applicationURL: String { url(Self.applicationRole, applicationPassword) }

    /// For Seep: a superuser in the application's database. Holds a password: not for printing.
    package var samplerURL: String { url(Self.superuser, superuserPassword) }

    private func url(_ role: String, _ password: String) -> String {
        "postgresql://\(role):\(password)@127.0.0.1:\(port)/\(Self.database)"
    }

    /// `nil` while it runs; it should, until ``stop()``.
    package var exitStatus: Termination? { child.status }

    /// The end of PostgreSQL's log; at most 40 lines.
    package var lastLines: [String] { child.lastLines }

    /// Calls `action` at once when the cluster ends, by itself or stopped.
    package func onExit(_ action: @escaping @Sendable (Termination) -> Void) { child.onExit(action) }

    /// Ends every session and the cluster, and removes its folder. To be called once.
    @discardableResult
    package func stop() async -> StopReport {
        await Self.end(child, PostgresFolder(path: folder))
    }

    /// Fast shutdown, then immediate, then SIGKILL; the children have sessions of their own and are ended by the postmaster.
    private static func end(_ child: ChildProcess, _ folder: PostgresFolder) async -> StopReport {
        let steps = [
            ChildProcess.StopStep(signal: SIGINT, within: .seconds(5)), ChildProcess.StopStep(signal: SIGQUIT, within: .seconds(5)),
        ]
        return await child.stop(steps, beforeForgetting: folder.remove)
    }
}
