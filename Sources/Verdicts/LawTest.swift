import Glibc
import Measurements

/// What the residue follows: the requests, or the client connections.
///
/// Doses differ in both, since a wave reuses its connections and one dose step opens a new one for each request. Of the two laws
/// with one rate for all doses, the one under which the counts are likelier (Poisson) is taken; ties go to the request. Requests
/// sent one at a time over a connection that had served others, and leaving as much as those over new ones, settle it beforehand.
struct LawTest {
    enum Kind: String { case request, connection }

    let kind: Kind
    let left: Int
    let requests: Int
    let connections: Int

    init(steps: [StepEvidence]) {
        let doses = steps.filter { $0.counts && $0.isDose && $0.row.kind != .longIdle && $0.row.opened > 0 }
        left = doses.reduce(0) { $0 + $1.totalLeft }
        requests = doses.reduce(0) { $0 + $1.row.given }
        connections = doses.reduce(0) { $0 + $1.row.opened }
        let units = steps.filter { $0.counts && $0.row.kind == .unit }
        let reused = units.reduce(into: StepEvidence.Share()) { $0.add($1.reusedConnection) }
        let fresh = units.reduce(into: StepEvidence.Share()) { $0.add($1.freshConnection) }
        if reused.requests >= 5, reused.left >= 3, reused.left * fresh.requests * 2 >= fresh.left * reused.requests {
            kind = .request
            return
        }
        let varied = doses.contains { $0.row.kind == .dose }
        let byRequest = Self.logLikelihood(doses.map { ($0.totalLeft, $0.row.given) })
        let byConnection = Self.logLikelihood(doses.map { ($0.totalLeft, $0.row.opened) })
        kind = varied && ((byConnection - byRequest) * 1e6).rounded() > 3e6 ? .connection : .request
    }

    /// Without the terms that do not depend on the law. A rate of 0 where something was left cannot be.
    private static func logLikelihood(_ doses: [(count: Int, exposure: Int)]) -> Double {
        let total = doses.reduce(0) { $0 + $1.count }
        let exposure = doses.reduce(0) { $0 + $1.exposure }
        guard total > 0, exposure > 0 else { return 0 }
        let rate = Double(total) / Double(exposure)
        return doses.reduce(0) { sum, dose in
            let mean = rate * Double(dose.exposure)
            return mean > 0 ? sum + Double(dose.count) * log(mean) - mean : sum
        }
    }
}
