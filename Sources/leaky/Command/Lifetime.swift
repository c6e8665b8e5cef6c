import Glibc
import LinuxIO

/// Exit codes, as Seep's own.
enum ExitStatus {
    static let wrongUsage: Int32 = 2
    /// The port or the database could not be used.
    static let unusable: Int32 = 4
}

/// How the program ends: by TERM or INT at once, or by itself.
enum Lifetime {
    /// - Parameter stopAfter: when the kernel ends the program, should it not have done so itself.
    static func prepare(stopAfter: Duration) {
        // A shell that starts a program in the background may have it ignore INT, and a parent may block signals.
        var ours = sigset_t()
        sigemptyset(&ours)
        for signal in [SIGTERM, SIGINT, SIGALRM] {
            Glibc.signal(signal, SIG_DFL)
            sigaddset(&ours, signal)
        }
        pthread_sigmask(SIG_UNBLOCK, &ours, nil)
        SignalWatch.ignoreBrokenPipes()
        alarm(UInt32(clamping: stopAfter.nanosecondsRounded / 1_000_000_000 + 5))
        raiseDescriptorLimit()
    }

    /// Leaks need descriptors: the soft limit is raised to the hard one.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(resource, &limit)
    }

    /// Ends the program, with status 0, when its time is up.
    static func endLater(_ stopAfter: Duration) throws(SystemError) {
        let end = MonotonicInstant.now + stopAfter
        _ = try KernelThread(name: "leaky-end") {
            while true {
                let left = (end - .now).nanosecondsRounded
                guard left > 0 else { break }
                usleep(UInt32(clamping: min(left / 1000 + 1, 500_000)))
            }
            printError("leaky: stopped after \(TimeArgument(stopAfter).defaultValueDescription) (--stop-after)")
            _exit(0)
        }
    }

    /// Ends the program, with status 0, when its standard input ends.
    static func endWithInput() throws(SystemError) {
        _ = try KernelThread(name: "leaky-input") {
            var byte: UInt8 = 0
            while true {
                let count = read(0, &byte, 1)
                if count == 0 || count < 0 && errno != EINTR { _exit(0) }
            }
        }
    }
}
