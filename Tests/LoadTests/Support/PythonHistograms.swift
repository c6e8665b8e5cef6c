import Foundation
import LinuxIO
import Servers
import TestSupport

/// HdrHistogram's Python package, to read back what we wrote: installed once into the cache of this user.
enum PythonHistograms {
    /// What it says of the sum of all intervals of a tag; values in microseconds.
    struct Summary: Decodable, Equatable {
        var count: Int
        var p50: Int
        var p90: Int
        var p99: Int
        var p999: Int
        var max: Int
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private static let setup = "python3 -m venv {{cache}}/venv && {{cache}}/venv/bin/pip install -q hdrhistogram==0.10.8"

    private static let program = """
        import json, sys
        from hdrh.histogram import HdrHistogram
        from hdrh.log import HistogramLogReader
        reader = HistogramLogReader(sys.argv[1], HdrHistogram(1, 3600000000, 2))
        sums = {}
        while True:
            interval = reader.get_next_interval_histogram()
            if interval is None:
                break
            sums.setdefault(interval.get_tag(), HdrHistogram(1, 3600000000, 2)).add(interval)
        print(json.dumps({tag: {
            "count": sum.get_total_count(), "max": sum.get_max_value(),
            "p50": sum.get_value_at_percentile(50), "p90": sum.get_value_at_percentile(90),
            "p99": sum.get_value_at_percentile(99), "p999": sum.get_value_at_percentile(99.9)} for tag, sum in sums.items()}))
        """

    /// By tag, as it stands in the log.
    static func read(_ path: String) async throws -> [String: Summary] {
        let plan = SetupPlan(name: "hdrhistogram", text: setup, folder: "/tmp", workdir: ".")
        _ = try await SetupRunner(registry: TestProcesses.registry()).run(
            plan, command: setup.replacing("{{cache}}", with: plan.cacheFolder), within: .seconds(300))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["timeout", "60", "\(plan.cacheFolder)/venv/bin/python", "-c", program, path]
        let output = Pipe(), errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: String(decoding: said, as: UTF8.self)) }
        return try JSONDecoder().decode([String: Summary].self, from: data)
    }
}
