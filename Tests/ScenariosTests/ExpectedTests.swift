import Scenarios
import Testing

@Suite("expected") struct ExpectedTests {
    private func read(_ expected: String) throws -> ExpectedUse? {
        try TemporaryScenario("target: http://127.0.0.1:1\nrequests: [{get: /}]\nexpected: \(expected)\n").read().expected
    }

    @Test(
        arguments: [
            ("{requests_per_day: 1000000, restarts: daily}", 1_000_000, Duration.seconds(86_400)),
            ("{requests_per_day: 1, restarts: weekly}", 1, .seconds(604_800)), ("{restarts: 12h}", nil, .seconds(43_200)),
            ("{requests_per_day: 5, restarts: never}", 5, nil), ("{}", nil, nil),
        ] as [(String, Int?, Duration?)])
    func `says how many requests come and how often the server is restarted`(_ text: String, _ perDay: Int?, _ every: Duration?) throws {
        #expect(try read(text) == ExpectedUse(requestsPerDay: perDay, restartsEvery: every))
    }

    @Test(arguments: [
        "{requests_per_day: 0}", "{requests_per_day: many}", "{restarts: often}", "{restarts: 5s}", "{restart: daily}", "[]", "3",
    ])
    func `is refused where it says neither`(_ text: String) {
        #expect(throws: ScenarioProblems.self) { try read(text) }
    }
}
