internal import CLibPQ

/// A libpq connection string taken apart: `postgresql://role@host/database?…` or `host=… dbname=…`.
///
/// Holds the password; its description does not.
package struct ConnectionInfo: Hashable, Sendable, CustomStringConvertible {
    /// libpq's keywords and the values given for them; defaults are not in it.
    package private(set) var options: [String: String]
    private var defaults: [String: String]

    /// - Throws: ``PostgresError/Kind/usage`` for a string that libpq cannot read.
    package init(parsing conninfo: String) throws(PostgresError) {
        var text: UnsafeMutablePointer<CChar>?
        guard let parsed = PQconninfoParse(conninfo, &text) else {
            let reason = text.map { String(cString: $0) } ?? "out of memory"
            PQfreemem(text)
            let line = reason.split(whereSeparator: \.isNewline).first.map(String.init) ?? reason
            throw PostgresError(
                .usage, operation: "parse the connection string",
                message: Redaction.strike(line, secretsOf: conninfo, plain: [])
                    + "; expected postgresql://role:password@host:port/database or host=… dbname=…")
        }
        options = Self.values(parsed)
        PQconninfoFree(parsed)
        defaults = [:]
        if let standard = PQconndefaults() {
            defaults = Self.values(standard)
            PQconninfoFree(standard)
        }
    }

    private static func values(_ first: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
        var values: [String: String] = [:]
        var option = first
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }

    private func value(_ keyword: String) -> String? { options[keyword] ?? defaults[keyword] }

    /// The host or the folder of the Unix socket; `nil`: libpq's built-in folder.
    package var host: String? { value("host") }
    package var port: Int { value("port").flatMap(Int.init) ?? 5432 }
    package var user: String { value("user") ?? "" }
    package var database: String { value("dbname") ?? user }

    /// The same server and role, another database.
    package func withDatabase(_ name: String) -> ConnectionInfo { with("dbname", name) }

    /// The same server and database as another role.
    package func withRole(_ name: String, password: String) -> ConnectionInfo {
        with("user", name).with("password", password)
    }

    private func with(_ keyword: String, _ value: String) -> ConnectionInfo {
        var copy = self
        copy.options[keyword] = value
        return copy
    }

    /// The keywords as one string that libpq reads back to the same options. Holds the password: not for printing.
    package var keywords: String {
        options.sorted { $0.key < $1.key }.map { key, value in
            var quoted = ""
            for character in value {
                if character == "'" || character == "\\" { quoted.append("\\") }
                quoted.append(character)
            }
            return "\(key)='\(quoted)'"
        }.joined(separator: " ")
    }

    /// `role@host:port/database`, for people.
    package var description: String {
        "\(user)@\(host ?? "local socket"):\(port)/\(database)"
    }
}
