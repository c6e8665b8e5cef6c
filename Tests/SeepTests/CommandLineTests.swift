import Foundation
import Testing

extension ProgramTests {
    @Suite("asked for what runs nothing, or for other exit codes") struct CommandLine {
        @Test func `init writes a scenario that is right once its variables are set, and takes nobody's place`() async throws {
            let place = try Workplace()
            let folder = place.path + "/new/shop"
            let ended = try await place.seep(["init", folder], within: .seconds(20))
            #expect(ended.status == 0, "\(ended.said)")
            #expect(TextFile.names(in: folder).sorted() == ["scenario.schema.json", "scenario.yaml"])
            #expect(ended.output.contains("seep run \(folder)"))
            let checked = try await place.seep(["check", folder, "--set", "database=throwaway"], within: .seconds(20))
            #expect(checked.status == 0, "\(checked.said)")
            try "mine".write(toFile: folder + "/scenario.yaml", atomically: true, encoding: .utf8)
            let again = try await place.seep(["init", folder], within: .seconds(20))
            #expect(again.status == 2 && again.errors.contains("stays as it is"), "\(again.said)")
            #expect(TextFile.read(folder + "/scenario.yaml") == "mine")
        }

        @Test func `for a bisection a commit of which nothing can be said is skipped, and a wrong scenario ends it`() async throws {
            let place = try Workplace()
            let wrong = try place.scenario("target: http://127.0.0.1:1\n", name: "wrong.yaml")
            #expect(try await place.seep(["run", wrong, "--bisect"], within: .seconds(20)).status == 128)
            let unusable = try place.scenario(
                "target: http://127.0.0.1:1\ndatabase: host=127.0.0.1 port=1 dbname=none\nrequests: [{get: /}]\n", name: "unusable.yaml")
            #expect(try await place.seep(["run", unusable, "--bisect"], within: .seconds(60)).status == 125)
            #expect(try await place.seep(["run", unusable], within: .seconds(60)).status == 4)
        }
    }
}
