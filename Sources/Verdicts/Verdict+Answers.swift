import Glibc

extension Verdict {
    /// A class that the moments of the births speak against.
    package struct Suspect: Hashable, Sendable, Codable {
        package var request: String
        package var outcome: String
        /// Sessions that began when a transfer of this class was the last that had been sent, of so many.
        package var sessions: Int
        package var of: Int
        /// Its share of all transfers.
        package var share: Double
        /// That chance puts at least as many there, times the number of classes; to three digits, at least 10⁻¹².
        package var probability: Double
    }

    /// How what was left goes again.
    package struct Recovery: Hashable, Sendable, Codable {
        package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
            /// Not in the silences that were watched.
            case never
            /// At an age that is about the same for all.
            case timer
            /// PostgreSQL itself ends them.
            case reaper
            /// Many at once, whatever their age: a collector.
            case bursts
            /// Some go, and by none of these.
            case other
        }

        package var kind: Kind
        /// Sessions that went in silences.
        package var deaths: Int
        /// Silence in which something could have gone, seconds.
        package var watchedSeconds: Double
        /// The usual age at death, of `timer` and `reaper`.
        package var afterSeconds: Double?

        enum CodingKeys: String, CodingKey {
            case kind, deaths
            case watchedSeconds = "watched_s"
            case afterSeconds = "after_s"
        }
    }

    /// Whether the application bears what the scenario expects, up to the next restart.
    package struct Expected: Hashable, Sendable, Codable {
        package var requestsPerDay: Int?
        /// `nil`: it is never restarted.
        package var restartsEverySeconds: Double?
        /// Sessions that may have been left behind by then, at the upper end of what was seen (95%).
        package var leftAtMost: Double?
        /// `nil`: this run was too short to tell.
        package var survives: Bool?
        /// Requests that a clean run would need to promise it.
        package var requestsNeeded: Int?

        enum CodingKeys: String, CodingKey {
            case survives
            case requestsPerDay = "requests_per_day"
            case restartsEverySeconds = "restarts_every_s"
            case leftAtMost = "left_at_most"
            case requestsNeeded = "requests_needed"
        }
    }

    /// To three significant digits, so that machines agree; below 10⁻¹² it is 10⁻¹².
    static func significant(_ value: Double) -> Double {
        guard value > 1e-12 else { return 1e-12 }
        let scale = pow(10, 2 - floor(log10(value)))
        return (value * scale).rounded() / scale
    }
}

/// Verdicts of an earlier Seep lack what it did not know.
extension KeyedDecodingContainer {
    func decode(_ type: [Verdict.Suspect].Type, forKey key: Key) throws -> [Verdict.Suspect] {
        try decodeIfPresent(type, forKey: key) ?? []
    }
}

extension Verdict.Query {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        text = try container.decode(String.self, forKey: .text)
        fingerprint = try container.decodeIfPresent(String.self, forKey: .fingerprint) ?? text
        sessions = try container.decode(Int.self, forKey: .sessions)
        tags = try container.decodeIfPresent([String: String].self, forKey: .tags) ?? [:]
        owners = try container.decodeIfPresent([String: Int].self, forKey: .owners) ?? [:]
        applications = try container.decodeIfPresent([String: Int].self, forKey: .applications) ?? [:]
    }
}
