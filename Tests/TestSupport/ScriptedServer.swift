import Glibc
import LinuxIO
import Synchronization

/// A TCP server on loopback that does what a script says for each request: answers well or badly, late, in pieces, or not at all.
///
/// One thread of its own. What it saw may be read from any thread.
package final class ScriptedServer: Sendable {
    package enum Action: Sendable {
        case send([UInt8])
        case wait(Duration)
        /// Waits until the client has ended its side of the connection; for a server that answers after that.
        case awaitEnd
        case close
        /// Closes with a reset instead of an end.
        case reset
        /// Never does anything again on this connection.
        case hang
    }

    package struct Request: Sendable {
        /// Counted from 1 over the server's life.
        package var number: Int
        package var connection: Int
        /// Counted from 1 on the connection.
        package var onConnection: Int
        package var bytes: [UInt8]

        /// The head, without what a String cannot hold.
        package var text: String { String(decoding: bytes, as: UTF8.self) }
        package var target: String { text.split(separator: " ", maxSplits: 2).dropFirst().first.map(String.init) ?? "" }
        package var method: String { text.split(separator: " ").first.map(String.init) ?? "" }

        package func header(_ name: String) -> String? {
            for line in text.split(separator: "\r\n") where line.lowercased().hasPrefix(name.lowercased() + ":") {
                return line.dropFirst(name.count + 1).drop(while: { $0 == " " }).description
            }
            return nil
        }
    }

    package struct Seen: Sendable {
        package var requests: [Request] = []
        package var accepted = 0
        /// Connections that the client closed, or ended its side of.
        package var ended = 0
        /// Connections that the client reset.
        package var reset = 0
        /// Connections that took all of what the script sends, after the client had ended its side.
        package var answeredAfterEnd = 0
        package var open = 0
        package var mostOpen = 0
    }

    /// What the loop and the tests share.
    final class State: Sendable {
        let seen = Mutex(Seen())
        let stopping = Atomic(false)
        let wakeUp: EventFD

        init() throws { wakeUp = try EventFD() }
    }

    private let state: State
    private let thread: KernelThread
    package let port: Int

    package var seen: Seen { state.seen.withLock { $0 } }
    package var url: String { "http://127.0.0.1:\(port)" }

    /// - Parameter address: where it listens.
    /// - Parameter answersAfterEnd: carries on with its script when the client has ended its side, as HTTP servers may.
    package init(
        at address: Address = .loopback, answersAfterEnd: Bool = false, _ script: @escaping @Sendable (Request) -> [Action]
    ) throws {
        let (listener, port) = try Self.listen(address)
        let state = try State()
        self.port = port
        self.state = state
        thread = try KernelThread(name: "test-server") {
            var loop = ScriptedServerLoop(listener: listener, state: state, answersAfterEnd: answersAfterEnd, script: script)
            loop.run()
        }
    }

    deinit {
        state.stopping.store(true, ordering: .relaxed)
        state.wakeUp.signal()
        thread.join()
    }

    package enum Address: Sendable {
        /// 127.0.0.1, any port.
        case loopback
        /// ::1, any port.
        case loopback6
        /// A path that does not exist yet.
        case unix(String)
    }

    /// A listening socket.
    static func listen(_ where: Address = .loopback) throws -> (fd: Int32, port: Int) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        withUnsafeMutableBytes(of: &storage) { raw in
            switch `where` {
            case .loopback:
                raw.storeBytes(of: sa_family_t(AF_INET), as: sa_family_t.self)
                raw.storeBytes(of: UInt32(0x7F00_0001).bigEndian, toByteOffset: 4, as: UInt32.self)
                length = socklen_t(MemoryLayout<sockaddr_in>.size)
            case .loopback6:
                raw.storeBytes(of: sa_family_t(AF_INET6), as: sa_family_t.self)
                raw.storeBytes(of: 1, toByteOffset: 8 + 15, as: UInt8.self)
                length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            case .unix(let path):
                raw.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
                for (index, byte) in path.utf8.enumerated() { raw[2 + index] = byte }
                length = socklen_t(2 + path.utf8.count + 1)
            }
        }
        let listener = socket(Int32(storage.ss_family), Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let bound = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && Glibc.listen(listener, 4096) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard bound else { throw SystemError("bind") }
        return (listener, withUnsafeBytes(of: storage) { Int(UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self))) })
    }

    /// A port on which nobody listens.
    package static func freePort() throws -> Int {
        let (fd, port) = try listen()
        close(fd)
        return port
    }

    /// Looks every few milliseconds until `condition` holds; whether it did within a minute.
    ///
    /// On a busy machine a look may come late: a count that goes on is to be compared with `>=`.
    package func waits(until condition: (Seen) -> Bool) async throws -> Bool {
        let end = MonotonicInstant.now + .seconds(60)
        while .now < end {
            if condition(seen) { return true }
            try await Task.sleep(for: .milliseconds(5))
        }
        return condition(seen)
    }
}

extension ScriptedServer.Action {
    /// A whole response with a length.
    package static func response(_ status: Int = 200, headers: [String] = [], body: String = "ok\n") -> Self {
        let lines = ["HTTP/1.1 \(status) Scripted", "Content-Length: \(body.utf8.count)"] + headers
        return .text(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    package static func text(_ text: String) -> Self { .send(Array(text.utf8)) }

    package static func redirect(_ status: Int = 302, to location: String) -> Self {
        .response(status, headers: ["Location: \(location)"], body: "")
    }
}
