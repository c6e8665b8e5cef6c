import Measurements

extension Judge {
    /// Last queries tell something where sessions stay that perhaps should not.
    func namesQueries(_ kind: Verdict.Kind) -> Bool {
        switch kind {
        case .leak, .stuck: true
        case .inconclusive, .overBudget: leftAnything || facts.watch != nil && watchTest.leansToLeak
        case .starved, .bounded, .clean: false
        }
    }

    /// The last queries of the sessions that are still there, alike ones together, by how many sessions they hold.
    func queryReport() -> [Verdict.Query] {
        var groups: [String: [(session: Alive, tags: [String: String])]] = [:]
        for session in alive.values where !session.isPooled {
            let fingerprint = QueryFingerprint(session.query)
            let name = fingerprint.text.isEmpty ? Self.noQuery(of: session) : fingerprint.text
            groups[name, default: []].append((session, fingerprint.tags))
        }
        return groups.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.prefix(Self.listed).map { fingerprint, sessions in
            let texts = sessions.map(\.session.query)
            return Verdict.Query(
                text: texts.filter { !$0.isEmpty }.min() ?? fingerprint, fingerprint: fingerprint, sessions: sessions.count,
                tags: Self.commonTags(sessions.map(\.tags)), owners: Self.counts(sessions.map(\.session.owner)),
                applications: Self.counts(sessions.map(\.session.application)))
        }
    }

    private static func noQuery(of session: Alive) -> String {
        session.owner.hasPrefix(SessionOwnership.clientOwnerPrefix) ? "(a client of PgBouncer, its query not seen)" : "(none)"
    }

    private static func counts(_ names: [String]) -> [String: Int] {
        names.reduce(into: [:]) { counts, name in if !name.isEmpty { counts[name, default: 0] += 1 } }
    }

    /// Of each key the value that most have; of equally many the first in the alphabet.
    private static func commonTags(_ all: [[String: String]]) -> [String: String] {
        var common: [String: String] = [:]
        for key in Set(all.flatMap(\.keys)) {
            common[key] = counts(all.compactMap { $0[key] }).min { ($1.value, $0.key) < ($0.value, $1.key) }?.key
        }
        return common
    }
}
