import Foundation

/// What is measured, how often and how long.
struct Options {
    /// The path of `seep-bench`.
    let probe: String
    /// Where the page goes.
    let page: String
    let isQuick: Bool
    /// What else ran on the machine, in the words of whoever starts this.
    let remark: String

    init(arguments: [String], environment: [String: String]) throws {
        guard arguments.count == 3 else { throw Failure("usage: bench SEEP-BENCH PAGE; Benchmarks/run knows both") }
        probe = arguments[1]
        page = arguments[2]
        isQuick = environment["BENCH_QUICK"].map { !$0.isEmpty && $0 != "0" } ?? false
        remark = environment["BENCH_REMARK"] ?? ""
    }

    let connections = 50
    let manyConnections = 1000
    let serverCore = 0
    let clientCore = 1
    let sessions = 500
    var rounds: Int { isQuick ? 3 : 5 }
    var seconds: Int { isQuick ? 2 : 5 }
    var manyRequests: Int { isQuick ? 1_000_000 : 10_000_000 }
    /// The longest that the run of so many requests may take; it is stopped then, and the page says how far it came.
    var manyLimit: Int { isQuick ? 180 : 1200 }
    var samplingSeconds: Int { isQuick ? 20 : 60 }
}
