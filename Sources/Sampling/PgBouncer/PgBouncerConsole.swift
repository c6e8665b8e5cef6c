import LinuxIO
import Measurements
import Postgres

/// A session with PgBouncer's admin console, read by the simple protocol: the console knows no other, and no transactions or settings.
///
/// Used by one thread at a time.
struct PgBouncerConsole: ~Copyable, Sendable {
    /// The name of the console among PgBouncer's databases.
    static let database = "pgbouncer"
    /// PgBouncer answers in one thread between its clients' packets: an answer that takes longer is none.
    private static let patience = Duration.seconds(2)

    private var session: PostgresConnection
    /// What PostgreSQL calls the databases that PgBouncer has under other names.
    private var realNames: [String: String] = [:]

    init(url: String, timeout: Duration) throws(PostgresError) {
        session = try PostgresConnection(
            connecting: url, overrides: ["application_name": SessionOwnership.ownApplicationName], timeout: timeout)
    }

    var isBroken: Bool { session.isBroken }

    private mutating func show(_ what: String) throws(PostgresError) -> PostgresRows {
        try session.query("SHOW \(what)", using: .simple, timeout: Self.patience)
    }

    // MARK: Before any load

    mutating func facts() throws(PostgresError) -> PgBouncerFacts {
        let version = try show("VERSION")
        let config = try show("CONFIG")
        var settings: [String: String] = [:]
        for row in 0..<config.count {
            if let key = config[row, 0], let value = config[row, 1] { settings[key] = value }
        }
        try learnNames()
        let clients = try show("CLIENTS").count
        // Seconds, with decimals where the setting has them; 0 is off.
        let timers = ["client_idle_timeout", "idle_transaction_timeout", "query_timeout"].compactMap { name -> String? in
            guard let value = settings[name], Double(value).map({ $0 > 0 }) == true else { return nil }
            return "\(name)=\(value)s (pgbouncer)"
        }
        guard let limit = settings["max_client_conn"].flatMap(Int.init) else {
            throw PostgresError(.usage, operation: "query", message: "SHOW CONFIG has no max_client_conn: this is no PgBouncer")
        }
        return PgBouncerFacts(
            version: version[0, 0] ?? "", poolMode: settings["pool_mode"] ?? "", maxClientConn: limit, clientsAtStart: clients,
            defaultPoolSize: settings["default_pool_size"].flatMap(Int.init) ?? 0, timers: timers)
    }

    private mutating func learnNames() throws(PostgresError) {
        let rows = try show("DATABASES")
        guard let name = rows.column("name"), let real = rows.column("database") else { return }
        for row in 0..<rows.count {
            if let alias = rows[row, name] { realNames[alias] = rows[row, real] ?? alias }
        }
    }

    // MARK: Samples

    /// Clients, servers and pools, in this order; what happens between the three answers is in the next sample.
    mutating func read() throws(PostgresError) -> PgBouncerReading {
        let asked = MonotonicInstant.now
        var reading = PgBouncerReading(asked: asked)
        let clients = try show("CLIENTS")
        try readClients(clients, into: &reading)
        let servers = try show("SERVERS")
        readServers(servers, into: &reading)
        let pools = try show("POOLS")
        readPools(pools, into: &reading)
        reading.received = .now
        return reading
    }

    private mutating func readClients(_ rows: borrowing PostgresRows, into reading: inout PgBouncerReading) throws(PostgresError) {
        let columns = try Columns(
            rows, ["user", "database", "state", "addr", "port", "connect_time", "request_time", "ptr", "link", "application_name"])
        reading.clients.reserveCapacity(rows.count)
        for row in 0..<rows.count {
            reading.clientsOfAll += 1
            guard let alias = rows[row, columns[1]], alias != Self.database, let ptr = Self.pointer(rows[row, columns[7]]) else { continue }
            if realNames[alias] == nil {
                try learnNames()
                // Dropped meanwhile: known by its name, and not asked for again.
                if realNames[alias] == nil { realNames[alias] = alias }
            }
            let address = rows[row, columns[3]] ?? ""
            let isTCP = address.first?.isHexDigit == true
            reading.clients.append(
                PgBouncerReading.Client(
                    ptr: ptr, connected: Self.seconds(rows[row, columns[5]]), port: rows.int(row, columns[4]) ?? 0,
                    names: SessionNames(
                        application: rows[row, columns[9]] ?? "", role: rows[row, columns[0]] ?? "", database: realNames[alias] ?? alias,
                        clientAddress: isTCP ? address : ""),
                    isWaiting: rows[row, columns[2]] == "waiting", requested: Self.seconds(rows[row, columns[6]]),
                    link: Self.pointer(rows[row, columns[8]])))
        }
    }

    private func readServers(_ rows: borrowing PostgresRows, into reading: inout PgBouncerReading) {
        guard let pid = rows.column("remote_pid"), let ptr = rows.column("ptr") else { return }
        for row in 0..<rows.count {
            guard let pid = rows.int(row, pid), pid > 0 else { continue }
            reading.servers.insert(pid)
            if let ptr = Self.pointer(rows[row, ptr]) { reading.pidOfServer[ptr] = pid }
        }
    }

    private func readPools(_ rows: borrowing PostgresRows, into reading: inout PgBouncerReading) {
        guard let name = rows.column("database"), let waiting = rows.column("cl_waiting"), let wait = rows.column("maxwait") else { return }
        let fraction = rows.column("maxwait_us")
        for row in 0..<rows.count where rows[row, name] != Self.database {
            reading.waiting += rows.int(row, waiting) ?? 0
            let microseconds = (rows.int(row, wait) ?? 0) * 1_000_000 + (fraction.flatMap { rows.int(row, $0) } ?? 0)
            reading.maxWaitMicroseconds = max(reading.maxWaitMicroseconds, microseconds)
        }
    }

    /// The places of columns, which move from version to version.
    private struct Columns {
        private var places: [Int] = []

        init(_ rows: borrowing PostgresRows, _ names: [String]) throws(PostgresError) {
            let found = rows.columns
            for name in names {
                // `application_name` came with PgBouncer 1.18.
                guard let place = found.firstIndex(of: name) ?? (name == "application_name" ? found.count : nil) else {
                    throw PostgresError(.usage, operation: "query", message: "SHOW CLIENTS has no column \(name): this is no PgBouncer")
                }
                places.append(place)
            }
        }

        subscript(_ index: Int) -> Int { places[index] }
    }

    // MARK: Values

    /// `0x55a3436734c0`.
    static func pointer(_ text: String?) -> Int? {
        guard let text, text.hasPrefix("0x") else { return nil }
        return Int(text.dropFirst(2), radix: 16)
    }

    /// `2026-02-01 05:03:43 UTC` as seconds since 1970, the zone left out: it tells one client from another, and a request from the next.
    static func seconds(_ text: String?) -> Int {
        let numbers = (text ?? "").split { !$0.isNumber }.prefix(6).compactMap { Int($0) }
        guard numbers.count == 6 else { return 0 }
        // Days from 0000-03-01, so that the leap day is the last of its year.
        let year = numbers[1] > 2 ? numbers[0] : numbers[0] - 1
        let month = (numbers[1] + 9) % 12
        let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 + numbers[2] - 1 - 719_468
        return ((days * 24 + numbers[3]) * 60 + numbers[4]) * 60 + numbers[5]
    }
}

/// What PgBouncer's console said at one moment.
struct PgBouncerReading: Sendable {
    struct Client: Hashable, Sendable {
        /// The address of PgBouncer's own record of it, used again after it has gone.
        var ptr: Int
        /// Whole seconds.
        var connected: Int
        var port: Int
        /// The database as PostgreSQL calls it; no address on a Unix socket.
        var names: SessionNames
        var isWaiting: Bool
        var requested: Int
        /// The server that serves it now.
        var link: Int?
    }

    var asked: MonotonicInstant
    var received: MonotonicInstant
    /// Without those of the console.
    var clients: [Client] = []
    /// With those of the console, Seep's own included.
    var clientsOfAll = 0
    /// Pids of PostgreSQL's backends.
    var servers: Set<Int> = []
    var pidOfServer: [Int: Int] = [:]
    var waiting = 0
    var maxWaitMicroseconds = 0

    init(asked: MonotonicInstant) {
        self.asked = asked
        received = asked
    }
}
