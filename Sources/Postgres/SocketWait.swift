import Glibc
import LinuxIO

/// Waiting for one socket by poll(2).
enum SocketWait {
    enum Outcome {
        /// Readable, writable or failed: time to call libpq, which knows which.
        case ready
        case deadline
    }

    static func wait(_ socket: Int32, read: Bool, write: Bool, until deadline: MonotonicInstant) -> Outcome {
        while true {
            let left = (deadline - .now).nanosecondsRounded
            guard left > 0 else { return .deadline }
            var entry = pollfd(fd: socket, events: Int16((read ? POLLIN : 0) | (write ? POLLOUT : 0)), revents: 0)
            // Rounded up, so that the last wait does not spin.
            let milliseconds = Int32(clamping: (left + 999_999) / 1_000_000)
            let count = poll(&entry, 1, milliseconds)
            if count > 0 { return .ready }
            if count < 0, errno != EINTR { return .ready }
        }
    }
}
