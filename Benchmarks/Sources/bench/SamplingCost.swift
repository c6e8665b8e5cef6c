import Foundation

/// What it costs to look at idle sessions ten times a second: Seep's share and PostgreSQL's.
struct SamplingCost {
    let result: Probe.Sampling

    static func measure(_ program: String, sessions: Int, seconds: Int) throws -> SamplingCost {
        let child = try Child([program, "sample", "--sessions", "\(sessions)", "--every", "100", "--seconds", "\(seconds)"])
        let finished = try child.finish(within: Double(seconds) * 2 + 120)
        return SamplingCost(result: try Probe.summary(of: finished.output, as: Probe.Sampling.self))
    }

    var targets: [Target] {
        [
            Target(
                what: "sessions that the sampler sees", wanted: "all of \(result.sessions)", measured: "\(result.seen)",
                isMet: result.seen == result.sessions),
            Target(
                what: "samples a second", wanted: "10, at least 9.5", measured: decimals(achieved, 1), isMet: achieved >= 9.5),
        ]
    }

    func markdown() -> String {
        // Of what samples cost, per sample: on a busy machine the sampler takes fewer, and the cost of ten a second is wanted.
        let samples = Double(max(result.samples, 1))
        let idle = result.idlePostgresCPU / result.idleSeconds
        var text =
            "| who | measured, s in \(Int(result.seconds.rounded())) s | each sample | at 10 a second, s per minute | of one core |\n|---|---:|---:|---:|---:|\n"
        func line(_ name: String, _ seconds: Double) {
            let each = seconds / samples
            text +=
                "| \(name) | \(decimals(seconds, 2)) | \(decimals(each * 1000, 2)) ms | \(decimals(each * 600, 2)) | \(decimals(each * 1000, 1))% |\n"
        }
        line("Seep: the sampler's thread", result.samplerCPU)
        line("PostgreSQL: the sampler's two backends", result.backendsCPU)
        text += "| Seep: the thread that looks at processes once a second | \(decimals(result.processesCPU, 2)) | "
        text +=
            "| \(decimals(result.processesCPU / result.seconds * 60, 2)) | \(decimals(result.processesCPU / result.seconds * 100, 1))% |\n"
        text +=
            "\n\(result.samples) samples in \(Int(result.seconds.rounded())) s (\(decimals(achieved, 1)) a second), \(result.missed) missed; the interval, "
        text += "which Seep lengthens by itself where samples take long, was \(Int(result.intervalMilliseconds)) ms at the end. "
        text += "\(result.seen) of \(result.sessions) sessions seen. A sample took "
        text +=
            "\(milliseconds(result.p50Microseconds)) (median) to \(milliseconds(result.p95Microseconds)) (p95 of the last 64), waiting for the processor included.\n"
        text += "All of PostgreSQL took \(decimals(result.postgresCPU, 2)) s, against "
        text += "\(decimals(idle * result.seconds, 2)) s in as long a time before the sampler came.\n"
        return text
    }

    /// Samples a second.
    var achieved: Double { Double(result.samples) / result.seconds }

    private func milliseconds(_ microseconds: Int?) -> String {
        microseconds.map { decimals(Double($0) / 1000, 1) + " ms" } ?? "unknown"
    }
}
