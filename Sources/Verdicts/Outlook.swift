import Glibc
package import Measurements

/// What a run would do, as far as can be told without running: the judge's own steps against an application that is assumed.
package struct Outlook: Sendable {
    package enum Assumption: Sendable {
        /// Nothing is left behind.
        case clean
        /// Each exchange leaves a session.
        case leaking
        /// One request in ten leaves a session.
        case leakingThinly
        /// Nothing is left but one session after each long silence.
        case stepping
        /// Each wave leaves one.
        case leakingRarely
        /// A pool of 300 places, taken by chance, fills.
        case filling
    }

    package var steps: [Step] = []
    /// Requests of all steps; unknown when a duration decides.
    package var requests: Int? = 0
    /// Silences, settles and durations of the load, without what requests themselves take.
    package var atLeast: Duration = .zero
    /// Waves of a soak beside those among `steps`: as many as fit, by how long the last one took.
    package var furtherWaves = 0

    /// - Parameter loadDuration: how long the phases of one wave last that end by time.
    package init(facts: RunFacts, assuming assumption: Assumption, loadDuration: Duration) {
        self.init(continuing: Judge(facts: facts), assuming: assumption, loadDuration: loadDuration)
    }

    /// What is still to come of a run.
    package init(continuing judge: Judge, assuming assumption: Assumption, loadDuration: Duration) {
        var judge = judge
        let facts = judge.facts
        var headroom = judge.headroomNow
        // A leak ends a soak; anything else takes all of it.
        let soak = assumption.isQuicklyFound ? nil : judge.soakLeft
        let further = judge.wavesLeft(expecting: loadDuration + .fractional(seconds: facts.settleSeconds))
        judge.soakIsOver = true
        judge.forgetMiddle()
        while steps.count < 500, case .step(let step) = judge.next() {
            steps.append(step)
            let given = step.plannedRequests ?? facts.requestsPerWave
            if let given, let sum = requests { requests = sum + given } else { requests = nil }
            atLeast += step.lead + step.settle
            switch step.dose {
            case .silence(let duration): atLeast += duration
            case .unit(let count, let gap): atLeast += gap * count
            case .scenario: atLeast += loadDuration
            case .closed: break
            }
            if step.kind == .restart { headroom = facts.headroom }
            let wanted = assumption.leaves(step, (given ?? 0) * facts.mostTransfers, held: facts.headroom - headroom)
            let left = step.kind == .restart ? 0 : min(wanted, headroom - facts.guardRail + 1)
            headroom -= left
            judge.assume(step, given: given ?? 0, left: left, headroom: headroom, used: facts.headroom - headroom)
        }
        if let soak { add(soak: soak, waves: further, each: facts.requestsPerWave, loadDuration: loadDuration) }
    }

    /// Takes the waves of a soak in, in the place of those among the steps that are its first ones.
    private mutating func add(soak: Duration, waves: Int, each: Int?, loadDuration: Duration) {
        let first = steps.filter { $0.kind == .wave }
        let taken = first.reduce(Duration.zero) { $0 + $1.settle + loadDuration }
        atLeast += max(.zero, soak - taken)
        furtherWaves = max(0, waves - first.count)
        // How many requests of a closed load fit into a time is known when they were sent.
        if let each, loadDuration > .zero, let sum = requests { requests = sum + furtherWaves * each } else { requests = nil }
    }

    /// Requests without a leak after which a promise holds (95%) that `requests` of them leave fewer sessions than the headroom.
    package static func requestsNeeded(for requests: Double, headroom: Int) -> Int {
        Int((PoissonInterval.zeroSeenLimit * requests / Double(max(1, headroom))).rounded(.up))
    }

    /// Sessions per 1,000 requests below which a leak could go unseen, were nothing left behind (95%).
    package var detectionLimitPer1000: Double? {
        requests.map { PoissonInterval.zeroSeenLimit * 1000 / Double(max(1, $0)) }
    }
}

extension Outlook.Assumption {
    static let all: [Self] = [.clean, .leaking, .leakingThinly, .leakingRarely, .stepping, .filling]

    /// A leak by each request, or one in ten, is found within the first waves.
    fileprivate var isQuicklyFound: Bool {
        switch self {
        case .leaking, .leakingThinly: true
        case .clean, .stepping, .leakingRarely, .filling: false
        }
    }

    fileprivate func leaves(_ step: Step, _ transfers: Int, held: Int) -> Int {
        switch self {
        case .clean: 0
        case .leaking: transfers
        case .leakingThinly: (transfers + 5) / 10
        case .leakingRarely: [.wave, .longIdle].contains(step.kind) ? 1 : 0
        case .stepping: step.kind == .longIdle ? 1 : 0
        case .filling: Int((Double(max(0, 300 - held)) * (1 - exp(-Double(transfers) / 300))).rounded())
        }
    }
}

extension Outlook {
    /// The longest of what is assumed: no run of this plan is expected to take longer, requests and restarts aside.
    package static func longest(facts: RunFacts, loadDuration: Duration) -> Outlook {
        let all = Assumption.all.map { Outlook(facts: facts, assuming: $0, loadDuration: loadDuration) }
        return all.max { $0.atLeast < $1.atLeast } ?? all[0]
    }
}

extension Judge {
    /// Closes a step that nobody carried out.
    fileprivate mutating func assume(_ step: Step, given: Int, left: Int, headroom: Int, used: Int) {
        var concurrency = facts.concurrency
        if case .closed(_, let own) = step.dose { concurrency = own }
        let opened = step.connections == .fresh ? given : min(concurrency, given)
        let row = StepRow(
            step: step.id, kind: step.kind, planned: step.plannedRequests, given: given, concurrency: concurrency,
            connections: step.connections,
            only: step.mix.name(in: facts.requests),
            start: .zero, loadEnd: .zero, end: RunTime(microseconds: 1), peakInFlight: min(concurrency, given), opened: opened,
            ended: headroom < facts.guardRail ? .guardRail : .completed, why: step.why)
        append(
            StepEvidence(
                row: row, voidReason: "", transfers: given, unexpected: 0, left: left > 0 ? ["assumed": left] : [:], leftAtLoadEnd: left,
                deathsOfOlder: 0, floorBefore: used - left, floor: used, dormant: 0, peak: used, headroom: headroom,
                lowestHeadroom: headroom, birthsSeen: left, birthsCounted: nil, birthsInSilence: 0, reaped: 0, coveragePerMille: 1000,
                inTransaction: [], inTransactionUntouched: [], touched: 0,
                unit: []))
    }

    /// What is still to come, going by what was seen so far.
    package func outlook(loadDuration: Duration) -> Outlook {
        Outlook(continuing: self, assuming: leftAnything ? .leaking : .clean, loadDuration: loadDuration)
    }
}
