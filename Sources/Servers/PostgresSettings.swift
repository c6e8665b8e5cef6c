/// The `postgresql.conf` of the throwaway cluster: ours, and those of the scenario.
enum PostgresSettings {
    /// What the cluster runs with unless the scenario says otherwise: many sessions, little memory, nothing kept safe.
    static let standard: [(name: String, value: String)] = [
        ("max_connections", "1000"), ("shared_buffers", "32MB"), ("huge_pages", "off"), ("fsync", "off"), ("full_page_writes", "off"),
        ("synchronous_commit", "off"), ("wal_level", "minimal"), ("max_wal_senders", "0"), ("min_wal_size", "32MB"),
        ("max_wal_size", "256MB"), ("jit", "off"), ("password_encryption", "scram-sha-256"),
        // Files of the folder, which is removed, and not of /dev/shm, where they would stay after a SIGKILL.
        ("dynamic_shared_memory_type", "mmap"), ("lc_messages", "C"), ("log_timezone", "UTC"), ("timezone", "UTC"),
    ]

    /// What only Seep may set: it must find the cluster, and read what it says.
    private static let reserved: Set<String> = [
        "port", "listen_addresses", "unix_socket_directories", "data_directory", "hba_file", "ident_file", "config_file",
        "external_pid_file", "logging_collector", "log_destination", "ssl",
    ]

    /// The text of the file; a later line wins.
    ///
    /// - Throws: ``ServerError/Kind/invalid`` for names that cannot be, or that are reserved. Whether PostgreSQL knows a name and
    ///   likes its value, PostgreSQL itself says when it starts.
    static func file(_ settings: [String: String], port: Int, socketFolder: String) throws(ServerError) -> String {
        let ours = [
            ("port", String(port)), ("listen_addresses", "127.0.0.1"), ("unix_socket_directories", socketFolder),
            ("logging_collector", "off"),
        ]
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
            guard isName(name) else { throw invalid("“\(name)” cannot be the name of a setting") }
            guard !reserved.contains(name.lowercased()) else { throw invalid("\(name) is set by Seep itself") }
            guard !value.contains(where: \.isNewline) else { throw invalid("the value of \(name) has a line break") }
        }
        let theirs = settings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return (standard.map { ($0.name, $0.value) } + theirs + ours).map { "\($0.0) = '\(quoted($0.1))'\n" }.joined()
    }

    private static func quoted(_ value: String) -> String {
        value.reduce(into: "") { text, character in
            if character == "'" || character == "\\" { text.append(character) }
            text.append(character)
        }
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.first, first.isLetter || first == "_" else { return false }
        return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
    }

    private static func invalid(_ message: String) -> ServerError {
        ServerError(.invalid, operation: "database settings", message: message)
    }
}
