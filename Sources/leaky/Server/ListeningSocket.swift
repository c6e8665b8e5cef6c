import Glibc
import LinuxIO

/// The socket that clients of 127.0.0.1 connect to.
struct ListeningSocket: ~Copyable {
    private let descriptor: OwnedDescriptor
    let port: Int

    var raw: Int32 { descriptor.raw }

    /// - Parameter port: 0 for one that the kernel picks.
    init(port: Int) throws(StartError) {
        let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard raw >= 0 else { throw StartError(description: SystemError("socket").description) }
        let descriptor = OwnedDescriptor(taking: raw)
        var one: Int32 = 1
        // So that a server can follow another one on the same port at once; a live listener still stands in the way.
        setsockopt(raw, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var code = Self.withSockaddr(&address) { bind(raw, $0, length) }
        if code == 0 { code = listen(raw, 1024) }
        guard code == 0 else { throw StartError(description: Self.refusal(port, errno)) }
        _ = Self.withSockaddr(&address) { getsockname(raw, $0, &length) }
        self.port = Int(UInt16(bigEndian: address.sin_port))
        self.descriptor = descriptor
    }

    private static func refusal(_ port: Int, _ code: Int32) -> String {
        let why = SystemError("listen", code: code).description
        return switch code {
        case EADDRINUSE:
            "port \(port) of 127.0.0.1 is in use (`ss -ltnp 'sport = :\(port)'` shows by whom); end that, or give another --port"
        case EACCES: "port \(port) of 127.0.0.1 is reserved for root; give a --port from 1024 on"
        default: "port \(port) of 127.0.0.1 cannot be listened on: \(why)"
        }
    }

    private static func withSockaddr<Answer>(_ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Answer) -> Answer {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
        }
    }
}
