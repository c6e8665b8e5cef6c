import Foundation
import Measurements
import Scenarios

@testable import Verdicts

/// A file of the folder `docs`.
func document(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: #filePath).appending(path: "../../../docs/\(name)").standardized)
}

/// Runs a process to its end, with what it printed.
func outcome(of process: Process) throws -> (status: Int32, output: String, errors: String) {
    let outputs = [Pipe(), Pipe()]
    process.standardOutput = outputs[0]
    process.standardError = outputs[1]
    try process.run()
    let read = outputs.map { String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) }
    process.waitUntilExit()
    return (process.terminationStatus, read[0], read[1])
}

func text(_ name: String) throws -> String { String(decoding: try document(name), as: UTF8.self) }

/// As the harness writes `verdict.json`.
func encoded(_ verdict: Verdict) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(verdict)
}

/// Verdicts made up so that every key is there, or only those that always are.
enum SampleVerdicts {
    static var full: Verdict {
        let rate = Verdict.Rate(sessions: 20, requests: 20)
        return Verdict(
            verdict: .leak, reason: "20 sessions were left behind by 20 requests.", exitCode: 1, flags: Verdict.Flag.allCases,
            law: Verdict.Law(requestRate: rate), leakPer1000Requests: rate, keptPer1000Requests: -1.5, requests: 20, unexpected: 0,
            leftBehind: 20, sessionsBefore: 0, sessionsPeak: 20, sessionsAfter: 20, limit: 97, budget: 77, detectionLimitPer1000: 3.5,
            timeToExhaustionSeconds: 26, requestsPerSecond: 31.774,
            classes: [
                Verdict.Class(
                    request: "a query", outcome: "2xx", transfers: 20, unitTransfers: 20, leaked: 20, leakPer1000: rate,
                    detectionLimitPer1000: 150)
            ],
            queries: [
                Verdict.Query(
                    text: "SELECT 1 /*route='%2F'*/", fingerprint: "select ?", sessions: 20, tags: ["route": "/"], owners: ["app cms": 20],
                    applications: ["cms": 20])
            ],
            owners: [Verdict.Owner(name: "pid 411", leftBehind: 20, held: 20, room: 8, roomFrom: "declared")],
            steps: [Verdict.StepSummary(id: 0, kind: .longIdle, requests: 20, leftBehind: 20, floor: 20, voidReason: "interrupted")],
            thresholds: [
                Verdict.Threshold(text: "errors.rate < 1%", held: true, untold: "it does not", seen: 0.005, limit: 0.01, unit: .share)
            ],
            generator: Verdict.Generator(loadSeconds: 10, limitedSeconds: 2, cpuShareMax: 0.97, lateP99Max: 3.2),
            timeToExhaustionLowSeconds: 20, timeToExhaustionHighSeconds: 30,
            suspects: [Verdict.Suspect(request: "a query", outcome: "2xx", sessions: 20, of: 20, share: 0.1, probability: 1e-12)],
            recovery: Verdict.Recovery(kind: .timer, deaths: 20, watchedSeconds: 45, afterSeconds: 16),
            expected: Verdict.Expected(
                requestsPerDay: 1000, restartsEverySeconds: 86_400, leftAtMost: 20, survives: true, requestsNeeded: 100),
            growth: [Verdict.Growth(what: .descriptors, processes: 1, per1000Requests: rate, from: 12, to: 32, waves: 3)])
    }

    /// With an entry in each list, and every value that may be unknown unknown.
    static var least: Verdict {
        var verdict = full
        verdict.verdict = .clean
        verdict.exitCode = 0
        verdict.flags = []
        verdict.law = nil
        verdict.leakPer1000Requests = nil
        verdict.keptPer1000Requests = nil
        verdict.sessionsBefore = nil
        verdict.sessionsPeak = nil
        verdict.sessionsAfter = nil
        verdict.detectionLimitPer1000 = nil
        verdict.timeToExhaustionSeconds = nil
        verdict.requestsPerSecond = nil
        verdict.classes[0].leakPer1000 = nil
        verdict.classes[0].detectionLimitPer1000 = nil
        verdict.owners[0].room = nil
        verdict.steps[0].floor = nil
        verdict.steps[0].voidReason = nil
        verdict.thresholds[0].held = nil
        verdict.thresholds[0].seen = nil
        verdict.thresholds[0].untold = nil
        verdict.generator = nil
        verdict.timeToExhaustionLowSeconds = nil
        verdict.timeToExhaustionHighSeconds = nil
        verdict.recovery = nil
        verdict.expected = nil
        verdict.growth = nil
        return verdict
    }
}
