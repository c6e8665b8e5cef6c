import CLinux
import Glibc
import Synchronization

/// The write end of the pipe that the signal handler tells; a handler may touch nothing but such an integer.
///
/// Atomic, so that the handler may read it at any moment, on any thread.
private let signalPipe = Atomic<Int32>(-1)

/// Turns signals into calls on an ordinary thread.
///
/// A handler is installed, rather than the signal ignored or blocked, because what is ignored or blocked stays so in the
/// programs that we start, and a server that ignores TERM could not be stopped.
package enum SignalWatch {
    /// Calls `action` on a thread of its own for each signal of `signals` from now on. To be called once in a process.
    package static func install(_ signals: [Int32], _ action: @escaping @Sendable (Int32) -> Void) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        guard seep_pipe(&ends) == 0 else { throw SystemError("pipe") }
        signalPipe.store(ends[1], ordering: .sequentiallyConsistent)
        let reader = ends[0]
        _ = try KernelThread(name: "seep-signals") {
            var byte: UInt8 = 0
            while true {
                let count = read(reader, &byte, 1)
                if count == 1 { action(Int32(byte)) } else if count == 0 || errno != EINTR { return }
            }
        }
        for signal in signals {
            var handler = sigaction()
            handler.__sigaction_handler.sa_handler = { number in
                let saved = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(signalPipe.load(ordering: .relaxed), &byte, 1)
                errno = saved
            }
            handler.sa_flags = Int32(SA_RESTART)
            guard sigaction(signal, &handler, nil) == 0 else { throw SystemError("sigaction") }
        }
    }

    /// A write to a closed connection is an error of that connection, not the end of the program.
    package static func ignoreBrokenPipes() {
        var handler = sigaction()
        // An empty handler instead of SIG_IGN, for the reason above.
        handler.__sigaction_handler.sa_handler = { _ in }
        handler.sa_flags = Int32(SA_RESTART)
        _ = sigaction(SIGPIPE, &handler, nil)
    }
}
