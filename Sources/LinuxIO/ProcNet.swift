package import Glibc

/// An Internet address, of either family; an IPv4 address equals the same one mapped into IPv6 (`::ffff:127.0.0.1`).
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// The sixteen bytes of the IPv6 form, in network order.
    private let high: UInt64
    private let low: UInt64

    private static let mapped: UInt64 = 0x0000_FFFF_0000_0000

    /// - Parameter v4: in host order: 127.0.0.1 is 0x7F000001.
    package init(v4: UInt32) {
        high = 0
        low = Self.mapped | UInt64(v4)
    }

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads `127.0.0.1` or `::1`; names are not looked up.
    package init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(v4: UInt32(bigEndian: four.s_addr))
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            self = withUnsafeBytes(of: six) { raw in
                IPAddress(
                    high: UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self)),
                    low: UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
            }
        } else {
            return nil
        }
    }

    package var isIPv4: Bool { high == 0 && low >> 32 == Self.mapped >> 32 }

    package var isLoopback: Bool { isIPv4 ? low >> 24 & 0xFF == 127 : high == 0 && low == 1 }

    package var description: String {
        if isIPv4 { return [24, 16, 8, 0].map { String(low >> $0 & 0xFF) }.joined(separator: ".") }
        var bytes = (high.bigEndian, low.bigEndian)
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, &bytes, &text, socklen_t(text.count)) != nil else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// One TCP socket as the kernel lists it in `/proc/PID/net/tcp` and `tcp6`.
package struct TCPEntry: Hashable, Sendable {
    package enum State: UInt8, Sendable {
        case established = 1
        case synSent, synReceived, finWait1, finWait2, timeWait, closed, closeWait, lastAck, listening, closing, newSynReceived
    }

    package let localAddress: IPAddress
    package let localPort: UInt16
    package let remoteAddress: IPAddress
    package let remotePort: UInt16
    package let state: State
    /// Joins to ``Proc/socketInodes(_:)``; 0 once no process holds the socket.
    package let inode: UInt64

    /// Reads one line; `nil` for the heading and for what is no such line.
    package init?(parsing line: some Sequence<UInt8>) {
        let fields = line.split { $0 == 0x20 }.map { String(decoding: $0, as: UTF8.self) }
        guard fields.count >= 10, let local = Self.endpoint(fields[1]), let remote = Self.endpoint(fields[2]),
            let state = UInt8(fields[3], radix: 16).flatMap(State.init), let inode = UInt64(fields[9])
        else { return nil }
        (localAddress, localPort) = local
        (remoteAddress, remotePort) = remote
        self.state = state
        self.inode = inode
    }

    /// Reads `0100007F:1F90`: words in network order, each printed as this machine's number, and a port.
    private static func endpoint(_ text: String) -> (IPAddress, UInt16)? {
        let parts = text.split(separator: ":")
        guard parts.count == 2, parts[1].count == 4, let port = UInt16(parts[1], radix: 16) else { return nil }
        var words: [UInt32] = []
        var rest = parts[0]
        while !rest.isEmpty {
            guard rest.utf8.count >= 8, let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
            words.append(UInt32(bigEndian: word))
            rest = rest.dropFirst(8)
        }
        switch words.count {
        case 1: return (IPAddress(v4: words[0]), port)
        case 4:
            let halves = (UInt64(words[0]) << 32 | UInt64(words[1]), UInt64(words[2]) << 32 | UInt64(words[3]))
            return (IPAddress(high: halves.0, low: halves.1), port)
        default: return nil
        }
    }
}

extension Proc {
    /// The TCP sockets, IPv4 and IPv6, of the network that `pid` is in; `nil`: of this process's.
    package static func tcpTable(_ pid: pid_t? = nil) -> [TCPEntry] {
        let folder = "/proc/" + (pid.map(String.init) ?? "self") + "/net/"
        return ["tcp", "tcp6"].flatMap { tcpEntries(read(folder + $0) ?? []) }
    }

    static func tcpEntries(_ bytes: [UInt8]) -> [TCPEntry] {
        bytes.split(separator: 0x0A).compactMap { TCPEntry(parsing: $0) }
    }

    /// The processes that listen on a TCP port, whatever the address; those of other users are found by root only.
    package static func listeners(onPort port: Int) -> [pid_t] {
        let inodes = Set(tcpTable().filter { $0.state == .listening && Int($0.localPort) == port }.map(\.inode))
        guard !inodes.isEmpty else { return [] }
        return all().filter { !inodes.isDisjoint(with: socketInodes($0)) }
    }
}
