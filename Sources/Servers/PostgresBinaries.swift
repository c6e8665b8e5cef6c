import Glibc

/// Where PostgreSQL's server programs are on this machine.
package struct PostgresBinaries: Hashable, Sendable {
    /// The folder with `initdb` and `postgres`.
    package let folder: String

    var initdb: String { folder + "/initdb" }
    var postgres: String { folder + "/postgres" }

    /// Takes `folder` when both programs are in it.
    package init?(folder: String) {
        self.folder = folder
        guard Files.isExecutable(initdb), Files.isExecutable(postgres) else { return nil }
    }

    /// The newest under `/usr/lib/postgresql` (Debian), else the first of `$PATH` and the folders of other distributions.
    ///
    /// `pg_config` is not asked: it belongs to the client library, and Debian's says where another version's server would be.
    package static func find() throws(ServerError) -> PostgresBinaries {
        let debian = Files.names(in: "/usr/lib/postgresql").sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let others = ["/usr/local/pgsql/bin", "/usr/pgsql/bin", "/usr/libexec/postgresql"]
        let folders = debian.map { "/usr/lib/postgresql/\($0)/bin" } + path.split(separator: ":").map(String.init) + others
        for folder in folders {
            if let found = PostgresBinaries(folder: folder) { return found }
        }
        throw ServerError(
            .postgresMissing, operation: "start a throwaway PostgreSQL",
            message: "neither /usr/lib/postgresql/*/bin nor $PATH has initdb and postgres; "
                + "install the server (Debian: postgresql), or give the url of a database")
    }
}
