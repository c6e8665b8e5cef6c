internal import CLibPQ
import LinuxIO

/// One session of PostgreSQL, held through libpq and closed with the value.
///
/// Used by one thread at a time, which its operations block, each within its timeout. Names of hosts are the exception:
/// libpq looks them up by getaddrinfo(3), whose own limits hold. Notices of the server are dropped.
package struct PostgresConnection: ~Copyable, @unchecked Sendable {
    // Unchecked: libpq lets a connection move between threads; that only one uses it is what `~Copyable` and `mutating` say.
    let handle: OpaquePointer
    /// Whether an operation has left the session in a state nobody knows: lost, or timed out. Only closing it remains.
    package internal(set) var isBroken = false

    /// Opens a session.
    ///
    /// - Parameters:
    ///   - conninfo: a libpq URI or keyword string.
    ///   - overrides: libpq keywords that win over those in `conninfo`: `application_name`, `options`, `dbname`.
    ///   - timeout: for the whole of it, whatever `connect_timeout` says.
    package init(
        connecting conninfo: String, overrides: [String: String] = [:], timeout: Duration = .seconds(10)
    ) throws(PostgresError) {
        let deadline = MonotonicInstant.now + timeout
        let info = try ConnectionInfo(parsing: conninfo)
        // Of two values for a keyword libpq takes the later; `dbname` is the connection string that it expands.
        var parameters = [("fallback_application_name", "seep"), ("dbname", conninfo), ("client_encoding", "UTF8")]
        if conninfo.isEmpty { parameters.remove(at: 1) }
        parameters += overrides.sorted { $0.key < $1.key }
        guard let handle = Self.start(parameters) else {
            throw PostgresError(.connectionFailed, operation: "connect", message: "out of memory")
        }
        do throws(PostgresError) {
            _ = PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
            _ = PQsetNoticeProcessor(handle, { _, _ in }, nil)
            try Self.finishConnecting(handle, to: info, conninfo: conninfo, deadline: deadline)
            _ = PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
            guard PQsetnonblocking(handle, 1) == 0 else {
                throw PostgresError(.connectionLost, operation: "connect", message: "libpq cannot make the socket non-blocking")
            }
        } catch {
            PQfinish(handle)
            throw error
        }
        self.handle = handle
    }

    deinit {
        PQfinish(handle)
    }

    private static func start(_ parameters: [(String, String)]) -> OpaquePointer? {
        let keywords = parameters.map { $0.0.copied() }
        let values = parameters.map { $0.1.copied() }
        defer {
            for pointer in keywords + values { pointer.deallocate() }
        }
        let end: [UnsafePointer<CChar>?] = [nil]
        return PQconnectStartParams(keywords.map { UnsafePointer($0) } + end, values.map { UnsafePointer($0) } + end, 1)
    }

    private static func finishConnecting(
        _ handle: OpaquePointer, to info: ConnectionInfo, conninfo: String, deadline: MonotonicInstant
    ) throws(PostgresError) {
        guard PQstatus(handle) != CONNECTION_BAD else { throw failure(handle, info, conninfo) }
        var wanted = PGRES_POLLING_WRITING
        while wanted != PGRES_POLLING_OK {
            guard wanted != PGRES_POLLING_FAILED else { throw failure(handle, info, conninfo) }
            let wait = SocketWait.wait(
                PQsocket(handle), read: wanted != PGRES_POLLING_WRITING, write: wanted == PGRES_POLLING_WRITING, until: deadline)
            guard wait != .deadline else {
                throw PostgresError(.timedOut, operation: "connect", message: "no session with \(info) within the time allowed")
            }
            wanted = PQconnectPoll(handle)
        }
    }

    private static func failure(_ handle: OpaquePointer, _ info: ConnectionInfo, _ conninfo: String) -> PostgresError {
        let said = ServerMessage(connecting: String(cString: PQerrorMessage(handle)))
        let plain = [info.user, info.database, info.host].compactMap(\.self)
        let line = Redaction.strike(said.line, secretsOf: conninfo, plain: plain)
        return PostgresError(said.kind, operation: "connect", message: line, sqlstate: said.sqlstate)
    }

    /// The descriptor of the session's socket, for finding its port; libpq owns it.
    package var socket: Int32 { PQsocket(handle) }

    /// As `server_version_num`: 150018 is 15.18. 0 when a pooler gives no number.
    package var serverVersion: Int { Int(PQserverVersion(handle)) }

    /// The pid of the session's backend, on the machine of the server; behind a pooler, a number of the pooler's.
    package var backendPID: Int32 { PQbackendPID(handle) }

    /// A setting that the server reports unasked: `server_version`, `TimeZone`, `is_superuser`, `in_hot_standby` …
    package func parameterStatus(_ name: String) -> String? {
        PQparameterStatus(handle, name).map { String(cString: $0) }
    }

    /// The version of libpq, numbered as ``serverVersion``.
    package static var libraryVersion: Int { Int(PQlibVersion()) }
}

extension String {
    /// A C string of its own; the caller deallocates it.
    func copied() -> UnsafeMutablePointer<CChar> {
        let bytes = utf8CString
        let pointer = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        for (index, byte) in bytes.enumerated() { (pointer + index).initialize(to: byte) }
        return pointer
    }
}
