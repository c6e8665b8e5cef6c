internal import CLibPQ
import Glibc
import LinuxIO

extension PostgresConnection {
    /// How a query travels.
    package enum QueryProtocol: Sendable {
        /// One statement, with parameters.
        case extended
        /// Any number of statements and no parameters; PgBouncer's console speaks nothing else.
        case simple
    }

    /// Runs `sql` and waits for all of its result.
    ///
    /// Of several statements the rows of the last are returned, and the first error is thrown.
    /// When the timeout passes, the server is asked to cancel, ``PostgresError/Kind/timedOut`` is thrown, and the connection is
    /// broken: what it would say next is unknown.
    ///
    /// - Parameter parameters: the values of `$1`, `$2` …, as text; `nil` is NULL.
    package mutating func query(
        _ sql: String, parameters: [String?] = [], using form: QueryProtocol = .extended, timeout: Duration = .seconds(10)
    ) throws(PostgresError) -> PostgresRows {
        let deadline = MonotonicInstant.now + timeout
        guard !isBroken else {
            throw PostgresError(.usage, operation: "query", message: "the connection is broken by an earlier failure")
        }
        guard form == .extended || parameters.isEmpty else {
            throw PostgresError(.usage, operation: "query", message: "the simple protocol has no parameters")
        }
        guard send(sql, parameters, form) == 1 else { throw lost() }
        try flush(until: deadline)
        return try collect(until: deadline)
    }

    private func send(_ sql: String, _ parameters: [String?], _ form: QueryProtocol) -> Int32 {
        guard form == .extended else { return PQsendQuery(handle, sql) }
        let values = parameters.map { $0?.copied() }
        defer {
            for value in values { value?.deallocate() }
        }
        let pointers = values.map { $0.map { UnsafePointer($0) } }
        return PQsendQueryParams(handle, sql, Int32(pointers.count), nil, pointers, nil, nil, 0)
    }

    /// Sends what libpq holds back; reads meanwhile, for a server that cannot write does not read either.
    private mutating func flush(until deadline: MonotonicInstant) throws(PostgresError) {
        while true {
            let left = PQflush(handle)
            if left == 0 { return }
            guard left > 0 else { throw lost() }
            guard SocketWait.wait(PQsocket(handle), read: true, write: true, until: deadline) == .ready else { throw timedOut() }
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
    }

    private mutating func collect(until deadline: MonotonicInstant) throws(PostgresError) -> PostgresRows {
        var rows: OpaquePointer?
        var refused: PostgresError?
        do throws(PostgresError) {
            while true {
                while PQisBusy(handle) == 1 {
                    guard SocketWait.wait(PQsocket(handle), read: true, write: false, until: deadline) == .ready else {
                        throw timedOut()
                    }
                    guard PQconsumeInput(handle) == 1 else { throw lost() }
                }
                guard let result = PQgetResult(handle) else { break }
                switch PQresultStatus(result) {
                case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                    PQclear(rows)
                    rows = result
                case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                    PQclear(result)
                    isBroken = true
                    throw PostgresError(.usage, operation: "query", message: "COPY is not supported here")
                default:
                    refused = refused ?? error(of: result)
                    PQclear(result)
                }
            }
            if PQstatus(handle) == CONNECTION_BAD || refused?.kind == .connectionLost { isBroken = true }
            if let refused { throw refused }
        } catch {
            PQclear(rows)
            throw error
        }
        guard let rows else { throw lost() }
        return PostgresRows(taking: rows)
    }

    private func error(of result: OpaquePointer) -> PostgresError {
        func field(_ code: Character) -> String? {
            code.asciiValue.flatMap { PQresultErrorField(result, Int32($0)) }.map { String(cString: $0) }
        }
        // PG_DIAG_SQLSTATE and PG_DIAG_MESSAGE_PRIMARY; the detail is left out, for it quotes rows.
        let sqlstate = field("C")
        let message = field("M") ?? Self.firstLine(of: PQresultErrorMessage(result))
        guard let sqlstate else { return PostgresError(.connectionLost, operation: "query", message: message) }
        let kind: PostgresError.Kind =
            switch sqlstate {
            // The server ends the session: shut down, crashed, terminated, idle too long.
            case "57P01", "57P02", "57P05", "25P03": .connectionLost
            case "53300": .tooManyConnections
            default: sqlstate.hasPrefix("08") ? .connectionLost : .query(sqlstate: sqlstate)
            }
        return PostgresError(kind, operation: "query", message: message, sqlstate: sqlstate)
    }

    private mutating func lost() -> PostgresError {
        isBroken = true
        return PostgresError(.connectionLost, operation: "query", message: Self.firstLine(of: PQerrorMessage(handle)))
    }

    private mutating func timedOut() -> PostgresError {
        isBroken = true
        if let cancel = PQgetCancel(handle) { Self.cancelAside(cancel) }
        return PostgresError(.timedOut, operation: "query", message: "no answer within the time allowed")
    }

    private static func firstLine(of text: UnsafePointer<CChar>?) -> String {
        let whole = text.map { String(cString: $0) } ?? ""
        return whole.split(whereSeparator: \.isNewline).first.map(String.init) ?? "no connection to the server"
    }

    /// Asks the server to cancel, on a thread of its own: PQcancel waits for the server without a limit, and a server that
    /// did not answer the query may not answer this either.
    private static func cancelAside(_ cancel: OpaquePointer) {
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { raw in
                let cancel = raw.map { OpaquePointer($0) }
                var message = [CChar](repeating: 0, count: 256)
                _ = PQcancel(cancel, &message, Int32(message.count))
                PQfreeCancel(cancel)
                return nil
            }, UnsafeMutableRawPointer(cancel))
        if code == 0 { pthread_detach(thread) } else { PQfreeCancel(cancel) }
    }
}
