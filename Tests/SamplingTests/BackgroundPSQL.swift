import Glibc
import LinuxIO
import Postgres

@testable import Sampling

/// `psql` that holds one session until it is ended, in a process group of its own.
final class BackgroundPSQL {
    let pid: pid_t

    init(_ url: String) throws {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        let words = ["psql", "-X", "-q", "-c", "SELECT pg_sleep(300)", url]
        var arguments = words.map { strdup($0) }
        defer { for argument in arguments { free(argument) } }
        arguments.append(nil)
        var started = pid_t()
        let code = posix_spawnp(&started, "psql", nil, &attributes, arguments, environ)
        guard code == 0 else { throw SystemError("posix_spawnp psql", code: code) }
        pid = started
    }

    func end() {
        kill(-pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }
}

/// A session as the sampler opens its own.
enum SamplerProbe {
    static func open(_ url: String) throws(PostgresError) -> PostgresConnection {
        try SamplerSessions.open(url, hasIdleTimeout: true, timeout: .seconds(5))
    }
}
