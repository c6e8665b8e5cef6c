import Scenarios
import Testing

@Suite("The plan of cells") struct CellPlanTests {
    private func scenario(_ matrix: String, servers: String = "{a: {command: run}, b: {command: run}}") throws
        -> Scenario
    {
        try read(
            """
            target: http://127.0.0.1:{{port}}
            database: throwaway
            requests: [{get: /}]
            servers: \(servers)
            \(matrix)
            """)
    }

    private func names(_ matrix: String, _ choice: CellPlan.Choice = .init(), repeats: Int? = nil) throws -> [String] {
        try CellPlan(scenario(matrix), repeats: repeats).choosing(choice).cells.map(\.name)
    }

    @Test func `has one cell for each server where there is no matrix`() throws {
        #expect(try names("") == ["a", "b"])
    }

    @Test func `begins each repeat a cell further`() throws {
        #expect(
            try names("matrix: {v: [1, 2]}\nrepeat: 3")
                == [
                    "a.v=1.r1", "a.v=2.r1", "b.v=1.r1", "b.v=2.r1", "a.v=2.r2", "b.v=1.r2", "b.v=2.r2", "a.v=1.r2", "b.v=1.r3", "b.v=2.r3",
                    "a.v=1.r3", "a.v=2.r3",
                ])
    }

    @Test func `takes the repeats of the command line in the place of the scenario's`() throws {
        #expect(try names("repeat: 3", repeats: 1) == ["a", "b"])
        #expect(try names("", repeats: 2) == ["a.r1", "b.r1", "b.r2", "a.r2"])
    }

    @Test func `names cells so that each is a folder of its own`() throws {
        let names = try names("matrix: {v: [\"a/b\", \"a-b\", \"\", \"ä ö\", \"\(String(repeating: "x", count: 300))\"]}")
        #expect(Set(names).count == 10)
        for name in names {
            #expect(name.utf8.count <= 100)
            #expect(!name.contains("/") && !name.contains(" "))
        }
        #expect(names.contains("a.v=a-b"))
    }

    @Test func `shows what include added only where names would be alike without it`() throws {
        let text = "matrix: {v: [1], include: [{server: a, want: leak}, {server: b, v: 2, x: 1}, {server: b, v: 2, x: 2}]}"
        #expect(try names(text) == ["a.v=1", "b.v=1", "b.v=2.x=1", "b.v=2.x=2"])
    }

    @Test func `puts the values into the server's texts, and leaves the other placeholders`() throws {
        let scenario = try scenario(
            "matrix: {v: [3, \"{{{{x}}\"], include: [{v: 3, want: leak}]}",
            servers: """
                {a: {command: "run {{matrix.v}} {{port}} {{{{", prepare: "p {{matrix.v}}", setup: "s {{matrix.v}} {{cache}}", env: {V: "{{matrix.v}}"},
                  workers: "{{matrix.want}}3", expect: "{{matrix.want}}", ready: "/{{matrix.want}}",
                  pgbouncer: "postgresql://h{{matrix.v}}:{{port}}/pgbouncer"}}
                """.replacing("workers: \"{{matrix.want}}3\", ", with: ""))
        let plan = try CellPlan(scenario)
        let first = try #require(plan.groups[0].server)
        #expect(try first.command?.expand(["port": "1"]) == "run 3 1 {{")
        #expect(try first.prepare?.expand([:]) == "p 3")
        #expect(try first.setup?.expand(["cache": "/c"]) == "s 3 /c")
        #expect(try first.pgbouncer?.expand(["port": "1"]) == "postgresql://h3:1/pgbouncer")
        #expect(first.environment["V"] == "3")
        #expect(first.expect == "leak")
        #expect(first.ready == "/leak")
        let second = try #require(plan.groups[1].server)
        #expect(try second.command?.expand(["port": "1"]) == "run {{x}} 1 {{")
        #expect(second.expect == nil)
        #expect(second.ready == "/")
    }

    @Test func `gives counts from the matrix, and none where a cell has no value`() throws {
        let scenario = try scenario(
            "matrix: {w: [1, 4], include: [{w: 4, p: 7}]}",
            servers: "{a: {command: \"run {{workers}}\", workers: \"{{matrix.w}}\", pool: \"{{matrix.p}}\"}}")
        let servers = try CellPlan(scenario).groups.compactMap(\.server)
        #expect(servers.map(\.workers) == [1, 4])
        #expect(servers.map(\.pool) == [nil, 7])
    }

    @Test func `takes a target of the server's own before the scenario's, with values in either`() throws {
        let scenario = try read(
            """
            target: http://127.0.0.1:{{port}}/{{matrix.v}}
            database: throwaway
            requests: [{get: /}]
            servers: {own: {target: "http://localhost:80{{matrix.v}}"}, ours: {command: run}}
            matrix: {v: [1, 2]}
            """)
        let plan = try CellPlan(scenario)
        #expect(
            plan.groups.map(\.target.text) == [
                "http://localhost:801", "http://localhost:802", "http://127.0.0.1:{{port}}/1", "http://127.0.0.1:{{port}}/2",
            ])
        #expect(plan.groups.map { $0.server?.isManaged } == [false, false, true, true])
    }

    @Test func `has a matrix without servers, for targets that run already`() throws {
        let scenario = try read(
            "{target: \"http://127.0.0.1:80{{matrix.v}}\", database: throwaway, requests: [{get: /}], matrix: {v: [1, 2]}}")
        #expect(try CellPlan(scenario).cells.map(\.name) == ["target.v=1", "target.v=2"])
    }

    // MARK: What the command line picks

    @Test(
        arguments: [
            (["v=1"], ["a.v=1.w=x", "a.v=1.w=y", "b.v=1.w=x", "b.v=1.w=y"]), (["v=1", "v=22"], nil),
            (["v=*2", "w=x"], ["a.v=22.w=x", "b.v=22.w=x"]),
        ] as [([String], [String]?)])
    func `is what --only picks: one of several values of a name, all names`(_ flags: [String], _ expected: [String]?) throws {
        let only = flags.compactMap(CellPlan.Only.init)
        let names = try names("matrix: {v: [1, 22], w: [x, y]}", CellPlan.Choice(only: only))
        if let expected { #expect(names == expected) } else { #expect(names.count == 8) }
    }

    @Test(
        arguments: [
            (["c*"], [], "--server c* matches none of the scenario's servers: a, b"),
            ([], ["u=1"], "the matrix has no u, but v"), ([], ["v=3"], "--only v=3 matches none of its values: 1, 2"),
            (["a"], ["v=2"], "No cell is both"),
        ] as [([String], [String], String)])
    func `refuses a choice that matches nothing, and says what there is`(_ servers: [String], _ only: [String], _ words: String) throws {
        let plan = try CellPlan(scenario("matrix: {v: [1, 2], exclude: [{server: a, v: 2}]}"))
        let choice = CellPlan.Choice(servers: servers, only: only.compactMap(CellPlan.Only.init))
        let error = #expect(throws: CellPlan.ChoiceError.self) { try plan.choosing(choice) }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test(arguments: ["", "v", "=1"]) func `takes no --only without a name and a value`(_ text: String) {
        #expect(CellPlan.Only(text) == nil)
    }
}
