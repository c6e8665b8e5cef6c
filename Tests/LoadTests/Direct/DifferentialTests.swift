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
            let general = try await playGeneral(part)
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

    /// What begins with a folded line gets a handle of its own: after another response, libcurl before 8.0 appends such a line to a
    /// header that it has freed.
    private func playGeneral(_ responses: [Response]) async throws -> [Played] {
        let isFolded = { (bytes: [UInt8]) in zip(bytes, bytes.dropFirst()).contains { $0 == 0x0A && ($1 == 0x20 || $1 == 0x09) } }
        var played = try await play(responses.map { isFolded($0.bytes) ? Response(name: "", bytes: [], head: false) : $0 }, .general)
        for (index, response) in responses.enumerated() where isFolded(response.bytes) {
            played[index] = try await play([response], .general)[0]
        }
        return played
    }

    /// Sends each response once, and closes the connection after it.
    private func play(_ responses: [Response], _ transport: HTTPSettings.Transport) async throws -> [Played] {
        let server = try ScriptedServer { request in
            guard let number = Int(request.target.dropFirst()) else { return [.close] }
            return [.send(responses[number].bytes), .close]
        }
        let specs = responses.enumerated().map {
            RequestSpec(name: "\($0.offset)", method: $0.element.head ? .head : .get, url: "/\($0.offset)")
        }
        let bench = try LoadBench(server.url, requests: specs, http: HTTPSettings(timeout: .seconds(5), transport: transport))
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
