import Glibc
import LinuxIO

/// The sockets of this machine that lead to one remote port, from `/proc/PID/net/tcp` and `tcp6`.
///
/// Reads what `Proc.tcpTable` reads, but looks at the remote port before anything else of a line: a machine under load has
/// thousands of sockets, and the sampler asks for the few that lead to PostgreSQL while it holds up the next sample.
struct SocketTable {
    struct Entry: Hashable {
        var localAddress: IPAddress
        var localPort: UInt16
        /// Never 0: a socket that no process holds is left out.
        var inode: UInt64
    }

    private(set) var entries: [Entry] = []

    /// - Parameter pid: a process in the network that is meant.
    init(remotePort: Int, asSeenBy pid: pid_t) {
        for name in ["tcp", "tcp6"] {
            guard let bytes = Proc.read("/proc/\(pid)/net/\(name)") else { continue }
            add(bytes, addressDigits: name == "tcp" ? 8 : 32, remotePort: remotePort)
        }
    }

    init(parsing bytes: [UInt8], addressDigits: Int, remotePort: Int) {
        add(bytes, addressDigits: addressDigits, remotePort: remotePort)
    }

    //    0: 0100007F:E8D2 0100007F:1538 01 00000000:00000000 00:00000000 00000000     0        0 31337 1 …
    private mutating func add(_ bytes: [UInt8], addressDigits digits: Int, remotePort: Int) {
        bytes.withUnsafeBytes { bytes in
            var start = 0
            while start < bytes.count {
                var end = start
                while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
                defer { start = end + 1 }
                var local = start
                while local < end, bytes[local] != UInt8(ascii: ":") { local += 1 }
                local += 2
                let remote = local + digits + 6
                guard remote + digits + 5 <= end, Self.hex(bytes, remote + digits + 1, 4) == UInt64(remotePort),
                    let port = Self.hex(bytes, local + digits + 1, 4), let address = Self.address(bytes, local, digits),
                    let inode = Self.field(9, of: bytes, from: start, to: end), inode != 0
                else { continue }
                entries.append(Entry(localAddress: address, localPort: UInt16(truncatingIfNeeded: port), inode: inode))
            }
        }
    }

    /// Words in network order, each printed as this machine's number.
    private static func address(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ digits: Int) -> IPAddress? {
        func word(_ index: Int) -> UInt32? {
            hex(bytes, start + index * 8, 8).map { UInt32(bigEndian: UInt32(truncatingIfNeeded: $0)) }
        }
        if digits == 8 { return word(0).map { IPAddress(v4: $0) } }
        guard let first = word(0), let second = word(1), let third = word(2), let fourth = word(3) else { return nil }
        return IPAddress(high: UInt64(first) << 32 | UInt64(second), low: UInt64(third) << 32 | UInt64(fourth))
    }

    private static func hex(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> UInt64? {
        var value: UInt64 = 0
        for byte in bytes[start..<(start + count)] {
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt64(byte - 0x30)
            case 0x41...0x46: value = value << 4 | UInt64(byte - 0x37)
            default: return nil
            }
        }
        return value
    }

    /// A decimal field, counted from 0.
    private static func field(_ number: Int, of bytes: UnsafeRawBufferPointer, from start: Int, to end: Int) -> UInt64? {
        var position = start
        var index = -1
        while position < end {
            while position < end, bytes[position] == UInt8(ascii: " ") { position += 1 }
            index += 1
            var value: UInt64 = 0
            while position < end, bytes[position] != UInt8(ascii: " ") {
                if index == number {
                    guard (0x30...0x39).contains(bytes[position]) else { return nil }
                    value = value &* 10 &+ UInt64(bytes[position] - 0x30)
                }
                position += 1
            }
            if index == number { return value }
        }
        return nil
    }
}
