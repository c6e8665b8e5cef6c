import Scenarios
import Testing

@testable import Harness

@Suite struct CheckTests {
    private static let scenario: Scenario = {
        var rows = DataRows()
        for value in ["/a", "secret"] { rows.append(value.utf8) }
        let steps: [RequestSpec.Flow.Part] = [
            .request(RequestSpec(name: "flow: GET /a", url: "/a", captures: [.init(name: "id", source: .header("X"))])),
            .think(from: .seconds(1), to: .seconds(3)), .request(RequestSpec(name: "save", method: .post, url: "/b")),
        ]
        return Scenario(
            name: "shown", folder: "/", target: "http://127.0.0.1:8000",
            data: [DataSet(name: "page", file: "pages.csv", pick: .once, columns: ["path", "password"], rows: rows)],
            http: HTTPSettings(reuse: .requests(10), auth: .bearer("hunter2"), proxy: "http://me:hunter2@127.0.0.1:1"),
            requests: [
                RequestSpec(
                    name: "checked", url: "/", follow: 2,
                    expect: .init(
                        status: .exactly([200, 301]), headers: [.init(name: "X", check: .exists(false))], body: [.contains("a\nb")],
                        json: [.init(name: "a.b", check: .compares(.above, 0))], within: .seconds(2))),
                RequestSpec(
                    name: "rude", url: "/", timeout: .seconds(1), hangUp: .init(.bytes(16_000), how: .reset), readRate: 1000),
                RequestSpec(name: "cut", url: "/", expect: .init(end: .cut)),
                RequestSpec(name: "flow", url: "", flow: .init(before: [.request(RequestSpec(name: "log in", url: "/l"))], steps: steps)),
            ])
    }()

    private func lines(_ scenario: Scenario) -> [String] {
        CheckCommand.plan(of: scenario, quick: false, seed: 1).map { String($0.drop { $0 == " " }) }
    }

    @Test(arguments: [
        "data        page: 1 row of pages.csv, each once: path, password",
        "http        a connection for each 10 requests; with a token; through http://me:***@127.0.0.1:1",
        "26 × checked (follows up to 2; expects 200 or 301, X is not there, a body that contains “a b”, a.b > 0, within 2s)",
        "25 × rude (resets after 16KB; reads 1KB/s; times out after 1s)", "25 × cut (expects cut)", "25 × flow: a flow of 3 requests",
        "once  log in", "1  flow: GET /a (captures id)", "2  a pause of 1s to 3s", "3  save",
    ]) func `check prints what is sent in one line each`(_ line: String) {
        #expect(lines(Self.scenario).contains(line))
    }

    @Test func `a wave of a duration lists its requests too`() {
        var scenario = Self.scenario
        scenario.load = [.closed(concurrency: 2, end: .duration(.seconds(5)))]
        scenario.requests[1].weight = 3
        #expect(lines(scenario).contains("weight 3 × rude (resets after 16KB; reads 1KB/s; times out after 1s)"))
        #expect(lines(scenario).contains("cut (expects cut)"))
    }

    @Test func `check prints no secret`() {
        #expect(!lines(Self.scenario).joined().contains("hunter2"))
    }
}
