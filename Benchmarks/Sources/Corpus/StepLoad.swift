import Measurements

/// The clients of one step: what they send, and the rows of it.
final class StepLoad {
    private let step: Step
    private let setting: Setting
    private let plant: Plant
    private var chance: Chance
    /// Starts that are left.
    private var rest = 0
    private var inFlight = 0
    private var arrivalsDue = 0
    private var nextConnection: Int
    private(set) var connections: [Int] = []
    private(set) var given = 0
    private(set) var peak = 0
    private(set) var concurrency = 0
    private(set) var wasStopped = false
    private(set) var transfers: [TransferRow] = []
    /// By second, class and outcome.
    private var ended: [Key: (done: Int, unexpected: Int)] = [:]
    private var started: [Key: Int] = [:]
    private let order: [Int]
    private var dealt = 0

    private struct Key: Hashable, Comparable {
        var second: Int
        var request: Int
        var outcome: String

        static func < (left: Key, right: Key) -> Bool {
            (left.second, left.request, left.outcome) < (right.second, right.request, right.outcome)
        }
    }

    init(_ step: Step, _ setting: Setting, _ plant: Plant, _ chance: Chance, connections: Int) {
        self.step = step
        self.setting = setting
        self.plant = plant
        self.chance = chance
        nextConnection = connections
        // Dealt like cards: each request as often as its weight says, in an order of chance.
        var hand = setting.requests.indices.flatMap { Array(repeating: $0, count: setting.requests[$0].weight) }
        switch step.mix {
        case .all: break
        case .only(let one): hand = [one]
        case .some(let some): hand = some
        }
        var deck: [Int] = []
        while deck.count < 4096 { deck += hand.shuffled(using: &self.chance) }
        order = deck
    }

    var isOver: Bool { inFlight == 0 && (rest == 0 && arrivalsDue == 0 || wasStopped) }

    /// The guard rail: what is under way ends, and nothing more is sent.
    func stop() {
        guard !isOver else { return }
        wasStopped = true
    }

    // MARK: Sending

    func begin() {
        switch step.dose {
        case .silence: break
        case .closed(let requests, let concurrency): beginClosed(requests, concurrency)
        case .scenario(let cap):
            let count = min(cap ?? .max, setting.requestsPerWave)
            if let rate = setting.rate { beginOpen(count, rate: rate) } else { beginClosed(count, setting.concurrency) }
        case .unit(let requests, let gap):
            concurrency = 1
            rest = requests
            sendUnit(of: requests, gap: gap.inMicroseconds, connection: connect())
        }
    }

    private func connect() -> Int {
        nextConnection += 1
        connections.append(nextConnection)
        return nextConnection
    }

    private func beginClosed(_ requests: Int, _ concurrency: Int) {
        self.concurrency = concurrency
        rest = requests
        for _ in 0..<min(concurrency, requests) { sendNext(over: connect()) }
    }

    private func sendNext(over connection: Int) {
        guard rest > 0, !wasStopped else { return }
        rest -= 1
        send(over: connection) { [self] call, outcome in
            let isSame = step.connections == .reused && [.success, .redirect, .clientError, .serverError].contains(outcome)
            sendNext(over: isSame ? call.connection : rest > 0 && !wasStopped ? connect() : 0)
        }
    }

    private func beginOpen(_ count: Int, rate: Double) {
        concurrency = setting.concurrency
        arrivalsDue = count
        var idle: [Int] = []
        var time = 0.0
        for _ in 0..<count {
            plant.after(Int64(time * 1e6)) { [self] in
                arrivalsDue -= 1
                guard !wasStopped, inFlight < concurrency else { return }
                send(over: idle.popLast() ?? connect()) { call, outcome in
                    if [.success, .redirect, .clientError, .serverError].contains(outcome) { idle.append(call.connection) }
                }
            }
            time += chance.exponential(mean: 1 / rate)
        }
    }

    /// The first half over one connection, the second half over a new one each.
    private func sendUnit(of requests: Int, gap: Int64, connection: Int) {
        guard rest > 0, !wasStopped else { return }
        rest -= 1
        send(over: connection) { [self] call, outcome in
            guard rest > 0, !wasStopped else { return }
            inFlight += 1
            let isSame = requests - rest < requests / 2 && ![.hungUp, .timeout, .cut].contains(outcome)
            plant.after(gap) { [self] in
                inFlight -= 1
                if !wasStopped { sendUnit(of: requests, gap: gap, connection: isSame ? call.connection : connect()) }
            }
        }
    }

    private func send(over connection: Int, then next: @escaping (Call, Outcome) -> Void) {
        let request = order[dealt % order.count]
        dealt += 1
        given += 1
        inFlight += 1
        peak = max(peak, inFlight)
        let spec = setting.requests[request]
        started[Key(second: Int(plant.now / 1_000_000), request: request, outcome: ""), default: 0] += 1
        plant.submit(
            request: request, connection: connection, outcome: spec.outcome,
            givesUpAfter: spec.hangsUpAfter ?? Int64(Layout.timeout)
        ) { [self] call, outcome in
            inFlight -= 1
            note(call, outcome, expected: spec.hangsUpAfter == nil ? spec.outcome : .hungUp)
            next(call, outcome)
        }
    }

    // MARK: Rows

    private func note(_ call: Call, _ outcome: Outcome, expected: Outcome) {
        let key = Key(second: Int(plant.now / 1_000_000), request: call.request, outcome: outcome.rawValue)
        ended[key, default: (0, 0)].done += 1
        if outcome != expected { ended[key, default: (0, 0)].unexpected += 1 }
        guard transfers.count < TransferRow.limitPerStep else { return }
        let status: Int? =
            switch outcome {
            case .success: 200
            case .redirect: 302
            case .clientError: 404
            case .serverError: 500
            default: nil
            }
        transfers.append(
            TransferRow(
                step: step.id, start: RunTime(microseconds: call.began), end: RunTime(microseconds: plant.now),
                request: setting.requests[call.request].name, outcome: outcome, status: status, connection: call.connection))
    }

    var requestRows: [RequestRow] {
        var rows: [(key: Key, row: RequestRow)] = []
        for (key, count) in started {
            var row = RequestRow(time: time(key), step: step.id, request: setting.requests[key.request].name, outcome: nil)
            row.started = count
            rows.append((key, row))
        }
        for (key, count) in ended {
            var row = RequestRow(
                time: time(key), step: step.id, request: setting.requests[key.request].name, outcome: Outcome(rawValue: key.outcome))
            row.done = count.done
            row.unexpected = count.unexpected
            rows.append((key, row))
        }
        return rows.sorted { $0.key < $1.key }.map(\.row)
    }

    /// The end of the second.
    private func time(_ key: Key) -> RunTime { RunTime(microseconds: Int64(key.second + 1) * 1_000_000) }
}
