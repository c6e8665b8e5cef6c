import Glibc
import LinuxIO
import Synchronization

/// A worker process: another `leaky` with a pool of its own, which lives until it is dismissed or the server ends.
///
/// It ends when its standard input does, so that it outlives its server under no circumstances.
struct HiredWorker: Sendable {
    private let pid: pid_t
    /// Closed: the worker ends.
    private let input: Int32

    /// - Parameters:
    ///   - database: handed on by the environment, where other users cannot read it.
    ///   - size: sessions of its pool.
    init(database: String, size: Int) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError("pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        input = ends[1]
        defer { close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        let words = ["leaky", "--port", "0", "--shape", "pool", "--size", String(size), "--threads", "1", "--until-input-ends"]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var variables: [UnsafeMutablePointer<CChar>?] = [strdup("DATABASE_URL=" + database)]
        var next = environ
        while let variable = next.pointee {
            if strncmp(variable, "DATABASE_URL=", 13) != 0 { variables.append(strdup(variable)) }
            next += 1
        }
        variables.append(nil)
        defer { for variable in variables { free(variable) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/proc/self/exe", &actions, nil, &arguments, &variables)
        guard code == 0 else {
            close(ends[1])
            throw SystemError("posix_spawn /proc/self/exe", code: code)
        }
        self.pid = pid
    }

    /// Has it end, and waits until it has.
    func dismiss() {
        close(input)
        var status: Int32 = 0
        let deadline = MonotonicInstant.now + .seconds(5)
        while waitpid(pid, &status, WNOHANG) == 0 {
            if .now > deadline { kill(pid, SIGKILL) }
            usleep(2_000)
        }
    }
}

/// The worker processes of a server, by their numbers.
final class HiredWorkers: Sendable {
    private struct State {
        var workers: [Int: HiredWorker] = [:]
        /// Dismissed by one thread before another got to begin them.
        var unwanted: Set<Int> = []
    }

    private let state = Mutex(State())

    func hire(_ number: Int, database: String, size: Int) throws(SystemError) {
        // One at a time: a process that began while a pipe is not yet marked would keep it open.
        try state.withLock { state throws(SystemError) in
            guard state.unwanted.remove(number) == nil else { return }
            state.workers[number] = try HiredWorker(database: database, size: size)
        }
    }

    func dismiss(_ number: Int) {
        let worker = state.withLock { state in
            let worker = state.workers.removeValue(forKey: number)
            if worker == nil { state.unwanted.insert(number) }
            return worker
        }
        worker?.dismiss()
    }

    func dismissAll() {
        let all = state.withLock { state in
            defer { state.workers = [:] }
            return Array(state.workers.values)
        }
        for worker in all { worker.dismiss() }
    }
}
