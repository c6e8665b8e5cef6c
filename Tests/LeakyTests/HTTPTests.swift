import Glibc
import LinuxIO
import TestSupport
import Testing

@testable import leaky

@Suite("The HTTP server", .serialized) struct HTTPTests {
    @Test func `serves any connection by any worker`() async throws {
        let bench = try await LiveServer(.threads) { $0.threads = 4 }
        defer { bench.server.stop() }
        // One connection that lasts; the sessions it opens are those of the workers that served it.
        let client = try #require(TestClient(port: bench.server.port))
        for _ in 0..<200 { #expect(client.get("/query") == 200) }
        #expect(try bench.settled(in: 2...4) > 1)
    }

    @Test func `answers more connections than it has workers, and requests sent ahead in their order`() async throws {
        let bench = try await LiveServer(.clean) { $0.threads = 2 }
        defer { bench.server.stop() }
        #expect(try bench.load("/none", each: 20, clients: 16).count == 320)
        let client = try #require(TestClient(port: bench.server.port))
        client.send("GET /none HTTP/1.1\r\n\r\nGET /missing HTTP/1.1\r\n\r\nGET /er")
        #expect(client.readResponse() == 200)
        #expect(client.readResponse() == 404)
        client.send("ror HTTP/1.1\r\n\r\n")
        #expect(client.readResponse() == 500)
    }

    @Test func `refuses what it does not serve, says so, and goes on`() async throws {
        let bench = try await LiveServer(.clean)
        defer { bench.server.stop() }
        for (text, status) in [("POST /query HTTP/1.1\r\n\r\n", 405), ("nonsense\r\n\r\n", 400)] {
            let client = try #require(TestClient(port: bench.server.port))
            client.send(text)
            #expect(client.readResponse() == status)
            #expect(client.readResponse() == 0)
        }
        let client = try #require(TestClient(port: bench.server.port))
        #expect(client.get("/no/such/path") == 404)
        #expect(client.get("/big") == 200)
        #expect(client.get("/health?x=1") == 200)
    }

    @Test func `does not start on a port that is taken, and says which`() async throws {
        let bench = try await LiveServer(.clean)
        defer { bench.server.stop() }
        let error = #expect(throws: StartError.self) { _ = try ListeningSocket(port: bench.server.port) }
        #expect(error?.description.contains("port \(bench.server.port) of 127.0.0.1 is in use") == true)
    }

    @Test func `does not start without its database, and says where and what to do, without the password`() {
        let url = "postgresql://me:hunter2@127.0.0.1:1/shop"
        let error = #expect(throws: StartError.self) {
            _ = try Server(Server.Configuration(port: 0, database: url, settings: ShapeSettings(.clean)))
        }
        let text = error?.description ?? ""
        #expect(text.contains("me@127.0.0.1:1/shop"))
        #expect(text.contains("start PostgreSQL, or correct --database"))
        #expect(!text.contains("hunter2"))
    }
}
