import Glibc

/// The folder where Seep keeps what outlives a run: `$XDG_CACHE_HOME/seep`, else `~/.cache/seep`.
package struct CacheFolder: Hashable, Sendable {
    /// Absolute, without a slash at the end.
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// The cache folder of this user; one that has no home to write to gets a folder among the temporary files.
    package static var ofThisUser: CacheFolder {
        let wanted = variable("XDG_CACHE_HOME") ?? variable("HOME").map { $0 + "/.cache" }
        guard let wanted, wanted.hasPrefix("/"), isWritable(wanted) else { return CacheFolder(path: "/tmp/seep-cache-\(getuid())") }
        return CacheFolder(path: wanted + "/seep")
    }

    /// Whether the folder can be written to, or made.
    private static func isWritable(_ path: String) -> Bool {
        var folder = path
        while !Files.exists(folder), let slash = folder.lastIndex(of: "/") { folder = String(folder[..<slash]) }
        return access(folder.isEmpty ? "/" : folder, W_OK) == 0
    }

    /// What the processes of this user's Seeps are written down in.
    var owned: String { path + "/owned" }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
