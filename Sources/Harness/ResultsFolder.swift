import Foundation
import Glibc
import LinuxIO

/// Where a run puts its files: `results/SCENARIO/UTC-TIME/CELL/`, and `results/SCENARIO/latest` beside it.
struct ResultsFolder: Sendable {
    /// `results/SCENARIO/UTC-TIME`, absolute.
    let run: String
    /// UTC, ISO 8601.
    let started: String
    private let scenario: String

    /// Makes the folder of the run; a second run in the same second gets a name of its own.
    init(results: String, scenario: String, wallNanoseconds: Int64 = WallClock.nowNanoseconds) throws(RunFailure) {
        let base = results.hasPrefix("/") ? results : FileManager.default.currentDirectoryPath + "/" + results
        self.scenario = base + "/" + Self.safe(scenario)
        started = Self.timestamp(wallNanoseconds)
        let stamp = started.filter { $0 != ":" && $0 != "-" }
        do {
            try FileManager.default.createDirectory(atPath: self.scenario, withIntermediateDirectories: true)
        } catch {
            throw RunFailure(.usage, "\(self.scenario): the results folder cannot be made: \(error.localizedDescription)")
        }
        var path = self.scenario + "/" + stamp
        var attempt = 1
        while mkdir(path, 0o755) != 0 {
            guard errno == EEXIST, attempt < 1000 else {
                throw RunFailure(.usage, "\(SystemError("mkdir \(path)"))")
            }
            attempt += 1
            path = "\(self.scenario)/\(stamp)-\(attempt)"
        }
        run = path
    }

    /// The newest run of a scenario: the one that `latest` leads to.
    init(newestIn results: String, scenario: String) throws(RunFailure) {
        let base = results.hasPrefix("/") ? results : FileManager.default.currentDirectoryPath + "/" + results
        self.scenario = base + "/" + Self.safe(scenario)
        guard let name = try? FileManager.default.destinationOfSymbolicLink(atPath: self.scenario + "/latest"),
            FileManager.default.fileExists(atPath: self.scenario + "/" + name)
        else { throw RunFailure(.usage, "--resume: there is no run to go on with: \(self.scenario)/latest is not there.") }
        run = self.scenario + "/" + name
        started = try RunPlanFile.read(from: run)?.started ?? ""
    }

    /// The folder of one cell, whether it is there or not.
    func path(of cell: String) -> String { run + "/" + Self.safe(cell) }

    /// Removes what a cell that did not come to its end has left.
    func removeCell(_ name: String) throws(RunFailure) {
        let path = path(of: name)
        guard FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw RunFailure(.unusable, "\(path) could not be removed: \(error.localizedDescription)")
        }
    }

    /// Makes and returns the folder of one cell.
    func cell(_ name: String) throws(RunFailure) -> String {
        let path = path(of: name)
        guard mkdir(path, 0o755) == 0 else { throw RunFailure(.fault, "\(SystemError("mkdir \(path)"))") }
        return path
    }

    /// Points `latest` to this run, at once for whoever looks.
    func pointLatest() {
        let link = scenario + "/latest"
        let temporary = "\(link).\(getpid())"
        unlink(temporary)
        guard symlink((run as NSString).lastPathComponent, temporary) == 0 else { return }
        if rename(temporary, link) != 0 { unlink(temporary) }
    }

    /// A name that is one folder, whatever the scenario calls itself.
    static func safe(_ name: String) -> String {
        let cleaned = String(
            name.unicodeScalars.map { scalar in
                scalar == "/" || scalar.value < 0x20 || scalar == "\\" ? "-" : Character(scalar)
            })
        var trimmed = String(cleaned.drop { $0 == "." }.prefix(100))
        // A name in a file system has 255 bytes, not letters; some are left for what is put behind it.
        while trimmed.utf8.count > 240 { trimmed.removeLast() }
        return trimmed.isEmpty ? "unnamed" : trimmed
    }

    private static func timestamp(_ wallNanoseconds: Int64) -> String {
        var seconds = time_t(wallNanoseconds / 1_000_000_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))T"
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
    }
}
