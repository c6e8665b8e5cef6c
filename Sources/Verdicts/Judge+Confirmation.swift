import Measurements

/// Waves that come once more where a pool of unknown size may have filled: what leaks goes on.
///
/// Each place of a pool may be opened by a request until the last one is, and unit doses and dose steps open some, too. A declared
/// room needs no such proof, and a collector takes back what the wave would show.
extension Judge {
    private static let leastConfirmations = 2
    private static let mostConfirmations = 7
    private static let enough = 20

    /// Waves after the first unit dose.
    var confirmations: Int {
        guard let first = evidence.first(where: { $0.counts && $0.row.kind == .unit }) else { return 0 }
        return steps(.wave).count { $0.row.step > first.row.step }
    }

    func confirmation() -> Step? {
        guard facts.watch == nil, !roomIsDeclared, !isIsolating, !isCollected, evidence.allSatisfy({ $0.reaped == 0 }),
            evidence.last?.row.ended == .completed,
            confirmations < Self.mostConfirmations, let wave = steps(.wave).last, wave.row.given > 0
        else { return nil }
        let isAfter =
            evidence.last { $0.counts && [.unit, .dose, .longIdle].contains($0.row.kind) }.map { $0.row.step > wave.row.step } ?? false
        let test = leakTest()
        // Between silences only for what they made a leak by count.
        if test.finding == nil, !steps(.longIdle).isEmpty { return nil }
        let last = steps(.wave).suffix(2)
        let (left, given) = (last.reduce(test.unitLeft) { $0 + $1.totalLeft }, last.reduce(test.unitRequests) { $0 + $1.row.given })
        let rate = max(0.01, Double(left) / Double(given))
        if isAfter {
            guard test.finding == .held || test.finding == .unit || test.finding == nil && dormantGrowth.isProven else { return nil }
        } else {
            // Fewer than three quarters of what those before it left for each request: perhaps it filled meanwhile.
            let isFewer = Double(wave.totalLeft) < 0.75 * rateBefore(wave) * Double(wave.row.given)
            let isOpen = test.finding == nil ? !lastDosesLeftNothing : isFewer || confirmations < Self.leastConfirmations
            // The free slots cost nothing, and a pool that is smaller than they are shows when it is full.
            let isRoomy = test.finding != nil && free * 3 > facts.headroom
            guard confirmations > 0, isOpen || isRoomy else { return nil }
        }
        // Large enough to tell, and the larger the more there were before, in half of the slots at most.
        let dose = min(max(wave.row.given, Self.enough << confirmations), Int(Double(free) / 2 / rate))
        guard dose >= 2 else { return nil }
        return step(
            .wave, .closed(requests: dose, concurrency: max(1, min(wave.row.concurrency, dose / 2))), settle: waveSettle,
            why: confirmations == 0 ? "once more: a pool may have filled, and a leak goes on" : "does it go on after the last wave, too?")
    }

    /// Sessions left per request by the waves and unit doses before a wave.
    private func rateBefore(_ wave: StepEvidence) -> Double {
        let steps = evidence.filter { $0.counts && [.wave, .unit].contains($0.row.kind) && $0.row.step < wave.row.step }
        return Double(steps.reduce(0) { $0 + $1.totalLeft }) / Double(max(1, steps.reduce(0) { $0 + $1.row.given }))
    }
}
