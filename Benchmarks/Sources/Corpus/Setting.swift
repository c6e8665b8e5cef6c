import Measurements
import Scenarios
import Verdicts

/// What surrounds the application in one run: the load, the slots, the view of the sampler, who else is there.
struct Setting {
    /// What is known of the room of the application.
    enum Room: Sendable { case declared, threads, unknown }

    /// Others in the same PostgreSQL.
    enum Others: Sendable { case nobody, otherDatabase, sameDatabase }

    /// One entry under `requests:`.
    struct Request: Sendable {
        var name: String
        var weight = 1
        /// How the server answers it.
        var outcome = Outcome.success
        /// The client hangs up after so long, microseconds.
        var hangsUpAfter: Int64?
    }

    /// The verdicts that are right.
    var right: Set<Verdict.Kind> = []
    /// Each session is closed so long after its request, seconds; `nil`: at no fixed age.
    var releaseAge: Double?
    var layout = Layout()
    var requests = [Request(name: "find a product")]
    var concurrency = 8
    var requestsPerWave = 101
    /// Requests per second of an open load; `nil`: closed.
    var rate: Double?
    var waves = 5
    var settleSeconds = 5.0
    var isQuick = false
    var slots = 97
    var room = Room.threads
    /// What one worker may keep, and whether that is the size of a pool.
    var roomPerWorker = 8
    var roomIsPool = false
    var isManaged = true
    var others = Others.nobody
    var view = SimulatedSampler.View()
    /// Seconds; only where the shape sets it.
    var idleSessionTimeout: Double?
    /// Times at which a worker ends and is started anew, or PostgreSQL is; microseconds.
    var workerRestarts: [Int64] = []
    var postgresRestarts: [Int64] = []

    func facts(usedAtStart: Int, oursAtStart: Int) -> RunFacts {
        var facts = RunFacts(
            requests: requests.map { RunFacts.Request(name: $0.name, weight: $0.weight) },
            concurrency: concurrency, requestsPerWave: requestsPerWave, waves: waves, settleSeconds: settleSeconds, quick: isQuick,
            limit: slots, headroom: slots - usedAtStart, budget: slots * 8 / 10,
            declaredRoomPerWorker: room == .declared ? roomPerWorker : nil,
            declaredWorkers: room == .declared ? layout.workers : nil, managed: isManaged, throwaway: others == .nobody,
            reapers: idleSessionTimeout.map { ["idle_session_timeout=\(Int($0 * 1000))ms"] } ?? [], sessionsAtStart: oursAtStart)
        facts.roomIsPool = room == .declared && roomIsPool ? true : nil
        return facts
    }
}
