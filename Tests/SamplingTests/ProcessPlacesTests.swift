import LinuxIO
import Testing

@testable import Sampling

@Suite struct ProcessPlacesTests {
    private func stat(_ pid: Int, parent: Int = 1, command: String = "worker", started: Int = 100) throws -> ProcessStat {
        let line = "\(pid) (\(command)) S \(parent) 1 1 0 -1 0 0 0 0 0 10 5 0 0 20 0 4 0 \(started) 1000 50 0 0 0\n"
        return try #require(ProcessStat(parsing: Array(line.utf8), pageBytes: 4096))
    }

    @Test func `a worker that takes the place of one that ended is a restart, once noted`() throws {
        var places = ProcessPlaces()
        let master = try stat(10, command: "master")
        places.look(at: [master, try stat(11, parent: 10), try stat(12, parent: 10)])
        #expect(try places.note(of: stat(11, parent: 10)) == "" && places.restarts(of: stat(11, parent: 10)) == 0)
        let second = try stat(13, parent: 10, started: 200)
        places.look(at: [master, try stat(12, parent: 10), second])
        #expect(places.note(of: second) == "in the place of 11" && places.restarts(of: second) == 1)
        let third = try stat(14, parent: 10, started: 300)
        places.look(at: [master, try stat(12, parent: 10), third])
        #expect(places.note(of: third) == "in the place of 13" && places.restarts(of: third) == 2)
        places.look(at: [master, try stat(12, parent: 10), third])
        #expect(places.note(of: third) == "" && places.restarts(of: third) == 2)
        #expect(try places.restarts(of: stat(12, parent: 10)) == 0)
    }

    @Test func `a process beside the others is new, and a pid that is used again is another process`() throws {
        var places = ProcessPlaces()
        places.look(at: [try stat(11)])
        let helper = try stat(12, command: "helper")
        places.look(at: [try stat(11), helper])
        #expect(places.note(of: helper) == "new" && places.restarts(of: helper) == 0)
        let again = try stat(11, started: 900)
        places.look(at: [again, helper])
        #expect(places.note(of: again) == "in the place of 11" && places.restarts(of: again) == 1)
    }
}
