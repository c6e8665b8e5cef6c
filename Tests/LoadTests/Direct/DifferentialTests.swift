import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

/// The same bytes, answered to both transports: the same outcome, status and bytes, but for the differences that are known.
@Suite struct DifferentialTests {
    struct Played: Equatable, CustomStringConvertible {
        var outcome: Outcome?
        var status: Int?
        var bytes = 0

        var description: String { "\(outcome.map { "\($0)" } ?? "nothing") \(status ?? 0) \(bytes)" }
    }

    struct Response: Sendable {
        var name: String
        var bytes: [UInt8]
        var head: Bool
    }

    /// Every response of the parser's tests, and as many generated ones.
    static let responses: [Response] = {
        let cases = ResponseParserTests.wellFormed + ResponseParserTests.malformed
        var all = cases.map { Response(name: $0.name, bytes: Array($0.text.utf8), head: $0.head) }
        var maker = ResponseMaker(seed: 7)
        for number in 0..<700 {
            let (bytes, _, head) = maker.next()
            all.append(Response(name: "made \(number)", bytes: bytes, head: head))
        }
        return all
    }()

    @Test func bothTransportsSayTheSameOfAResponse() async throws {
        var known: [KnownDifference: Int] = [:]
        for start in stride(from: 0, to: Self.responses.count, by: 100) {
            let part = Array(Self.responses[start..<min(start + 100, Self.responses.count)])
            let general = try await play(part, .general)
            let direct = try await play(part, .direct)
            for (response, (one, other)) in zip(part, zip(general, direct)) where one != other {
                let why = KnownDifference(response, general: one, direct: other)
                if let why { known[why, default: 0] += 1 }
                #expect(
                    why != nil,
                    "\(response.name): general \(one), direct \(other): \(String(decoding: response.bytes.prefix(400), as: UTF8.self).debugDescription)"
                )
            }
        }
        // Each is met, so that a rule that nothing needs any more is found.
        for why in KnownDifference.allCases { #expect(known[why] != nil, "\(why) has not been met") }
        print("differential: \(Self.responses.count) responses, \(known)")
    }

    /// A slow reader reads the same, and who leaves after some bytes leaves the same responses, whatever reads them.
    @Test(arguments: [RequestSpec.HangUp.Moment.headers, .bytes(3)])
    func bothTransportsLeaveTheSameResponses(moment: RequestSpec.HangUp.Moment) async throws {
        // What both read alike.
        let part = Array(Self.responses.prefix(500))
        let (general, direct) = (try await play(part, .general), try await play(part, .direct))
        let alike = zip(part, zip(general, direct)).filter { $1.0 == $1.1 }.map(\.0)
        let leaving = RequestSpec.HangUp(moment)
        let (one, other) = (try await play(alike, .general, hangUp: leaving), try await play(alike, .direct, hangUp: leaving))
        var left = 0
        for (response, (one, other)) in zip(alike, zip(one, other)) {
            #expect(one.outcome == other.outcome, "\(response.name): general \(one), direct \(other)")
            if other.outcome == .hungUp { left += 1 }
        }
        #expect(left > 3 && left < alike.count)
    }

    @Test func aSlowReaderReadsTheSame() async throws {
        let part = Array(Self.responses.prefix(200))
        for transport in [HTTPSettings.Transport.general, .direct] {
            let (fast, slow) = (try await play(part, transport), try await play(part, transport, readRate: 1_000_000))
            for (response, (one, other)) in zip(part, zip(fast, slow)) {
                // Where there is a flaw, how much was read before it depends on how it was read.
                let same = one.outcome == .garbled ? one.outcome == other.outcome : one == other
                #expect(same, "\(transport) \(response.name): fast \(one), slow \(other)")
            }
        }
    }

    /// Sends each response once, and closes the connection after it.
    private func play(
        _ responses: [Response], _ transport: HTTPSettings.Transport, hangUp: RequestSpec.HangUp? = nil, readRate: Int? = nil
    ) async throws -> [Played] {
        let server = try ScriptedServer { request in
            guard let number = Int(request.target.dropFirst()) else { return [.close] }
            return [.send(responses[number].bytes), .close]
        }
        let specs = responses.enumerated().map {
            RequestSpec(
                name: "\($0.offset)", method: $0.element.head ? .head : .get, url: "/\($0.offset)", hangUp: hangUp, readRate: readRate)
        }
        let bench = try LoadBench(server.url, requests: specs, http: HTTPSettings(timeout: .seconds(60), transport: transport))
        let (_, rows, transfers) = try await bench.run(.closed(requests: responses.count, concurrency: 8), connections: .fresh)
        var played = Array(repeating: Played(), count: responses.count)
        for transfer in transfers {
            guard let number = Int(transfer.request) else { continue }
            played[number].outcome = transfer.outcome
            played[number].status = transfer.status
        }
        for row in rows { if let number = Int(row.request) { played[number].bytes += row.bytes } }
        return played
    }
}
