/// What the server can be asked for, by GET or HEAD.
enum Route: String, CaseIterable, Sendable {
    /// 200 without the database.
    case health = "/health"
    /// 200 after a query.
    case query = "/query"
    /// 500 after a query.
    case error = "/error"
    /// 404 after a query.
    case missing = "/missing"
    /// 200 without the database.
    case none = "/none"
    /// 200 after pg_sleep.
    case slow = "/slow"
    /// 200 after a query, with 4 MiB, so that a client can leave in the middle.
    case big = "/big"
    /// 200 after a query; the one route that leaks in the shape per-class.
    case leak = "/leak"

    /// - Parameter target: the request target; its query string and a slash at its end do not matter.
    init?(target: String) {
        let path = target.prefix { $0 != "?" && $0 != "#" }
        self.init(rawValue: path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : String(path))
    }

    /// The route's own query; `nil` for a route without.
    ///
    /// No two routes have the same one, and each carries its route as sqlcommenter writes it, so that a session's last query says
    /// which route held it.
    var sql: String? {
        let column: String
        switch self {
        case .health, .none: return nil
        case .query: column = "1 AS page"
        case .error: column = "1 AS fault"
        case .missing: column = "1 AS absent"
        case .slow: column = "pg_sleep($1::float8)"
        case .big: column = "1 AS file"
        case .leak: column = "1 AS leak"
        }
        return "SELECT \(column) /*application='leaky',route='%2F\(rawValue.dropFirst())'*/"
    }

    var status: Int {
        switch self {
        case .error: 500
        case .missing: 404
        default: 200
        }
    }

    var body: [UInt8] {
        switch self {
        case .big: Self.bigBody
        default: Array("\(rawValue.dropFirst())\n".utf8)
        }
    }

    private static let bigBody = [UInt8](repeating: UInt8(ascii: "."), count: 4 << 20)
}
