import LinuxIO
import Load
import Measurements
import Scenarios
import TestSupport
import Testing

@Suite("A flow", .bothTransports) struct FlowTests {
    private typealias Part = RequestSpec.Flow.Part

    private static func get(
        _ name: String, _ url: String, expect: RequestSpec.Expectation = .success, captures: [RequestSpec.Capture] = [], follow: Int = 0
    ) -> Part {
        .request(RequestSpec(name: name, url: url, isTemplated: true, follow: follow, expect: expect, captures: captures))
    }

    @Test func `goes through its steps in order, each a class of its own, and is itself none`() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(
            server.url,
            requests: [.flow("shop", Self.get("one", "/1"), Self.get("two", "/2")), RequestSpec(name: "plain", url: "/plain")])
        let (outcome, rows, transfers) = try await bench.run(.closed(requests: 6, concurrency: 1))
        #expect(server.seen.requests.map(\.target) == ["/1", "/2", "/plain", "/1", "/2", "/plain", "/1", "/2", "/plain"])
        #expect(outcome.given == 6)
        #expect(outcome.transfers == 9)
        #expect(outcome.classes.map { "\($0.name)=\($0.done)" }.sorted() == ["one=3", "plain=3", "two=3"])
        #expect(rows.map(\.started).reduce(0, +) == 9)
        #expect(Set(rows.map(\.request)) == ["one", "two", "plain"])
        #expect(transfers.map(\.request) == ["one", "two", "plain", "one", "two", "plain", "one", "two", "plain"])
        #expect(outcome.opened == 1)
    }

    @Test func `has its before once for each user and step`() async throws {
        let server = try ScriptedServer { _ in [.wait(.milliseconds(10)), .response()] }
        let bench = try LoadBench(
            server.url, requests: [.flow("f", before: [Self.get("log in", "/login/{{vu}}")], Self.get("step", "/step/{{vu}}"))])
        for id in 0..<2 {
            let before = server.seen.requests.count
            let (outcome, _, _) = try await bench.run(.closed(requests: 12, concurrency: 3), id: id)
            let targets = server.seen.requests[before...].map(\.target)
            #expect(outcome.given == 12)
            #expect(targets.filter { $0.hasPrefix("/login") }.sorted() == ["/login/1", "/login/2", "/login/3"])
            #expect(targets.count == 15)
            for user in 1...3 { #expect(targets.first { $0.hasSuffix("/\(user)") } == "/login/\(user)") }
        }
    }

    @Test func `has its before again when it failed`() async throws {
        let server = try ScriptedServer { request in [.response(request.number == 1 ? 500 : 200)] }
        let bench = try LoadBench(server.url, requests: [.flow("f", before: [Self.get("in", "/in")], Self.get("step", "/step"))])
        let (outcome, _, _) = try await bench.run(.closed(requests: 3, concurrency: 1))
        #expect(server.seen.requests.map(\.target) == ["/in", "/in", "/step", "/step"])
        #expect(outcome.unexpected == 1)
    }

    @Test func `captures values for the requests after it`() async throws {
        let server = try ScriptedServer { request in
            switch request.target {
            case "/json": [.response(headers: ["X-Token:  t-\(request.number) "], body: #"{"items": [{"id": 42}]}"#)]
            case "/html": [.response(body: #"<input name="csrf" value="a b&\#(request.number)">"#)]
            default: [.response()]
            }
        }
        let post = RequestSpec(
            name: "post", method: .post, url: "/edit/{{id}}", headers: [.init(name: "X-Token", value: "{{token}}")],
            body: .init(bytes: Array("csrf={{csrf}}".utf8), contentType: nil, encoding: .form), isTemplated: true)
        let bench = try LoadBench(
            server.url,
            requests: [
                .flow(
                    "f",
                    Self.get(
                        "json", "/json",
                        captures: [.init(name: "id", source: .json(path: "items.0.id")), .init(name: "token", source: .header("x-token"))]),
                    Self.get("html", "/html", captures: [.init(name: "csrf", source: .match("name=\"csrf\" value=\"([^\"]*)\""))]),
                    .request(post))
            ])
        let (outcome, _, _) = try await bench.run(.closed(requests: 2, concurrency: 1))
        #expect(outcome.failedCheckWords == [])
        let posts = server.seen.requests.filter { $0.method == "POST" }
        #expect(posts.map(\.target) == ["/edit/42", "/edit/42"])
        #expect(posts.map { $0.header("X-Token") } == ["t-1", "t-4"])
        #expect(posts.map { $0.text.split(separator: "\r\n").last } == ["csrf=a+b%262", "csrf=a+b%265"])
    }

    @Test(arguments: [
        RequestSpec.Capture.Source.json(path: "no"), .json(path: "null"), .header("X-No"), .match("z+"), .json(path: "empty"),
    ])
    func `ends its turn where there is nothing to capture`(source: RequestSpec.Capture.Source) async throws {
        let server = try ScriptedServer { _ in [.response(body: #"{"null": null, "empty": ""}"#)] }
        let bench = try LoadBench(
            server.url,
            requests: [.flow("f", Self.get("a", "/a", captures: [.init(name: "id", source: source)]), Self.get("b", "/b/{{id}}"))])
        let (outcome, _, _) = try await bench.run(.closed(requests: 2, concurrency: 1))
        #expect(server.seen.requests.map(\.target) == ["/a", "/a"])
        #expect(outcome.failedCheckWords == ["a capture=2"])
        #expect(outcome.unexpected == 2)
    }

    @Test func `ends its turn at a step that ends unexpectedly, and goes on where that was wanted`() async throws {
        let server = try ScriptedServer { request in
            switch request.target {
            case "/cut": [.close]
            case "/404": [.response(404)]
            default: [.response()]
            }
        }
        let wanted = RequestSpec.Expectation(end: .cut)
        let bench = try LoadBench(
            server.url,
            requests: [
                .flow("status", Self.get("s1", "/404"), Self.get("s2", "/never")),
                .flow("cut", Self.get("c1", "/cut"), Self.get("c2", "/never")),
                .flow(
                    "wanted", Self.get("w1", "/404", expect: .exactly([404])), Self.get("w2", "/cut", expect: wanted),
                    Self.get("w3", "/fine")),
            ])
        let (outcome, _, _) = try await bench.run(.closed(requests: 6, concurrency: 1))
        let targets = server.seen.requests.map(\.target)
        #expect(!targets.contains("/never"))
        #expect(targets.count { $0 == "/fine" } == 2)
        #expect(outcome.failedCheckWords == ["c1 end=2", "s1 status=2"])
    }

    @Test func `waits its think times, and lets others go on meanwhile`() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let think = Part.think(from: .milliseconds(600), to: .milliseconds(700))
        let bench = try LoadBench(
            server.url, requests: [.flow("f", Self.get("a", "/a/{{vu}}"), think, Self.get("b", "/b/{{vu}}"))])
        let (outcome, _, transfers) = try await bench.run(.closed(requests: 20, concurrency: 20))
        #expect(outcome.peakInFlight == 20)
        #expect(outcome.transfers == 40)
        // One after another they would take twelve seconds at least.
        #expect(outcome.loadEnd - outcome.start < .seconds(12))
        let firsts = transfers.filter { $0.request == "a" }
        let seconds = transfers.filter { $0.request == "b" }
        #expect(seconds.map(\.start).min()! - firsts.map(\.end).min()! >= .milliseconds(600))
        // The time to think is nobody's service time.
        for part in [firsts, seconds] { #expect(part.map { $0.end - $0.start }.min()! < .milliseconds(600)) }
        let order = server.seen.requests.map { $0.target.split(separator: "/")[0] }
        #expect(order.prefix(20).allSatisfy { $0 == "a" })
    }

    @Test func `has one row for a turn, and another for the next`() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(
            server.url, requests: [.flow("f", Self.get("a", "/a/{{d.v}}"), Self.get("b", "/b/{{d.v}}"))],
            data: [.rows("d", .once, ["x", "y", "z"])])
        let (outcome, _, _) = try await bench.run(.closed(requests: 5, concurrency: 1))
        #expect(server.seen.requests.map(\.target) == ["/a/x", "/b/x", "/a/y", "/b/y", "/a/z", "/b/z"])
        #expect(outcome.given == 3)
        #expect(outcome.dropped == 2)
        #expect(outcome.classes.map(\.name) == ["a", "b"])
    }

    @Test func `whose users ran out of names to log in with goes on with those that have one`() async throws {
        let server = try ScriptedServer { _ in [.wait(.milliseconds(5)), .response()] }
        let bench = try LoadBench(
            server.url, requests: [.flow("f", before: [Self.get("in", "/in/{{d.v}}")], Self.get("step", "/step/{{vu}}"))],
            load: [.closed(concurrency: 5, end: .duration(.milliseconds(400)))], data: [.rows("d", .once, ["x", "y"])])
        let (outcome, _, _) = try await bench.run(.scenario(cap: nil))
        #expect(outcome.classes.first { $0.name == "in" }?.done == 2)
        #expect(outcome.peakInFlight == 2)
        #expect(outcome.given > 4)
        #expect(outcome.dropped <= outcome.given + 1)
        #expect(outcome.loadEnd - outcome.start >= .milliseconds(400))
    }

    @Test func `ends at once when the guard stops the load, in flight or thinking`() async throws {
        let server = try ScriptedServer { request in request.target == "/hang" ? [.hang] : [.response()] }
        let long = Part.think(from: .seconds(600), to: .seconds(600))
        let bench = try LoadBench(
            server.url,
            requests: [.flow("thinks", Self.get("a", "/a"), long, Self.get("b", "/b")), .flow("hangs", Self.get("h", "/hang"))])
        async let running = bench.run(.closed(requests: 1000, concurrency: 10))
        #expect(try await server.waits { $0.requests.count >= 10 })
        // The last response of those that think may be under way yet.
        try await Task.sleep(for: .milliseconds(100))
        bench.engine.guardSignal.signal()
        let (outcome, _, _) = try await running
        #expect(outcome.stoppedBy == .guardRail)
        #expect(outcome.given == 10)
        #expect(outcome.transfers == 10)
        #expect(outcome.count(.hungUp) == 5)
        #expect(outcome.unexpected == 0)
        #expect(outcome.loadEnd - outcome.start < .seconds(60))
        // And the step after it begins anew.
        let (next, _, _) = try await bench.run(.closed(requests: 0, concurrency: 10), id: 1)
        #expect(next.transfers == 0)
    }

    @Test func `takes an arrival for each turn in an open load, on a free user`() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(
            server.url,
            requests: [.flow("f", Self.get("a", "/a/{{vu}}"), .think(from: .seconds(1), to: .seconds(1)), Self.get("b", "/b/{{vu}}"))],
            load: [.open(rate: 50, duration: .milliseconds(400), maxInFlight: 3)])
        let (outcome, rows, _) = try await bench.run(.scenario(cap: nil))
        // Three users, who think for longer than the phase lasts; on a machine that stands still for as long one may come again.
        #expect((3..<20).contains(outcome.given))
        #expect(outcome.peakInFlight == 3)
        #expect(outcome.given + outcome.dropped == 20)
        #expect(rows.filter { $0.request == "f" }.map(\.dropped).reduce(0, +) == outcome.dropped)
        let targets = server.seen.requests.map(\.target)
        #expect(targets.count { $0.hasPrefix("/a/") } == outcome.given && targets.count == 2 * outcome.given)
        #expect(Set(targets) == ["/a/1", "/a/2", "/a/3", "/b/1", "/b/2", "/b/3"])
    }

    @Test func `in a unit dose is one turn at a time`() async throws {
        let server = try ScriptedServer { _ in [.response()] }
        let bench = try LoadBench(server.url, requests: [.flow("f", Self.get("a", "/a"), Self.get("b", "/b"))])
        let (outcome, _, transfers) = try await bench.run(.unit(requests: 3, gap: .milliseconds(100)), mix: .only(0))
        #expect(outcome.given == 3)
        #expect(transfers.map(\.request) == ["a", "b", "a", "b", "a", "b"])
        #expect(transfers[2].start - transfers[1].end >= .milliseconds(100))
    }

    @Test func `draws the same values and think times from the same seed, whatever its concurrency`() async throws {
        func targets(_ concurrency: Int, seed: UInt64) async throws -> [String] {
            let server = try ScriptedServer { _ in [.response()] }
            let bench = try LoadBench(
                server.url,
                requests: [.flow("f", Self.get("a", "/{{uuid}}"), .think(from: .zero, to: .milliseconds(3)), Self.get("b", "/{{uuid}}"))],
                seed: seed)
            _ = try await bench.run(.closed(requests: 20, concurrency: concurrency))
            return server.seen.requests.map(\.target).sorted()
        }
        let one = try await targets(1, seed: 5)
        #expect(Set(one).count == 40)
        #expect(try await targets(7, seed: 5) == one)
        #expect(try await targets(7, seed: 6) != one)
    }
}
