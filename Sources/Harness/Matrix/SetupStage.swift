import LinuxIO
import Measurements
import Scenarios
import Servers

/// The setups of a run: each text once, before the first cell, so that no cell waits for one and no download disturbs a load.
struct SetupStage: Sendable {
    /// What became of a setup.
    struct Outcome: Sendable {
        /// The value of `{{cache}}`.
        var cacheFolder: String
        /// `nil`: it is done.
        var failure: ServerError?
    }

    /// By the text of the setup, `{{cache}}` left as it is: a setup that writes to a file that it names has another folder afterwards.
    typealias Outcomes = [String: Outcome]

    /// As many as the machine has cores, and two at most: setups wait for the network, and for one another's disk.
    private static var atOnce: Int { min(HostFacts.read().cores, 2) }

    private struct Job: Sendable {
        var text: String
        var plan: SetupPlan
        var command: String
    }

    let folder: String
    let runFolder: String
    let interruption: Interruption
    let observer: any RunObserver

    /// What a server's setup is known by among the outcomes; `nil` when it has none.
    static func text(of server: ServerSpec) throws(RunFailure) -> String? {
        guard let setup = server.setup else { return nil }
        return try expanded(setup, cache: "{{cache}}")
    }

    private static func expanded(_ setup: Template, cache: String) throws(RunFailure) -> String {
        do {
            return try setup.expand(["cache": cache])
        } catch {
            throw RunFailure(.usage, "\(error)")
        }
    }

    /// Runs the setups of these servers. A failure is an outcome: it is told by each cell that needs the setup.
    func run(_ servers: [ServerSpec]) async throws(RunFailure) -> Outcomes {
        var jobs: [Job] = []
        for server in servers {
            guard let setup = server.setup, let text = try Self.text(of: server), !jobs.contains(where: { $0.text == text }) else {
                continue
            }
            let plan = SetupPlan(name: server.name, text: text, folder: folder, workdir: ".")
            jobs.append(Job(text: text, plan: plan, command: try Self.expanded(setup, cache: plan.cacheFolder)))
        }
        guard !jobs.isEmpty else { return [:] }
        let registry = ProcessRegistry(runFolder: runFolder)
        interruption.beforeEnd { [runFolder] in _ = Leftovers.endAll(runFolder: runFolder, patience: .milliseconds(500)) }
        return await withTaskGroup(of: (String, Outcome).self) { group in
            var waiting = jobs[...]
            var outcomes: Outcomes = [:]
            let showsNames = jobs.count > 1
            for _ in 0..<Self.atOnce {
                if let job = waiting.popFirst() { group.addTask { await run(job, registry, showsNames: showsNames) } }
            }
            for await (text, outcome) in group {
                outcomes[text] = outcome
                if let job = waiting.popFirst() { group.addTask { await run(job, registry, showsNames: showsNames) } }
            }
            return outcomes
        }
    }

    private func run(_ job: Job, _ registry: ProcessRegistry, showsNames: Bool) async -> (String, Outcome) {
        let name = job.plan.name
        observer.preparing(cell: name, "setting up")
        do throws(ServerError) {
            let outcome = try await SetupRunner(registry: registry).run(
                job.plan, command: job.command,
                progress: { [observer] line in observer.output(cell: name, showsNames ? "\(name): \(line)" : line) },
                unless: { [interruption] in interruption.isRequested })
            if case .ran(let duration) = outcome { observer.note(cell: name, "set up in \(Int(duration.seconds.rounded())) s") }
            return (job.text, Outcome(cacheFolder: job.plan.cacheFolder))
        } catch {
            observer.note(cell: name, "the setup failed; its cells will say why")
            return (job.text, Outcome(cacheFolder: job.plan.cacheFolder, failure: error))
        }
    }
}
