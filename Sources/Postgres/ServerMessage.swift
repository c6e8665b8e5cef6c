/// What libpq's text for a failed connection says: its SQLSTATE, one line for people, and the kind of error.
///
/// libpq keeps no structured error for a connection that did not come about, only text. With verbose errors switched on
/// that text holds the SQLSTATE whatever the language of the server's messages: `…failed: FATAL:  53300: sorry, …`. The
/// words are looked at only where there is none: libpq's own failures, and poolers that use a SQLSTATE loosely.
struct ServerMessage {
    let sqlstate: String?
    let line: String
    let kind: PostgresError.Kind

    /// - Parameter text: `PQerrorMessage`; one attempt per host and address, each on a line, details below it.
    init(connecting text: String) {
        let lines = text.split(whereSeparator: \.isNewline).map(String.init)
        // An address that answered says more than one that did not.
        var chosen = lines.first ?? "the connection failed without a message"
        var code: String?
        for candidate in lines {
            guard let split = Self.splitState(candidate) else { continue }
            (code, chosen) = (split.sqlstate, split.line)
            break
        }
        sqlstate = code
        line = chosen
        kind = Self.kind(sqlstate: code, text: text)
    }

    /// The SQLSTATE in `severity:  53300: message`, and the line without it.
    static func splitState(_ line: String) -> (sqlstate: String, line: String)? {
        let marker = Array(":  ".utf8)
        let bytes = Array(line.utf8)
        guard bytes.count > 10 else { return nil }
        for start in 0..<(bytes.count - 9) where bytes[start..<(start + 3)].elementsEqual(marker) {
            let state = bytes[(start + 3)..<(start + 8)]
            let isState = state.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
            guard isState, bytes[start + 8] == 0x3A, bytes[start + 9] == 0x20 else { continue }
            let rest = bytes[..<(start + 2)] + bytes[(start + 9)...]
            return (String(decoding: state, as: UTF8.self), String(decoding: rest, as: UTF8.self))
        }
        return nil
    }

    private static let wordsForTooMany = [
        "too many clients already", "remaining connection slots are reserved", "too many connections for role",
        "too many connections for database", "no more connections allowed",
    ]
    private static let wordsForAuthentication = [
        "password authentication failed", "no password supplied", "authentication failed", "no pg_hba.conf entry",
        "no such user",
    ]

    static func kind(sqlstate: String?, text: String) -> PostgresError.Kind {
        switch sqlstate {
        case "53300": return .tooManyConnections
        case "28P01", "28000": return .authenticationFailed
        case "3D000": return .databaseMissing
        default: break
        }
        if wordsForTooMany.contains(where: text.contains) { return .tooManyConnections }
        if wordsForAuthentication.contains(where: text.contains) { return .authenticationFailed }
        if text.contains("no such database") { return .databaseMissing }
        if text.contains("database \""), text.contains("does not exist") { return .databaseMissing }
        return .connectionFailed
    }
}
