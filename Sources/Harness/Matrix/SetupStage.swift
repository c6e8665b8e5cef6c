import LinuxIO
import Measurements
import Scenarios
import Servers

/// The setups of a run: each text once, before the first cell, so that no cell waits for one and no download disturbs a load.
struct SetupStage: Sendable {
    /// The cache folder of a setup, and why it failed; `nil`: it did not.
    typealias Outcomes = [String: ServerError?]

    /// As many as the machine has cores, and two at most: setups wait for the network, and for one another's disk.
    private static var atOnce: Int { min(HostFacts.read().cores, 2) }

    private struct Job: Sendable {
        var plan: SetupPlan
        var command: String
    }

    let folder: String
    let runFolder: String
    let interruption: Interruption
    let observer: any RunObserver

    /// What a server's setup is remembered by; `nil` when it has none.
    static func plan(of server: ServerSpec, folder: String) throws(RunFailure) -> SetupPlan? {
        guard let setup = server.setup else { return nil }
        return SetupPlan(name: server.name, text: try expanded(setup, cache: "{{cache}}"), folder: folder, workdir: ".")
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
            guard let plan = try Self.plan(of: server, folder: folder), let setup = server.setup,
                !jobs.contains(where: { $0.plan.cacheFolder == plan.cacheFolder })
            else { continue }
            jobs.append(Job(plan: plan, command: try Self.expanded(setup, cache: plan.cacheFolder)))
        }
        guard !jobs.isEmpty else { return [:] }
        let registry = ProcessRegistry(runFolder: runFolder)
        interruption.beforeEnd { [runFolder] in _ = Leftovers.endAll(runFolder: runFolder, patience: .milliseconds(500)) }
        return await withTaskGroup(of: (String, ServerError?).self) { group in
            var waiting = jobs[...]
            var outcomes: Outcomes = [:]
            let showsNames = jobs.count > 1
            for _ in 0..<Self.atOnce {
                if let job = waiting.popFirst() { group.addTask { await run(job, registry, showsNames: showsNames) } }
            }
            for await (cacheFolder, failure) in group {
                outcomes[cacheFolder] = .some(failure)
                if let job = waiting.popFirst() { group.addTask { await run(job, registry, showsNames: showsNames) } }
            }
            return outcomes
        }
    }

    private func run(_ job: Job, _ registry: ProcessRegistry, showsNames: Bool) async -> (String, ServerError?) {
        let name = job.plan.name
        observer.preparing(cell: name, "setting up")
        do throws(ServerError) {
            let outcome = try await SetupRunner(registry: registry).run(
                job.plan, command: job.command,
                progress: { [observer] line in observer.output(cell: name, showsNames ? "\(name): \(line)" : line) },
                unless: { [interruption] in interruption.isRequested })
            if case .ran(let duration) = outcome { observer.note(cell: name, "set up in \(Int(duration.seconds.rounded())) s") }
            return (job.plan.cacheFolder, nil)
        } catch {
            observer.note(cell: name, "the setup failed; its cells will say why")
            return (job.plan.cacheFolder, error)
        }
    }
}
