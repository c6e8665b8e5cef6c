import Foundation

/// What is measured, how often and how long.
struct Options {
    /// The path of `seep-bench`, and of `seep`.
    let probe: String
    let seep: String
    /// Where the page goes.
    let page: String
    /// The path of Locust; empty: it is not here.
    let locust: String
    let isQuick: Bool
    /// What else ran on the machine, in the words of whoever starts this.
    let remark: String

    init(arguments: [String], environment: [String: String]) throws {
        guard arguments.count == 4 else { throw Failure("usage: bench SEEP-BENCH SEEP PAGE; Benchmarks/run knows them") }
        probe = arguments[1]
        seep = arguments[2]
        page = arguments[3]
        locust = environment["BENCH_LOCUST"] ?? ""
        isQuick = environment["BENCH_QUICK"].map { !$0.isEmpty && $0 != "0" } ?? false
        remark = environment["BENCH_REMARK"] ?? ""
    }

    let serverCore = 0
    let clientCore = 1

    /// Of the comparisons with other clients.
    let connections = 50
    var rounds: Int { isQuick ? 1 : 5 }
    /// Of one client in one round, about.
    var seconds: Int { isQuick ? 1 : 4 }

    var latenessSeconds: Int { isQuick ? 3 : 5 }

    /// The most connections; what is said of memory is of these.
    var manyConnections: Int { isQuick ? 1_000 : 10_000 }
    /// The longest that a run over so many may take; it is stopped then, and the page says how far it came.
    var manyLimit: Int { isQuick ? 10 : 60 }

    var growthRounds: Int { isQuick ? 1 : 3 }
    var growthConnections: [Int] { isQuick ? [10, 1_000] : [10, 100, 1_000, 10_000] }
    let growthEntries = [1, 100, 10_000]

    let seriesConnections = 1_000
    var seriesRequests: Int { isQuick ? 1_000_000 : 50_000_000 }
    var seriesLimit: Int { isQuick ? 60 : 900 }

    let sessions = 500
    var samplingSeconds: Int { isQuick ? 12 : 60 }

    var judgedHours: [Int] { isQuick ? [1] : [1, 6, 24] }
}
