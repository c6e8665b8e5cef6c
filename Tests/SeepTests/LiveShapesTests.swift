import LinuxIO
import Scenarios
import Testing
import Verdicts

/// Every shape of `leaky` before a real PostgreSQL, once: the verdict that its server in `scenarios/leaky` wants. Most of a run is silence, so a
/// few run beside one another.
@Suite("seep, before every shape of leaky", .serialized, .timeLimit(.minutes(10))) struct LiveShapesTests {
    /// A server of a scenario of `scenarios/leaky`.
    private struct Shape: Sendable {
        var file: String
        var server: String
        var wanted: String

        /// A session for each load takes more loads than three to show, and one for each long silence takes these.
        var isSlow: Bool { ["end-of-load", "staircase"].contains(server) }
    }

    private static let atOnce = 4

    private static func all() throws -> [Shape] {
        try ["scenario.yaml", "classes.yaml"].flatMap { name in
            let file = Repository.scenario("leaky") + "/" + name
            return try ScenarioReader.read(path: file, options: ScenarioReader.Options(environment: [:])).servers.map { server in
                Shape(file: file, server: server.name, wanted: try #require(server.expect))
            }
        }
    }

    @Test func `each is judged as it was made`() async throws {
        // The longest first, so that none is waited for at the end.
        let shapes = try Self.all().sorted { $0.isSlow && !$1.isSlow }
        #expect(shapes.count >= 27)
        await withTaskGroup(of: Void.self) { group in
            for (index, shape) in shapes.enumerated() {
                if index >= Self.atOnce { await group.next() }
                group.addTask { await Self.judge(shape) }
            }
        }
    }

    private static func judge(_ shape: Shape) async {
        do {
            let place = try Workplace()
            let flags = shape.isSlow ? [] : ["--quick"]
            let ended = try await place.seep(
                ["run", shape.file, "--server", shape.server, "--plain"] + flags, environment: ["LEAKY": BuiltProducts.folder + "/leaky"],
                within: .seconds(240))
            let cell = try place.cell()
            #expect(ended.status == 0, "\(shape.server): \(ended.said)")
            #expect(try cell.verdict().verdict.rawValue == shape.wanted, "\(shape.server): \(ended.said)")
            #expect(cell.brokenFiles.isEmpty, "\(shape.server)")
        } catch {
            Issue.record("\(shape.server): \(error)")
        }
    }
}
