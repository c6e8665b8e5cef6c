import CLinux
import Glibc
import LinuxIO
import Synchronization

/// The command of somebody else's load: in a process group of its own, with our standard input and outputs.
///
/// Where Seep has the terminal, the command's group gets it as long as the command runs, as a shell would give it: then it may read
/// from it, and Ctrl-C goes to it first.
final class ForeignCommand: Sendable {
    /// How it ended.
    enum End: Hashable, Sendable, CustomStringConvertible {
        case exited(Int32)
        case signalled(Int32)

        var description: String {
            switch self {
            case .exited(let code): "ended with \(code)"
            case .signalled(let signal): "was ended by signal \(signal)"
            }
        }
    }

    let pid: pid_t
    private let end = Mutex<End?>(nil)
    private let tookTerminal: Bool

    /// - Parameter words: the program, looked for in `PATH`, and its arguments; at least one.
    init(_ words: [String]) throws(SystemError) {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var standard = sigset_t()
        sigemptyset(&standard)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGTTOU] { sigaddset(&standard, signal) }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &standard)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for word in arguments { free(word) } }
        var started: pid_t = 0
        let code = posix_spawnp(&started, words[0], nil, &attributes, &arguments, environ)
        guard code == 0 else { throw SystemError("start \(words[0])", code: code) }
        pid = started
        // Setting the group of the terminal from the background, as at the end, stops who does it unless the signal is ignored.
        tookTerminal = isatty(STDIN_FILENO) == 1 && tcgetpgrp(STDIN_FILENO) == getpgrp()
        if tookTerminal {
            signal(SIGTTOU, SIG_IGN)
            tcsetpgrp(STDIN_FILENO, started)
            // It may have asked for the terminal before it had it.
            kill(-started, SIGCONT)
        }
    }

    deinit {
        guard poll() == nil else { return }
        kill(-pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        giveTerminalBack()
    }

    /// How it ended; `nil` while it runs.
    func poll() -> End? {
        end.withLock { end in
            if let end { return end }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            let signal = status & 0x7F
            end = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
            giveTerminalBack()
            return end
        }
    }

    /// Sends a signal to the command and all that it started in its group.
    func send(_ signal: Int32) {
        if end.withLock({ $0 == nil }) { kill(-pid, signal) }
    }

    /// Ends what is left of its group: 200 ms to end by itself, then it is killed.
    func endNow() {
        kill(-pid, SIGTERM)
        usleep(200_000)
        kill(-pid, SIGKILL)
        giveTerminalBack()
    }

    private func giveTerminalBack() {
        if tookTerminal { tcsetpgrp(STDIN_FILENO, getpgrp()) }
    }
}
