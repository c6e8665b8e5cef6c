import Measurements

/// Counts why requests were unexpected, by request and kind of check, in one step. Allocated when it is made.
struct FailedChecks {
    private static let kinds = FailedCheck.Kind.allCases
    private var counts: [Int]
    /// Those that are not 0.
    private var seen: [Int] = []

    init(requests: Int) {
        counts = Array(repeating: 0, count: requests * Self.kinds.count)
        seen.reserveCapacity(min(counts.count, 1024))
    }

    mutating func beginStep() {
        for index in seen { counts[index] = 0 }
        seen.removeAll(keepingCapacity: true)
    }

    mutating func count(_ request: Int, _ kind: FailedCheck.Kind) {
        let index = request * Self.kinds.count + Self.ordinal(kind)
        if counts[index] == 0 { seen.append(index) }
        counts[index] += 1
    }

    private static func ordinal(_ kind: FailedCheck.Kind) -> Int {
        switch kind {
        case .end: 0
        case .redirect: 1
        case .status: 2
        case .header: 3
        case .body: 4
        case .json: 5
        case .time: 6
        case .capture: 7
        }
    }

    /// The most frequent first.
    func list(names: [String]) -> [FailedCheck] {
        FailedCheck.sum(
            seen.map { FailedCheck(request: names[$0 / Self.kinds.count], check: Self.kinds[$0 % Self.kinds.count], count: counts[$0]) })
    }
}
