import Glibc

enum ProcessSignals {
    /// A peer that has closed must give an error and not the end of the process: libcurl is told to leave signals alone.
    static func ignorePipe() {
        _ = signal(SIGPIPE, SIG_IGN)
    }
}
