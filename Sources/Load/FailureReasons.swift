import Measurements

/// Why requests failed: for each class the first reason, and how often the class was met in the step.
///
/// One thread. A reason is put into words when its class is first seen; a failure after that is a number added up.
final class FailureReasons {
    struct Entry {
        let request: Int
        let outcome: Outcome
        let reason: String
        var count = 0
    }

    /// Classes with a reason at most.
    static let limit = 256
    private static let kinds = 5

    private let places: UnsafeMutablePointer<Int16>
    private(set) var entries: [Entry] = []

    init(requests: Int) {
        places = .allocate(capacity: max(requests, 1) * Self.kinds)
        places.initialize(repeating: -1, count: max(requests, 1) * Self.kinds)
    }

    deinit {
        places.deallocate()
    }

    /// Without effect for an outcome that is no failure.
    func record(_ request: Int, _ outcome: Outcome, reason: () -> String) {
        guard let kind = Self.kind(outcome) else { return }
        let key = request * Self.kinds + kind
        let place = Int(places[key])
        if place >= 0 {
            entries[place].count += 1
        } else if entries.count < Self.limit {
            places[key] = Int16(entries.count)
            entries.append(Entry(request: request, outcome: outcome, reason: reason(), count: 1))
        }
    }

    private static func kind(_ outcome: Outcome) -> Int? {
        switch outcome {
        case .timeout: 0
        case .cut: 1
        case .garbled: 2
        case .refused: 3
        case .unreachable: 4
        default: nil
        }
    }

    func beginStep() {
        for index in entries.indices { entries[index].count = 0 }
    }
}
