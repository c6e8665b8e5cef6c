import ArgumentParser
import Corpus
import LinuxIO
import Measurements
import Verdicts

/// Measures how often the verdicts of Seep are right, beside what people use today, on generated runs.
@main
struct Accuracy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seep-accuracy", abstract: "How often verdicts are right, on generated runs of every shape.")

    @Option(help: "Which runs: report (those that are published) or develop (those that rules may be changed for).")
    var seeds = SeedSet.report
    @Option(help: "Share of the runs of the whole, 0.01 to 1.")
    var share = 1.0
    @Option(help: "Runs at a time.")
    var jobs = 2
    @Option(help: "Folder for the page and its tables.")
    var into: String?
    @Option(help: "Only this shape; prints each wrong verdict.")
    var only: Shape?
    @Option(help: "With --only: how much can be seen.")
    var view = GeneratedCase.View.seen
    @Option(
        help: "Only this thin leak, as 1000,threads,8: one in so many, what is known of the room, concurrency; prints each found too late.")
    var thin: String?
    @Flag(help: "With --only: with --quick.")
    var quick = false
    @Option(help: "With --only: how many runs.")
    var runs = 20
    @Option(help: "With --only: the seed of one run, whose directory is written to --into.")
    var seed: UInt64?

    func run() async throws {
        if let only, let seed { return try writeRun(of: GeneratedCase(shape: only, view: view, isQuick: quick, seed: seed)) }
        if let only { return await tell(only) }
        if let thin { return try await tellThin(thin) }
        guard share > 0, share <= 1, (1...64).contains(jobs) else {
            throw ValidationError("--share is above 0 and at most 1, --jobs is from 1 to 64")
        }
        let plan = Plan(seeds, share: share)
        let results = await Runner(jobs: jobs).run(plan.cases) { done, of in print("\(done) of \(of) runs", terminator: "\r") }
        let page = Page(plan: plan, results: results)
        print(page.markdown)
        if let into { try page.write(to: into) }
    }

    private func tell(_ shape: Shape) async {
        let cases = (0..<UInt64(runs)).map { GeneratedCase(shape: shape, view: view, isQuick: quick, seed: seeds.first + $0) }
        var counts: [String: Int] = [:]
        for result in await Runner(jobs: jobs).run(cases.map { Plan.Entry(run: $0, withBaselines: false) }, progress: { _, _ in }) {
            counts[result.verdict.verdict.rawValue, default: 0] += 1
            if !result.isRight { show(result) }
        }
        print("\(shape.rawValue): " + counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
    }

    private func show(_ result: Judged) {
        print("\(result.entry.run.seed) \(result.verdict.verdict.rawValue): \(result.verdict.reason)")
        print("   \(result.setting), \(result.requests) requests" + (result.foundAfter.map { ", found after \($0)" } ?? ""))
        let steps = result.verdict.steps.map { "\($0.kind.rawValue) \($0.requests):\($0.leftBehind)/\($0.floor.map(String.init) ?? "?")" }
        print("   " + steps.joined(separator: " "))
    }

    private func tellThin(_ words: String) async throws {
        let words = words.split(separator: ",").map(String.init)
        guard words.count == 3, let power = Plan.powers.first(where: { String($0.oneIn) == words[0] }),
            let room = GeneratedCase.Thin.Room(rawValue: words[1]), let concurrency = Int(words[2]), (1...1000).contains(concurrency)
        else {
            let rooms = GeneratedCase.Thin.Room.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--thin is as 1000,threads,8: 100 or 1000, one of \(rooms), and the concurrency")
        }
        let thin = GeneratedCase.Thin(oneIn: power.oneIn, requestsPerWave: power.requestsPerWave, concurrency: concurrency, room: room)
        let cases = (0..<UInt64(runs)).map {
            GeneratedCase(shape: .oneInTen, view: room == .unknown ? .unseen : .seen, seed: seeds.first + $0, thin: thin)
        }
        let results = await Runner(jobs: jobs).run(cases.map { Plan.Entry(run: $0, withBaselines: false) }, progress: { _, _ in })
        let late = results.filter { $0.foundAfter ?? .max > power.within }
        for result in late { show(result) }
        print("found within \(power.within) requests: \(results.count - late.count) of \(results.count)")
    }

    private func writeRun(of run: GeneratedCase) throws {
        guard let into else { throw ValidationError("--seed writes the directory of one run: say where by --into") }
        let files = try RunDirectory(creatingFilesIn: into, clock: RunClock())
        let outcome = run.run(files: files)
        print("\(into): \(outcome.verdict.verdict.rawValue). \(outcome.verdict.reason)")
    }
}

/// Rules are developed on the one and measured on the other.
enum SeedSet: String, CaseIterable, Sendable, ExpressibleByArgument {
    case develop, report

    /// Runs of a shape have seeds from here on.
    var first: UInt64 { self == .develop ? 1_000_000 : 16_000_000 }
}

extension Shape: ExpressibleByArgument {}
extension GeneratedCase.View: ExpressibleByArgument {}
