import Testing

extension ProgramTests {
    @Suite("given a scenario with mistakes") struct BadScenario {
        private static let text = """
            name: five
            target: http://127.0.0.1:{{port}}
            databse: throwaway
            requests:
              - get: /query
                wieght: 2
              - get: /a b
            load: {concurrency: none}
            waves: {count: 0}
            servers:
              app: {setup: touch set-up, command: touch started, ready: /}
            """

        @Test(arguments: ["run", "check"]) func `tells all five with their places, starts nothing, and ends with 2`(_ command: String)
            async throws
        {
            let place = try Workplace()
            let scenario = try place.scenario(Self.text, name: "five.yaml")
            let ended = try await place.seep([command, scenario], within: .seconds(20))
            #expect(ended.status == 2)
            #expect(ended.output == "")
            for (line, column) in [(3, 1), (6, 5), (7, 10), (8, 21), (9, 16)] {
                #expect(ended.errors.contains("five.yaml:\(line):\(column): error: "), "\(ended.errors)")
            }
            #expect(ended.errors.components(separatedBy: ": error: ") == 6)
            #expect(ended.errors.contains("did you mean `database`?"))
            #expect(!TextFile.exists(place.results))
            #expect(!TextFile.exists(place.path + "/set-up") && !TextFile.exists(place.path + "/started"))
        }

        @Test(arguments: [
            (["run"], "Name a scenario"), (["run", "x.yaml", "--quik"], "--quik"), (["run", "no/such.yaml"], "no/such.yaml"),
            (["rum"], "rum"), (["judge", "."], "holds no run"), (["run", "http://127.0.0.1:1/", "--set", "a=b"], "--set"),
            (["run", "five.yaml", "-n", "3"], "-n goes with URLs"), (["run", "http://127.0.0.1:1/"], "--database"),
        ]) func `a command line that cannot be meant ends with 2 and says why`(_ arguments: [String], _ words: String) async throws {
            let place = try Workplace()
            let ended = try await place.seep(arguments, within: .seconds(20))
            #expect(ended.status == 2, "\(ended.said)")
            #expect(ended.errors.contains(words), "\(ended.said)")
            #expect(!TextFile.exists(place.results))
        }
    }
}

extension String {
    /// How many times `text` stands in this.
    fileprivate func components(separatedBy text: String) -> Int { split(separator: text, omittingEmptySubsequences: false).count }
}
