import Glibc
import LinuxIO
import Postgres
import TestSupport

@testable import leaky

/// A server of one shape in this process, on a database of its own in the test cluster.
struct LiveServer {
    let server: Server
    private let database: String
    private let superuserURL: String

    init(_ shape: Shape, _ change: (inout ShapeSettings) -> Void = { _ in }) async throws {
        let cluster = try await TestCluster.shared
        let url = try cluster.makeDatabase()
        database = try ConnectionInfo(parsing: url).database
        superuserURL = cluster.superuserURL
        var settings = ShapeSettings(shape)
        change(&settings)
        server = try Server(Server.Configuration(port: 0, database: url, settings: settings, slow: .milliseconds(100)))
    }

    /// The sessions of the server that PostgreSQL knows of.
    func count(where condition: String = "true") throws -> Int {
        var connection = try PostgresConnection(connecting: superuserURL)
        let rows = try connection.query(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'leaky' AND \(condition)",
            parameters: [database])
        return rows.int(0, 0) ?? -1
    }

    /// Reads the count until it is in `wanted`, for at most twenty seconds: backends take a moment to end.
    func settled(in wanted: ClosedRange<Int>) throws -> Int {
        let deadline = MonotonicInstant.now + .seconds(20)
        while true {
            let now = try count()
            if wanted.contains(now) || .now > deadline { return now }
            usleep(20_000)
        }
    }

    /// Requests over so many kept-alive connections at once, each a thread; the statuses that came back.
    func load(_ path: String, each: Int, clients: Int) throws -> [Int] {
        let statuses = Monitor<[Int]>([])
        let port = server.port
        let threads = try (0..<clients).map { _ in
            try KernelThread(name: "client") {
                guard let client = TestClient(port: port) else { return }
                for _ in 0..<each {
                    let status = client.get(path)
                    statuses.change { $0.append(status) }
                }
            }
        }
        for thread in threads { thread.join() }
        return statuses.change { $0 }
    }
}

/// One HTTP connection that blocks, with a limit of five seconds on every call.
final class TestClient: Sendable {
    private let descriptor: OwnedDescriptor

    init?(port: Int) {
        let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { return nil }
        descriptor = OwnedDescriptor(taking: raw)
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else { return nil }
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor.raw, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Sends a request and reads its whole response; the status, 0 when none came.
    func get(_ path: String) -> Int {
        send("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        return readResponse()
    }

    /// Reads one response, byte by byte up to its body, so that nothing of the next is taken.
    func readResponse() -> Int {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual([13, 10, 13, 10]) {
            var byte: UInt8 = 0
            guard recv(descriptor.raw, &byte, 1, 0) == 1 else { return 0 }
            head.append(byte)
        }
        let text = String(decoding: head, as: UTF8.self)
        guard let field = text.firstRange(of: "Content-Length: "), let status = Int(text.dropFirst(9).prefix(3)) else { return 0 }
        var left = Int(text[field.upperBound...].prefix { $0.isNumber }) ?? 0
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while left > 0 {
            let count = recv(descriptor.raw, &chunk, min(left, chunk.count), 0)
            guard count > 0 else { return 0 }
            left -= count
        }
        return status
    }
}
