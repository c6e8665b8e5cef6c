import Glibc
import LinuxIO

/// TCP ports of the loopback interface.
package enum FreePort {
    /// A port that nobody listens on.
    ///
    /// Taken from below the range that the kernel gives to outgoing connections: a client of ours could be given the very port
    /// while the server restarts, and a socket that connects to its own port is connected to itself.
    package static func pick() throws(ServerError) -> Int {
        let lowest = 10_000
        let above = ephemeralRange(Proc.read("/proc/sys/net/ipv4/ip_local_port_range") ?? [])?.lowerBound ?? 32_768
        if above > lowest + 1_000 {
            for _ in 0..<200 {
                let port = Int.random(in: lowest..<above)
                if isFree(port) { return port }
            }
        }
        guard let port = kernelsChoice() else {
            throw ServerError(.system, operation: "pick a port", message: "no free TCP port on 127.0.0.1")
        }
        return port
    }

    /// Whether a server could listen on `port` of 127.0.0.1, and nobody does on ::1.
    package static func isFree(_ port: Int) -> Bool {
        guard (1...65_535).contains(port) else { return false }
        return bound(AF_INET, UInt16(port)) != nil && (bound(AF_INET6, UInt16(port)) != nil || errno != EADDRINUSE)
    }

    /// Throws when somebody listens on `port`, and names them where `/proc` tells.
    package static func require(_ port: Int, for operation: String) throws(ServerError) {
        guard !isFree(port) else { return }
        let holder = Proc.listeners(onPort: port).compactMap { ProcessDescription(pid: $0) }.first
        let who = holder.map { "by \($0)" } ?? "by a process that this user may not see"
        throw ServerError(
            .portInUse, operation: operation, message: "port \(port) is in use \(who); end it, or let {{port}} pick a free one")
    }

    static func ephemeralRange(_ bytes: [UInt8]) -> Range<Int>? {
        let numbers = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        guard numbers.count == 2, numbers[0] <= numbers[1] else { return nil }
        return numbers[0]..<(numbers[1] + 1)
    }

    private static func kernelsChoice() -> Int? { bound(AF_INET, 0).map(Int.init) }

    /// Binds a socket of the loopback interface and lets it go again; the port that it had.
    private static func bound(_ family: Int32, _ port: UInt16) -> UInt16? {
        let raw = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { return nil }
        let socket = OwnedDescriptor(taking: raw)
        var one: Int32 = 1
        // As servers do; a listener still stands in the way, a connection that lingers does not.
        setsockopt(socket.raw, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = LoopbackAddress(family: family, port: port)
        let code = address.withSockaddr { bind(socket.raw, $0, $1) }
        guard code == 0 else { return nil }
        return LoopbackAddress(localOf: socket.raw, family: family)?.port
    }
}
