import Measurements

/// Dose steps: a wave with one of client connections, requests and concurrency changed, once a leak is proven, to tell what it follows.
extension Judge {
    /// What a dose step changes beside the waves before it.
    enum Variation: CaseIterable {
        /// A connection for each request.
        case connections
        /// Twice the requests, or half where the slots do not take these.
        case requests
        /// Half the requests in flight: never more than the scenario allows.
        case concurrency
    }

    /// New connections first, which differ most; the others only as long as two laws explain the doses about as well, or one does that was not varied.
    func variation() -> Step? {
        guard !facts.quick, leakTest().finding != nil, facts.concurrency > 1, !silentGrowth.isLaw else { return nil }
        let done = evidence.filter { $0.row.kind == .dose }
        if done.isEmpty { return overNewConnections() }
        let law = lawTest
        guard law.isOpen || law.asksForConcurrency, done.count < Variation.allCases.count, done.allSatisfy(\.counts) else { return nil }
        let varied = Set(done.map(variation(of:)))
        if !law.asksForConcurrency, !varied.contains(.requests), let step = ofRequests() { return step }
        return varied.contains(.concurrency) ? nil : ofConcurrency()
    }

    private func variation(of step: StepEvidence) -> Variation {
        if step.row.connections == .fresh { return .connections }
        return step.row.concurrency < (lastWave?.row.concurrency ?? 0) ? .concurrency : .requests
    }

    private var lastWave: StepEvidence? { evidence.last { $0.counts && $0.row.kind == .wave && $0.row.given > 0 } }

    private func overNewConnections() -> Step? {
        let dose = min(3 * facts.concurrency, free / 2 / facts.mostTransfers, facts.requestsPerWave ?? 3 * facts.concurrency)
        guard dose >= 4 else { return nil }
        return dosed(
            dose, min(facts.concurrency, dose / 2), connections: .fresh,
            why: "a new client connection for each request: does the residue follow requests or connections?")
    }

    private func ofRequests() -> Step? {
        guard let wave = lastWave, wave.row.concurrency > 0 else { return nil }
        let fits = Int(Double(free) / 2 / max(0.01, sessionsPerRequest))
        let dose = 2 * wave.row.given <= fits ? 2 * wave.row.given : wave.row.given / 2
        guard dose >= 4, dose <= fits, dose >= wave.row.concurrency else { return nil }
        return dosed(
            dose, wave.row.concurrency,
            why: "\(dose) requests in the place of \(wave.row.given) at the same concurrency: does the residue follow requests?")
    }

    private func ofConcurrency() -> Step? {
        guard let wave = lastWave, wave.row.concurrency > 1 else { return nil }
        let half = wave.row.concurrency / 2
        guard wave.row.given >= 4, Double(wave.row.given) * sessionsPerRequest * 2 <= Double(free) else { return nil }
        return dosed(
            wave.row.given, half,
            why: "\(half) requests in flight in the place of \(wave.row.concurrency): does the residue follow the concurrency?")
    }

    private func dosed(_ requests: Int, _ concurrency: Int, connections: Step.Connections = .reused, why: String) -> Step {
        Step(
            id: evidence.count, kind: .dose, dose: .closed(requests: requests, concurrency: concurrency), connections: connections,
            settle: .fractional(seconds: waveSettle), why: why)
    }
}
