/// Strikes out what may be a piece of a password in a message of libpq.
///
/// libpq quotes what it could not use, and what it could not use may be part of a password: with an unescaped `/` in it,
/// `postgres://me:pa/ss@host` has the port `pa`, and libpq says so.
enum Redaction {
    static let mark = "…"

    /// `message` with every quoted word struck out that shares a piece with what looks like the password in `conninfo`.
    ///
    /// - Parameter plain: names that may be shown even if they equal the password (role, host and database as parsed).
    static func strike(_ message: String, secretsOf conninfo: String, plain: [String]) -> String {
        let secret = secretPart(of: conninfo)
        guard !secret.isEmpty else { return message }
        let secretPieces = Set(pieces(secret))
        let parts = message.split(separator: "\"", omittingEmptySubsequences: false).map(String.init)
        let struck = parts.enumerated().map { index, part in
            guard index % 2 == 1 else { return part }
            if plain.contains(part), !part.contains("@") { return part }
            return secretPieces.isDisjoint(with: pieces(part)) ? part : mark
        }
        return struck.joined(separator: "\"")
    }

    /// What stands between the first `:` and the last `@` of a URI, plus any `password=`; of a keyword string all of it, for
    /// where a value ends in a malformed one nobody knows.
    private static func secretPart(of conninfo: String) -> String {
        let bytes = Array(conninfo.utf8)
        var start = 0
        let scheme = Array("://".utf8)
        let found = bytes.indices.dropLast(2).first { bytes[$0..<($0 + 3)].elementsEqual(scheme) }
        guard let found else { return conninfo }
        start = found + 3
        var secret: [UInt8] = []
        if let at = bytes.lastIndex(of: UInt8(ascii: "@")), at >= start {
            let user = bytes[start..<at]
            if let colon = user.firstIndex(of: UInt8(ascii: ":")) { secret = Array(user[(colon + 1)...]) }
        }
        let parameters = bytes.split(separator: UInt8(ascii: "?")).dropFirst().joined()
        for parameter in parameters.split(separator: UInt8(ascii: "&")) {
            let text = String(decoding: parameter, as: UTF8.self)
            guard text.hasPrefix("password=") || text.hasPrefix("sslpassword=") else { continue }
            secret += [0x20] + Array(text.utf8).drop { $0 != UInt8(ascii: "=") }
        }
        return String(decoding: secret, as: UTF8.self)
    }

    private static func pieces(_ text: String) -> [Substring] {
        text.split { "/@:?#&=%' \\".contains($0) }
    }
}
