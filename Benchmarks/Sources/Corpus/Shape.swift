package import Verdicts

/// What an application does with its sessions: one row of the tables in docs/accuracy.md.
package enum Shape: String, CaseIterable, Sendable, Codable {
    // Leaks.
    case request, failure, oneClass = "class", oneInTen = "one-in-10"
    case collected, reaped
    case idlePeriod = "idle-period"
    case workerRestart = "worker-restart"
    case hangUp = "hang-up"
    case endOfLoad = "end-of-load"
    case endOfLoadEach = "end-of-load-each"
    case connection
    case stuck
    case insidePool = "inside-pool"
    case withoutLoad = "without-load"
    // Innocents.
    case churn, threads
    case manyWorkers = "many-workers"
    case closeSkipped = "close-skipped"
    case overflow, rotation, filling
    case inTurn = "in-turn"
    case lastUsed = "last-used"
    case surplus, timed
    case idleClosed = "idle-closed"
    case overshoot
    case others
    case slowEnd = "slow-end"
    case workerDies = "worker-dies"
    case databaseRestart = "database-restart"
    case perConnection = "per-connection"

    package static let leaks = allCases.filter(\.isLeak)
    package static let innocents = allCases.filter { !$0.isLeak }

    package var isLeak: Bool {
        switch self {
        case .request, .failure, .oneClass, .oneInTen, .collected, .reaped, .idlePeriod, .workerRestart, .hangUp, .endOfLoad,
            .endOfLoadEach, .connection, .stuck, .insidePool, .withoutLoad:
            true
        default: false
        }
    }

    /// The verdicts that are right.
    ///
    /// A pool that was full before the run, or that lets go of all, is clean as well as bounded.
    package var right: Set<Verdict.Kind> {
        switch self {
        case .stuck: [.stuck]
        case .insidePool: [.starved]
        case .churn, .slowEnd, .perConnection: [.clean]
        case .threads, .manyWorkers, .closeSkipped, .overflow, .filling, .inTurn, .lastUsed: [.bounded]
        case .rotation, .surplus, .timed, .idleClosed, .overshoot, .others, .workerDies, .databaseRestart: [.clean, .bounded]
        default: [.leak]
        }
    }

    package var title: String {
        switch self {
        case .request: "each request leaves one (one in ten runs: two)"
        case .failure: "each request that fails leaves one"
        case .oneClass: "each request of one class leaves one"
        case .oneInTen: "one request in 10 leaves one"
        case .collected: "each request leaves one, and a collector goes round"
        case .reaped: "each request leaves one, and `idle_session_timeout` ends them after 2 to 20 s"
        case .idlePeriod: "threads idle for 10 to 40 s end and leave theirs"
        case .workerRestart: "each restart of a worker leaves a helper process with 1 to 4"
        case .hangUp: "clients that hang up leave one, used or never used"
        case .endOfLoad: "one stays when the clients of a load have gone"
        case .endOfLoadEach: "as many as the concurrency stay when the clients of a load have gone"
        case .connection: "each client connection leaves one"
        case .stuck: "one or two sessions of a pool stay in a transaction"
        case .insidePool: "one checkout in 5 to 20 is not given back"
        case .withoutLoad: "one each 0.2 to 2 s, load or none"
        case .churn: "one for each request, closed"
        case .threads: "each thread keeps one"
        case .manyWorkers: "four workers whose threads keep one each"
        case .closeSkipped: "each thread drops its old one for a new one with each request"
        case .overflow: "a pool with overflow that closes and refills"
        case .rotation: "a pool that replaces sessions of 2 to 20 s"
        case .filling: "a pool of 10 to 60 places taken at random, opened when first taken"
        case .inTurn: "a pool of 10 to 60 places taken in turn"
        case .lastUsed: "a pool that opens what is missing and uses the last first"
        case .surplus: "a pool opened at the start, larger than its use"
        case .timed: "each is closed 0.3 to 30 s after its request"
        case .idleClosed: "a pool that closes what is idle for 2 to 40 s"
        case .overshoot: "a pool that opens three when one is missing, and gives back"
        case .others: "other people's sessions step up"
        case .slowEnd: "queries go on for 0.5 to 2.5 s behind the load"
        case .workerDies: "a worker dies in a load and is started anew"
        case .databaseRestart: "PostgreSQL is restarted in a load"
        case .perConnection: "each client connection has one, closed with it"
        }
    }

    /// `--quick` has no long idle and no recovery step, and so cannot tell what only these show.
    package var isBeyondQuick: Bool { self == .idlePeriod }
}
