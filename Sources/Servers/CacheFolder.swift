import Glibc

/// The folder where Seep keeps what outlives a run: `$XDG_CACHE_HOME/seep`, else `~/.cache/seep`.
package struct CacheFolder: Hashable, Sendable {
    /// Absolute, without a slash at the end.
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// The cache folder of this user; without a home it lies in the folder for temporary files.
    package static var ofThisUser: CacheFolder {
        if let folder = variable("XDG_CACHE_HOME"), folder.hasPrefix("/") { return CacheFolder(path: folder + "/seep") }
        if let home = variable("HOME"), home.hasPrefix("/") { return CacheFolder(path: home + "/.cache/seep") }
        return CacheFolder(path: "/tmp/seep-cache-\(getuid())")
    }

    /// What the processes of this user's Seeps are written down in.
    var owned: String { path + "/owned" }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
