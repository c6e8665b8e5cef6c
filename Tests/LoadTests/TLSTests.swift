import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

/// HTTPS over both transports: verification is on, and what does not hold is unreachable.
@Suite(.bothTransports, .serialized) struct TLSTests {
    @Test func aServerOfOurAuthorityIsTrustedAndItsConnectionsAreKept() async throws {
        let server = try TLSServer(.good)
        // From one byte to more than a TLS record and more than a buffer.
        let specs = [1, 1000, 70_000, 300_000].map { RequestSpec(name: "\($0)", url: "/\($0)") }
        let bench = try LoadBench(server.url, requests: specs, authorities: server.authority)
        for id in 0..<2 {
            let (outcome, _, transfers) = try await bench.run(.closed(requests: 80, concurrency: 4), id: id)
            #expect(outcome.count(.success) == 80)
            #expect(1...4 ~= outcome.opened)
            #expect(outcome.reused == 80 - outcome.opened)
            #expect(outcome.bytes == 20 * 371_001)
            #expect(Set(transfers.map(\.connection)).count <= 4)
        }
    }

    @Test func `records that come together are all taken up`() async throws {
        let server = try TLSServer(.good)
        let specs = [1, 15, 16, 17, 1000].map { RequestSpec(name: "\($0)", url: "/records\($0)") }
        let http = HTTPSettings(timeout: .seconds(10))
        let bench = try LoadBench(server.url, requests: specs, http: http, authorities: server.authority)
        let (outcome, _, _) = try await bench.run(.closed(requests: 40, concurrency: 2))
        #expect(outcome.count(.success) == 40)
        #expect(outcome.bytes == 8 * 1049)
        #expect(outcome.opened == 2)
    }

    @Test func `what nobody asked for is not taken for the next response, though TLS had it already`() async throws {
        let server = try TLSServer(.good)
        let specs = [0, 5].map { RequestSpec(name: "\($0)", url: "/more\($0)") }
        let http = HTTPSettings(timeout: .seconds(10), transport: .direct)
        let bench = try LoadBench(server.url, requests: specs, http: http, authorities: server.authority)
        let (outcome, _, _) = try await bench.run(.closed(requests: 8, concurrency: 1))
        #expect(outcome.count(.success) == 8)
        #expect(outcome.opened == 8)
    }

    @Test func aLargeBodyIsSentWhole() async throws {
        let server = try TLSServer(.good)
        let body = RequestSpec.Body(bytes: [UInt8](repeating: 0x41, count: 2_000_000), contentType: nil)
        let bench = try LoadBench(
            server.url, requests: [RequestSpec(name: "r", method: .post, url: "/", body: body)], authorities: server.authority)
        let (outcome, _, _) = try await bench.run(.closed(requests: 6, concurrency: 2))
        #expect(outcome.count(.success) == 6)
    }

    @Test(arguments: [
        (TLSServer.Certificate.expired, "the certificate does not hold: certificate has expired (https://127.0.0.1:"),
        (.selfSigned, "the certificate does not hold: self-signed certificate (https://127.0.0.1:"),
        (.otherName, "SSL: no alternative certificate subject name matches target host name '127.0.0.1' (https://127.0.0.1:"),
    ])
    func aCertificateThatDoesNotHoldIsUnreachable(certificate: TLSServer.Certificate, reason: String) async throws {
        let server = try TLSServer(certificate)
        let http = HTTPSettings(timeout: .seconds(60), tls: .init(authorities: server.authority))
        let bench = try LoadBench(server.url, http: http)
        let (outcome, _, transfers) = try await bench.run(.closed(requests: 4, concurrency: 2))
        #expect(outcome.count(.unreachable) == 4)
        #expect(outcome.failures.map(\.count) == [4])
        #expect(outcome.failures.first?.reason == reason + "\(server.port))")
        #expect(outcome.opened == 0)
        #expect(outcome.localFailures == 0)
        #expect(transfers.allSatisfy { $0.status == nil })
    }

    @Test func anAuthorityThatTheSystemDoesNotKnowIsUnreachable() async throws {
        let server = try TLSServer(.good)
        let bench = try LoadBench(server.url)
        let (outcome, _, _) = try await bench.run(.closed(requests: 2, concurrency: 1))
        #expect(outcome.count(.unreachable) == 2)
    }

    @Test(arguments: [TLSServer.Certificate.expired, .selfSigned, .otherName])
    func noCertificateIsCheckedWhereThatIsSaid(certificate: TLSServer.Certificate) async throws {
        let server = try TLSServer(certificate)
        let bench = try LoadBench(server.url, http: HTTPSettings(timeout: .seconds(60), tls: .init(verify: false)))
        let (outcome, _, _) = try await bench.run(.closed(requests: 4, concurrency: 2))
        #expect(outcome.count(.success) == 4)
    }

    @Test func aClientShowsItsCertificate() async throws {
        let server = try TLSServer(.good, wantsClient: true)
        var tls = HTTPSettings.TLS(authorities: server.authority)
        let without = try LoadBench(server.url, http: HTTPSettings(timeout: .seconds(60), tls: tls))
        let (refused, _, _) = try await without.run(.closed(requests: 2, concurrency: 1))
        #expect(refused.count(.success) == 0)
        #expect(refused.failures.count == 1)
        (tls.certificate, tls.key) = (server.clientCertificate, server.clientKey)
        let with = try LoadBench(server.url, http: HTTPSettings(timeout: .seconds(60), tls: tls))
        let (outcome, _, _) = try await with.run(.closed(requests: 6, concurrency: 2))
        #expect(outcome.count(.success) == 6)
    }

    @Test func moreConnectionsThanOneCacheHolds() async throws {
        let server = try TLSServer(.good)
        let bench = try LoadBench(server.url, authorities: server.authority)
        for id in 0..<2 {
            let (outcome, _, _) = try await bench.run(.closed(requests: 600, concurrency: 150), id: id)
            #expect(outcome.count(.success) == 600)
            #expect(outcome.opened == 150)
        }
    }

    @Test func freshConnectionsAreClosedAtTheirEnd() async throws {
        let server = try TLSServer(.good)
        let bench = try LoadBench(server.url, authorities: server.authority)
        let (outcome, _, _) = try await bench.run(.closed(requests: 12, concurrency: 3), connections: .fresh)
        #expect(outcome.count(.success) == 12)
        #expect(outcome.opened == 12)
    }
}
