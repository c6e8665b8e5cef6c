import ArgumentParser
import Curl
import Postgres

/// What this build of Seep stands on.
struct VersionsProbe: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "versions", abstract: "Print the versions of libcurl and libpq.")

    func run() throws {
        let libpq = PostgresConnection.libraryVersion
        try Report.write(["libcurl": CurlLibrary.version, "libpq": "\(libpq / 10_000).\(libpq % 10_000)"])
    }
}
