internal import CCurl
internal import Glibc
package import LinuxIO

/// Numbers the connections of all the transports of one loop, from 1.
package final class ConnectionNumbers {
    private(set) var last: Int
    private let stride: Int

    /// - Parameters:
    ///   - shard: of how many that number beside each other, so that no two give the same number: 0 to `count` − 1.
    package init(shard: Int = 0, of count: Int = 1) {
        stride = count
        last = shard + 1 - count
    }

    func next() -> Int {
        last += stride
        return last
    }
}

/// The sockets of libcurl as the loop sees them: which are watched for what, and the number of each connection.
///
/// It is what libcurl calls back, so it outlives every handle made with it. One thread; it lives as long as that thread's loop,
/// and connections are numbered over its whole life. A connection that could not be opened has its number too.
///
/// libcurl stops watching a socket after each transfer and starts again with the next. That would be two system calls for each
/// request; instead an idle socket stays registered, and is taken out only when something happens on it.
package final class CurlSockets {
    private struct Entry {
        /// 0: not a connection of ours, such as the pipe of a resolver thread.
        var number = 0
        /// What libcurl waits for.
        var wanted: UInt8 = 0
        /// What epoll watches; 0: not registered.
        var registered: UInt8 = 0
        /// Requests that went over it, where they are counted.
        var served: Int32 = 0
        /// TLS is being made on it.
        var isInHandshake = false
        /// Ours; 0: not looked up yet.
        var localPort: UInt16 = 0
    }

    /// TLS takes a millisecond of processor time, for us and for the server. Were more of it begun at once than come to their end in some
    /// tenths of a second, all would be late, and thousands too late.
    private static let handshakesAtOnce = 256

    private static let read: UInt8 = 1
    private static let write: UInt8 = 2

    private let poller: Poller
    /// Put into the upper half of the tag of each event; the lower half is the descriptor.
    private let kind: UInt64
    private var entries: UnsafeMutablePointer<Entry>
    private var capacity = 1024
    /// The largest descriptor that was ever a connection.
    private var highest: Int32 = -1
    private let numbers: ConnectionNumbers
    /// The socket that libcurl believes to close and the caller keeps; −1: none.
    private var handedOver: Int32 = -1
    /// The next socket that is closed is to be reset: which it will be was not known.
    private var resetsNext = false
    /// The tags of handles whose request is sent whole, where somebody waits for that.
    private var sentTags: [Int] = []
    /// Idle connections on which something happened: their end, as a rule.
    package private(set) var idleEvents = 0
    /// The number of the connection closed last.
    package private(set) var lastClosed = 0
    /// Connections on which TLS is being made.
    private var handshakes = 0
    /// Sockets of connections that libcurl has open.
    package private(set) var open = 0
    /// When libcurl wants to be called though nothing has happened; `nil`: never.
    package internal(set) var deadline: MonotonicInstant?
    /// libcurl wants to be called at once.
    package internal(set) var isDue = false
    /// Sockets that epoll would not watch; their transfers end by time-out.
    package private(set) var failures = 0

    /// - Parameter kind: the upper 32 bits of the tags of this object's events.
    /// - Parameter numbers: shared by those whose connections are numbered together.
    package init(poller: Poller, kind: UInt32, numbers: ConnectionNumbers = ConnectionNumbers()) {
        self.poller = poller
        self.numbers = numbers
        self.kind = UInt64(kind) << 32
        entries = .allocate(capacity: capacity)
        entries.initialize(repeating: Entry(), count: capacity)
    }

    deinit {
        entries.deallocate()
    }

    /// Connections numbered so far.
    package var connectionsNumbered: Int { numbers.last }

    /// Whether libcurl waits for `fd`. When it does not, something happened on an idle connection, which libcurl finds out when it
    /// next takes it up: it is no longer watched then.
    func isWanted(_ fd: Int32) -> Bool {
        guard Int(fd) < capacity else { return false }
        if entries[Int(fd)].wanted != 0 { return true }
        if entries[Int(fd)].registered != 0 {
            poller.epoll.remove(fd)
            entries[Int(fd)].registered = 0
            if entries[Int(fd)].number > 0 { idleEvents += 1 }
        }
        return false
    }

    func number(of fd: Int32) -> Int {
        Int(fd) < capacity ? entries[Int(fd)].number : 0
    }

    /// Whoever has the choice begins no further connection with TLS for now.
    package var isBusyWithHandshakes: Bool { handshakes >= Self.handshakesAtOnce }

    /// The number of the open connection that goes out from a port of ours; 0: none does.
    func number(ofLocalPort port: Int) -> Int {
        guard port > 0, highest >= 0 else { return 0 }
        for fd in 0...Int(highest) where entries[fd].number > 0 {
            if entries[fd].localPort == 0 { entries[fd].localPort = Self.localPort(of: Int32(fd)) }
            if Int(entries[fd].localPort) == port { return entries[fd].number }
        }
        return 0
    }

    private static func localPort(of fd: Int32) -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let isKnown = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(fd, $0, &length) == 0 }
        }
        guard isKnown, [AF_INET, AF_INET6].contains(Int32(storage.ss_family)) else { return 0 }
        // At the same place in an address of either family.
        return withUnsafeBytes(of: storage) { UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self)) }
    }

    /// A socket was made for a connection; returns its number.
    func opened(_ fd: Int32, isSecure: Bool) -> Int {
        makeRoom(for: fd)
        open += 1
        highest = max(highest, fd)
        entries[Int(fd)] = Entry(number: numbers.next(), isInHandshake: isSecure)
        if isSecure { handshakes += 1 }
        return entries[Int(fd)].number
    }

    /// The connection stands, TLS and all.
    func stands(_ fd: Int32) {
        guard fd >= 0, Int(fd) < capacity, entries[Int(fd)].isInHandshake else { return }
        entries[Int(fd)].isInHandshake = false
        handshakes -= 1
    }

    /// libcurl wants the socket closed, which takes it out of epoll; whether it is to be, or was handed over.
    func closing(_ fd: Int32) -> Bool {
        if resetsNext {
            resetsNext = false
            resetConnection(fd)
        }
        guard Int(fd) < capacity else { return true }
        stands(fd)
        if entries[Int(fd)].number > 0 { open -= 1 }
        lastClosed = entries[Int(fd)].number
        entries[Int(fd)] = Entry()
        guard fd == handedOver else { return true }
        handedOver = -1
        return false
    }

    /// The next time that libcurl wants `fd` closed, it stays open and is the caller's.
    func handOver(_ fd: Int32) { handedOver = fd }

    /// Resets a connection, which libcurl then closes; −1: the next one that it closes.
    func reset(_ fd: Int32) {
        if fd >= 0 { resetConnection(fd) } else { resetsNext = true }
    }

    /// One more request goes over the connection; which one that is, counted from 1.
    func serves(_ fd: Int32) -> Int {
        guard Int(fd) < capacity else { return 0 }
        entries[Int(fd)].served += 1
        return Int(entries[Int(fd)].served)
    }

    func wasSent(_ tag: Int) { sentTags.append(tag) }

    /// The next handle whose request has been handed to the system, where ``CurlEasy/watchSending(bodyCount:_:)`` asked for it.
    package func nextSent() -> Int? { sentTags.popLast() }

    /// The socket is watched by the caller from now on, though libcurl still owns it.
    func release(_ fd: Int32) {
        guard Int(fd) < capacity else { return }
        entries[Int(fd)].wanted = 0
        entries[Int(fd)].registered = 0
    }

    /// libcurl waits for something else on `fd`; returns the number of the connection.
    func changed(_ fd: Int32, _ what: Int32) -> Int {
        makeRoom(for: fd)
        let index = Int(fd)
        switch what {
        case CURL_POLL_IN: entries[index].wanted = Self.read
        case CURL_POLL_OUT: entries[index].wanted = Self.write
        case CURL_POLL_INOUT: entries[index].wanted = Self.read | Self.write
        default: entries[index].wanted = 0
        }
        let entry = entries[index]
        if entry.wanted == entry.registered { return entry.number }
        if entry.wanted == 0, entry.number == 0 {
            poller.epoll.remove(fd)
            entries[index].registered = 0
        } else if entry.wanted != 0 || entry.registered != Self.read {
            register(fd, entry.wanted == 0 ? Self.read : entry.wanted)
        }
        return entry.number
    }

    private func register(_ fd: Int32, _ bits: UInt8) {
        do {
            try poller.epoll.set(
                fd, tag: kind | UInt64(UInt32(bitPattern: fd)), read: bits & Self.read != 0, write: bits & Self.write != 0)
            entries[Int(fd)].registered = bits
        } catch {
            failures += 1
        }
    }

    private func makeRoom(for fd: Int32) {
        guard Int(fd) >= capacity else { return }
        let larger = max(capacity * 2, Int(fd) + 1)
        let moved = UnsafeMutablePointer<Entry>.allocate(capacity: larger)
        moved.moveInitialize(from: entries, count: capacity)
        (moved + capacity).initialize(repeating: Entry(), count: larger - capacity)
        entries.deallocate()
        entries = moved
        capacity = larger
    }
}
