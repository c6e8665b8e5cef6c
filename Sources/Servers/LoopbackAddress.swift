import Glibc

/// 127.0.0.1 or ::1 with a port, as the socket calls want it.
struct LoopbackAddress {
    private var four = sockaddr_in()
    private var six = sockaddr_in6()
    let family: Int32

    /// - Parameter family: `AF_INET` or `AF_INET6`.
    init(family: Int32, port: UInt16) {
        self.family = family
        four.sin_family = sa_family_t(AF_INET)
        four.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        four.sin_port = port.bigEndian
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_addr = in6addr_loopback
        six.sin6_port = port.bigEndian
    }

    /// The address that a socket is bound to.
    init?(localOf socket: Int32, family: Int32) {
        self.init(family: family, port: 0)
        let code = withMutableSockaddr { getsockname(socket, $0, $1) }
        guard code == 0 else { return nil }
    }

    /// The address that a socket is connected to.
    init?(peerOf socket: Int32, family: Int32) {
        self.init(family: family, port: 0)
        let code = withMutableSockaddr { getpeername(socket, $0, $1) }
        guard code == 0 else { return nil }
    }

    var port: UInt16 { UInt16(bigEndian: family == AF_INET ? four.sin_port : six.sin6_port) }

    mutating func withSockaddr<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        withMutableSockaddr { body($0, $1.pointee) }
    }

    private mutating func withMutableSockaddr<Value>(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Value
    ) -> Value {
        func call<Address>(_ address: inout Address) -> Value {
            var length = socklen_t(MemoryLayout<Address>.size)
            return withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
            }
        }
        return family == AF_INET ? call(&four) : call(&six)
    }
}
