import Glibc
import Measurements

/// Whether what doses left tells of a place that fills rather than of a leak: a pool or a set of threads whose size nobody declared.
///
/// Of S places, each taken by chance, those not yet taken are opened when they come up: with h held, n requests are expected to open
/// (S − h) · (1 − e^(−ρ·n/S)), the occupancy of S boxes (Feller, “An Introduction to Probability Theory and Its Applications” I, 3rd ed., §IX.3),
/// which falls as the places fill. A leak goes on at one rate for each of what it follows. The two are compared by the
/// likelihood of what each dose left (Poisson), with the S and ρ that fit best; a leak is the case S → ∞, so it is rarely outdone.
struct Filling: Hashable {
    /// A dose beyond the bound.
    struct Dose: Hashable {
        var left: Int
        /// Sessions left before it, since the start or a restart of the server.
        var held: Int
        var requests: Int
        var connections: Int
        var seconds: Double
        /// Doses that this one stands for.
        var steps = 1
    }

    /// Filling makes the doses more than e³ ≈ 20 times as likely as any one rate.
    let isLikelier: Bool
    /// The size that fits best; of interest where it is likelier.
    let size: Int

    private static let margin = 3.0
    /// More doses than these are taken together, so that a soak costs no more than a short run.
    private static let most = 32

    static let none = Filling([])

    init(_ all: [Dose]) {
        let doses = Self.merged(all)
        let left = doses.reduce(0) { $0 + $1.left }
        guard doses.count >= 3, left > 0 else {
            (isLikelier, size) = (false, 0)
            return
        }
        let laws: [(Dose) -> Double] = [{ Double($0.requests) }, { Double($0.connections) }, { Double($0.steps) }, { $0.seconds }]
        let steady = laws.map { law in Self.oneRate(doses.map { (Double($0.left), law($0)) }) }.max() ?? 0
        let least = doses.map { $0.held + $0.left }.max() ?? 0
        var best = (value: -Double.infinity, size: least)
        var size = Double(least)
        // Sizes an eighth apart; beyond 50 times what is held, filling cannot be told from a leak.
        while size <= Double(least) * 50 {
            let value = Self.bestPace(doses, size: size)
            if value > best.value { best = (value, Int(size)) }
            size = max(size + 1, (size * 1.125).rounded())
        }
        isLikelier = ((best.value - steady) * 1e6).rounded() > Self.margin * 1e6
        self.size = best.size
    }

    /// The logarithm of the likelihood under one rate for what is followed, without the terms that do not depend on it.
    private static func oneRate(_ doses: [(left: Double, exposure: Double)]) -> Double {
        let rate = doses.reduce(0) { $0 + $1.left } / max(doses.reduce(0) { $0 + $1.exposure }, 1e-9)
        return doses.reduce(0) { $0 + term($1.left, rate * $1.exposure) }
    }

    /// The same under filling, for the pace ρ that fits best: from a fortieth of a session for each request to 8.
    private static func bestPace(_ doses: [Dose], size: Double) -> Double {
        var best = -Double.infinity
        var pace = 0.025
        while pace <= 8 {
            let value = doses.reduce(0.0) { sum, dose in
                let places = max(0, size - Double(dose.held))
                return sum + term(Double(dose.left), places * (1 - exp(-pace * Double(dose.requests) / size)))
            }
            best = max(best, value)
            pace *= 1.25
        }
        return best
    }

    /// Neighbours together, as many of them each time.
    private static func merged(_ doses: [Dose]) -> [Dose] {
        guard doses.count > most else { return doses }
        let each = (doses.count + most - 1) / most
        return stride(from: 0, to: doses.count, by: each).map { first in
            var sum = doses[first]
            for dose in doses[(first + 1)..<min(first + each, doses.count)] {
                sum.left += dose.left
                sum.requests += dose.requests
                sum.connections += dose.connections
                sum.seconds += dose.seconds
                sum.steps += dose.steps
            }
            return sum
        }
    }

    private static func term(_ count: Double, _ mean: Double) -> Double {
        if mean > 0 { return count * log(mean) - mean }
        return count > 0 ? -.infinity : 0
    }
}

extension Filling {
    /// The doses that come after the bound was passed; the one that passed it is left out, for part of it belongs to the bound.
    init(_ steps: [StepEvidence], beyond free: Int) {
        var doses: [Dose] = []
        var (sum, held) = (0, 0)
        for step in steps {
            if step.row.kind == .restart { held = 0 }
            guard step.counts, step.isDose || step.row.kind == .unit else { continue }
            if sum >= free, step.isDose, step.row.kind != .dose, step.row.kind != .longIdle, step.row.given > 0 {
                doses.append(
                    Dose(
                        left: step.totalLeft, held: held, requests: step.row.given, connections: step.row.opened,
                        seconds: max(0.001, (step.row.loadEnd - step.row.start) / .seconds(1))))
            }
            sum += step.totalLeft
            held += step.totalLeft
        }
        self.init(doses)
    }
}
