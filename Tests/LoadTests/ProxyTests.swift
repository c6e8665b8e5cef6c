import Glibc
import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

/// Requests by an HTTP proxy, over both transports.
@Suite(.bothTransports, .serialized) struct ProxyTests {
    private func http(_ proxy: String, tls: HTTPSettings.TLS = .init()) -> HTTPSettings {
        HTTPSettings(timeout: .seconds(60), proxy: proxy, tls: tls)
    }

    @Test func plainRequestsAskTheProxyForTheWholeURL() async throws {
        let proxy = try ProxyServer()
        let bench = try LoadBench(
            "http://somewhere.invalid:8000", requests: [RequestSpec(name: "r", url: "/a/../b?c=%00&d")],
            http: http("http://127.0.0.1:\(proxy.port)"))
        let (outcome, _, _) = try await bench.run(.closed(requests: 6, concurrency: 2))
        #expect(outcome.count(.success) == 6)
        #expect(1...2 ~= outcome.opened)
        #expect(Set(proxy.finish()) == ["GET http://somewhere.invalid:8000/a/../b?c=%00&d HTTP/1.1"])
    }

    @Test func theSameBytesAreSentToAProxyByBoth() async throws {
        var seen: [[String]] = []
        for transport in [HTTPSettings.Transport.general, .direct] {
            let server = try ScriptedServer { _ in [.response()] }
            var http = http("http://us%65r:p%40ss@127.0.0.1:\(server.port)")
            http.transport = transport
            let body = RequestSpec.Body(bytes: [0x61], contentType: "text/plain")
            let specs = [
                RequestSpec(name: "get", url: "/x"), RequestSpec(name: "post", method: .post, url: "/y?z", body: body),
                RequestSpec(name: "host", url: "/x", headers: [.init(name: "Host", value: "other"), .init(name: "Accept", value: "a/b")]),
            ]
            let bench = try LoadBench("http://somewhere.invalid", requests: specs, http: http)
            _ = try await bench.run(.closed(requests: 3, concurrency: 1))
            seen.append(server.seen.requests.map(\.text))
        }
        #expect(seen[0].count == 3)
        #expect(seen[0] == seen[1])
        // user:p@ss
        #expect(seen[1].allSatisfy { $0.contains("\r\nProxy-Authorization: Basic dXNlcjpwQHNz\r\n") })
    }

    @Test func secureRequestsGoThroughATunnel() async throws {
        let server = try TLSServer(.good)
        let proxy = try ProxyServer(user: "me:secret")
        let tls = HTTPSettings.TLS(authorities: server.authority)
        let bench = try LoadBench(server.url, http: http("http://me:secret@127.0.0.1:\(proxy.port)", tls: tls))
        let (outcome, _, _) = try await bench.run(.closed(requests: 6, concurrency: 2))
        #expect(outcome.count(.success) == 6)
        #expect(1...2 ~= outcome.opened)
        #expect(proxy.finish() == Array(repeating: "CONNECT 127.0.0.1:\(server.port) HTTP/1.1", count: 2))
    }

    @Test func aProxyThatRefusesATunnelIsUnreachableAndSaysNoPassword() async throws {
        let server = try TLSServer(.good)
        let proxy = try ProxyServer(user: "me:secret")
        let bench = try LoadBench(server.url, http: http("http://me:wrong-one@127.0.0.1:\(proxy.port)"))
        let (outcome, _, _) = try await bench.run(.closed(requests: 3, concurrency: 1))
        #expect(outcome.count(.unreachable) == 3)
        let reason = outcome.failures.first?.reason ?? ""
        #expect(reason.contains("407"))
        #expect(reason.hasSuffix("(\(server.url) by the proxy http://127.0.0.1:\(proxy.port))"))
        #expect(!reason.contains("wrong-one"))
    }

    @Test func aProxyThatIsNotThereIsToldFromOneThatRefuses() async throws {
        let port = try ScriptedServer.freePort()
        let bench = try LoadBench("http://somewhere.invalid", http: http("http://127.0.0.1:\(port)"))
        let (outcome, _, _) = try await bench.run(.closed(requests: 3, concurrency: 1))
        #expect(outcome.count(.refused) == 3)
        let named = try LoadBench("http://somewhere.invalid", http: http("http://no-such-proxy.invalid:3128"))
        let (other, _, _) = try await named.run(.closed(requests: 3, concurrency: 1))
        #expect(other.count(.unreachable) == 3)
        #expect(other.failures.first?.reason.hasPrefix("the name of the proxy does not resolve") == true)
    }

    @Test func theEnvironmentsProxiesAreNotUsed() async throws {
        let proxy = try ScriptedServer { _ in [.response(599)] }
        for name in ["http_proxy", "all_proxy", "ALL_PROXY"] { setenv(name, proxy.url, 1) }
        defer { for name in ["http_proxy", "all_proxy", "ALL_PROXY"] { unsetenv(name) } }
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url)
        let (outcome, _, _) = try await bench.run(.closed(requests: 3, concurrency: 1))
        #expect(outcome.count(.success) == 3)
        // And where there is a proxy, the environment names no way round it.
        setenv("no_proxy", "*", 1)
        defer { unsetenv("no_proxy") }
        let own = try ProxyServer()
        let by = try LoadBench(server.url, http: http("http://127.0.0.1:\(own.port)"))
        let (through, _, _) = try await by.run(.closed(requests: 3, concurrency: 1))
        #expect(through.count(.success) == 3)
        #expect(own.finish().count == 3)
    }
}
