import LinuxIO
package import Measurements
import Postgres

/// What is read and opened before any load: the facts about PostgreSQL, and the sampler's two sessions.
///
/// The sessions are kept from here on, so that a database that fills up does not blind the sampler. They close with this
/// value unless a ``Sampler`` takes it over.
package struct Preflight: ~Copyable, Sendable {
    package let facts: DatabaseFacts
    var sessions: SamplerSessions

    /// Whose sessions are to be watched, where the URL does not say it.
    package struct Application: Hashable, Sendable {
        package var role: String?
        package var database: String?

        package init(role: String? = nil, database: String? = nil) {
            self.role = role
            self.database = database
        }
    }

    /// - Parameters:
    ///   - databaseURL: a libpq URI or keyword string.
    ///   - timeout: for each session that is opened.
    package static func read(
        databaseURL: String, application: Application = Application(), timeout: Duration = .seconds(10)
    ) throws(SamplingError) -> Preflight {
        var place = "the database"
        do throws(PostgresError) {
            place = try ConnectionInfo(parsing: databaseURL).description
            // The first session tells the version, on which the settings of the two that stay depend, and the timers
            // as an ordinary session has them.
            var first = try SamplerSessions.open(databaseURL, hasIdleTimeout: false, timeout: timeout)
            let reader = try FactsReader(&first, application: application)
            if let missing = reader.missing { throw missing }
            let firstPID = Int(first.backendPID)
            close(consume first)
            var sessions = SamplerSessions(conninfo: databaseURL, hasIdleTimeout: reader.version >= 140_000)
            try open(&sessions, timeout: timeout)
            let facts = try reader.facts(&sessions, probe: firstPID)
            return Preflight(facts: facts, sessions: sessions)
        } catch {
            throw error.kind == .usage && error.operation == FactsReader.roleOperation
                ? SamplingError(.roleMissing, error.message, advice: "Correct the role or the database of the application.")
                : SamplingError(error, at: place)
        }
    }

    private static func close(_ session: consuming PostgresConnection) {}

    /// The slot of the first session is free only when its backend has ended, which may take a moment.
    private static func open(_ sessions: inout SamplerSessions, timeout: Duration) throws(PostgresError) {
        let deadline = MonotonicInstant.now + .seconds(1)
        while sessions.count < 2 {
            do throws(PostgresError) {
                try sessions.connect(timeout: timeout)
            } catch {
                guard error.kind == .tooManyConnections, .now < deadline else { throw error }
                Pause.milliseconds(20)
            }
        }
    }
}
