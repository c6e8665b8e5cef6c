import Measurements
import Reports

/// Runs made up from a seed: what a judge and a sampler would have written.
enum SampleRuns {
    struct Run {
        var summary: RunSummary
        var rows: [ConnectionRow]

        var series: SessionSeries {
            var series = SessionSeries()
            for row in rows { series.add(row) }
            return series
        }
    }

    /// Steps with load and settle, seconds.
    private static let plan: [(kind: Step.Kind, dose: Int, load: Double, settle: Double)] =
        [(.baseline, 0, 0, 5), (.rung, 4, 0.4, 1), (.rung, 8, 0.6, 1), (.rung, 16, 0.9, 1), (.rung, 32, 1.2, 1)]
        + [(Step.Kind, Int, Double, Double)](repeating: (.wave, 101, 3.2, 5), count: 5) + [(.unit, 20, 5, 3)]

    /// Every request leaves a session behind, on a server with 1,000 slots.
    static func leak() -> Run {
        var run = make(cell: "granian-1.3.2", leakPerRequest: 1, pool: 0, gap: false)
        run.summary.verdict = "leak"
        run.summary.isAsWanted = false
        run.summary.exitCode = 1
        run.summary.reason =
            "Each request leaves one PostgreSQL session behind (585 in 585): the server does not close the response iterable, so Django never closes its connection. Use Granian 2.2.4 or later, or Gunicorn."
        run.summary.leakPer1000 = .init(estimate: 1000, low: 921, high: 1084)
        run.summary.keptPer1000 = 1000
        run.summary.timeToExhaustion = .seconds(41)
        run.summary.flags = ["long-idle-not-tried"]
        run.summary.classes = [
            .init(name: "a query 2xx", transfers: 345, leaks: 12, leakPer1000: .init(estimate: 1000, low: 517, high: 1747)),
            .init(name: "not found 4xx", transfers: 240, leaks: 8, leakPer1000: .init(estimate: 1000, low: 432, high: 1970)),
        ]
        run.summary.queries = [.init(text: "SELECT 1 FROM \"wagtailredirects_redirect\" WHERE old_path = $1", sessions: 585)]
        run.summary.owners = [.init(name: "pid 4711", leftBehind: 585, room: 8)]
        return run
    }

    static func clean() -> Run {
        var run = make(cell: "granian-2.8.7", leakPerRequest: 0, pool: 0, gap: false)
        run.summary.reason = "Nothing was left behind in 585 requests: fewer than 1 in 195 leaks (95%)."
        run.summary.detectionLimit = 5.1
        run.summary.classes = [
            .init(name: "a query 2xx", transfers: 345, leaks: 0, detectionLimit: 8.7),
            .init(name: "not found 4xx", transfers: 240, leaks: 0, detectionLimit: 12.5),
        ]
        return run
    }

    /// A pool that fills and stays, a gap, and a limit near enough to be drawn.
    static func bounded() -> Run {
        var run = make(cell: "gunicorn max_age=300", leakPerRequest: 0, pool: 8, gap: true)
        run.summary.verdict = "bounded"
        run.summary.reason = "8 sessions are kept, one for each of 8 threads; the last two waves added none."
        run.summary.limit = 24
        run.summary.budget = 19
        return run
    }

    private static func make(cell: String, leakPerRequest: Double, pool: Int, gap: Bool) -> Run {
        var summary = RunSummary(
            scenario: "django-orm", cell: cell, verdict: "clean", reason: "", exitCode: 0, isAsWanted: true,
            directory: "results/django-orm/20261121T012800Z/\(cell)")
        var numbers = SeededNumbers(state: UInt64(cell.utf8.count))
        var rows: [ConnectionRow] = []
        var time = 0.0
        var held = 1
        for (id, step) in plan.enumerated() {
            let (start, before) = (time, held)
            let end = start + step.load + step.settle
            while time < end - 1e-9 {
                let share = step.load > 0 ? min((time - start) / step.load, 1) : 0
                let loading = step.load > 0 && time - start < step.load
                held = before + Int(Double(step.dose) * leakPerRequest * share)
                if pool > 0, step.kind != .baseline { held = max(held, min(1 + pool, 1 + id * 3)) }
                let active = loading ? (step.kind == .unit ? 1 : Int.random(in: 2...8, using: &numbers)) : 0
                let inTransaction = loading ? Int.random(in: 0...2, using: &numbers) : 0
                let newly = loading ? max(0, active + inTransaction - (pool > 0 ? pool : 0)) : 0
                rows.append(
                    row(time, id, idle: max(0, held + newly - active - inTransaction), active: active, inTransaction: inTransaction))
                if gap, id == 7, time - start > 1, time - start < 3 { rows[rows.count - 1] = blind(time, id) }
                time += 0.1
            }
            time = end
            held = before + Int(Double(step.dose) * leakPerRequest) + (pool > 0 ? min(1 + pool, 1 + id * 3) - min(1 + pool, before) : 0)
            summary.steps.append(
                StepRow(
                    step: id, kind: step.kind, planned: step.dose, given: step.dose, concurrency: step.kind == .unit ? 1 : 8,
                    connections: .reused, start: RunTime(seconds: start), loadEnd: RunTime(seconds: start + step.load),
                    end: RunTime(seconds: end), peakInFlight: 8, opened: 8, why: step.kind == .wave ? "equal dose" : "first look"))
            summary.waves.append(
                WaveRow(
                    step: id, kind: step.kind, dose: step.dose, dosePerClass: "a query 2xx=\(step.dose)", leftBehind: held - before,
                    leftPerOwner: "pid 4711=\(held - before)", floor: held, dormant: 0, birthsSeen: step.dose, birthsCounted: step.dose,
                    coveragePerMille: 1000, voidReason: ""))
        }
        rows.append(row(time, plan.count - 1, idle: held, active: 0, inTransaction: 0))
        summary.peakSessions = rows.compactMap(\.total).max()
        summary.baselineFloor = 1
        summary.finalFloor = held
        summary.requests = 585
        summary.leftBehind = held - 1
        summary.limit = 997
        summary.budget = 797
        summary.requestsPerSecond = 31.6
        summary.p50Milliseconds = 4.12
        summary.p99Milliseconds = 18.7
        summary.duration = .seconds(63)
        summary.versions = [.init(name: "Seep", version: "0.1"), .init(name: "PostgreSQL", version: "15.8")]
        return Run(summary: summary, rows: rows)
    }

    static func row(_ seconds: Double, _ step: Int, idle: Int, active: Int, inTransaction: Int) -> ConnectionRow {
        var row = ConnectionRow(time: RunTime(seconds: seconds), step: step)
        row.total = idle + active + inTransaction
        row.idle = idle
        row.active = active
        row.idleInTransaction = inTransaction
        row.idleInTransactionAborted = 0
        row.other = 0
        return row
    }

    static func blind(_ seconds: Double, _ step: Int) -> ConnectionRow {
        ConnectionRow(time: RunTime(seconds: seconds), step: step, note: "gap: the answer took too long")
    }
}

/// SplitMix64: the same numbers from the same seed, everywhere.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
