import Glibc
import LinuxIO

/// Socket calls on the connection of a client, which is non-blocking.
enum ClientSocket {
    enum Received: Equatable {
        case bytes(Int)
        case nothingYet
        /// Closed by the client, or failed.
        case over
    }

    /// Appends what has come, at most 16 KiB of it.
    static func receive(_ socket: Int32, into buffer: inout [UInt8]) -> Received {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = recv(socket, &chunk, chunk.count, Int32(MSG_DONTWAIT))
            if count > 0 {
                buffer += chunk[..<count]
                return .bytes(count)
            }
            if count == 0 { return .over }
            if errno == EINTR { continue }
            return errno == EAGAIN ? .nothingYet : .over
        }
    }

    /// Whether the client has closed its side, or the connection failed.
    ///
    /// A client that only said that it sends no more (half-close) counts as gone, as it does for most servers.
    static func hasHungUp(_ socket: Int32) -> Bool {
        var byte: UInt8 = 0
        let count = recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        if count > 0 { return false }
        return count == 0 || (errno != EAGAIN && errno != EINTR)
    }

    /// Sends everything, waiting for the client where it is slow.
    ///
    /// - Returns: `false` when the client has gone, or took nothing until the deadline.
    static func send(_ socket: Int32, _ bytes: [UInt8], until deadline: MonotonicInstant) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                Glibc.send(socket, raw.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                let left = (deadline - .now).nanosecondsRounded
                guard left > 0 else { return false }
                var entry = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
                poll(&entry, 1, Int32(clamping: (left + 999_999) / 1_000_000))
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    /// Closes in the way that lets the last response arrive: what the client sent and nobody read would reset the connection.
    static func closeGently(_ socket: Int32) {
        shutdown(socket, Int32(SHUT_WR))
        var rest: [UInt8] = []
        while case .bytes = receive(socket, into: &rest), rest.count < 1 << 20 {}
        Glibc.close(socket)
    }

    /// Makes an accepted socket non-blocking, closed in children, and without the delay that waits for more to send.
    static func prepare(_ socket: Int32) {
        _ = fcntl(socket, F_SETFL, O_NONBLOCK)
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        var one: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }
}
