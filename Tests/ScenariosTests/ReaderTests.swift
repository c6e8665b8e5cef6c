import Scenarios
import Testing

@Suite struct ReaderTests {
    @Test func `the shortest useful scenario takes every default`() throws {
        let scenario = try read(
            """
            target: http://127.0.0.1:8000
            database: ${DATABASE_URL}
            requests:
              - get: /api/pages/find/?html_path=/about/
              - get: /api/pages/find/?html_path=/no/such/page/
                expect: 404
            """, environment: ["DATABASE_URL": "postgresql://app@127.0.0.1/shop"])
        #expect(scenario.name == "test")
        #expect(scenario.target == "http://127.0.0.1:8000")
        #expect(scenario.database == DatabaseSettings(source: .url("postgresql://app@127.0.0.1/shop")))
        #expect(scenario.load == [.closed(concurrency: 8, end: .requests(101))])
        #expect(scenario.waves == WaveSettings())
        #expect(scenario.tests == TestSettings())
        #expect(
            scenario.requests == [
                RequestSpec(name: "GET /api/pages/find/?html_path=/about/", url: "/api/pages/find/?html_path=/about/"),
                RequestSpec(
                    name: "GET /api/pages/find/?html_path=/no/such/page/", url: "/api/pages/find/?html_path=/no/such/page/",
                    expect: .exactly([404])),
            ])
    }

    @Test func `a scenario with five mistakes has exactly five diagnostics, in order`() throws {
        do throws(ScenarioProblems) {
            _ = try ScenarioReader.read(
                path: Fixture.path("five-mistakes.yaml"), options: .init(environment: ["DATABASE_URL": "host=db dbname=shop"]))
            Issue.record("the scenario was taken")
        } catch {
            #expect(error.problems.map(\.place) == ["1:1", "4:10", "7:13", "8:10", "10:16"])
        }
    }
}
