import LinuxIO
import Measurements

extension SamplerLoop {
    /// A reading this old says nothing of now.
    private static let stale = Duration.milliseconds(1500)

    /// Takes in the last reading of PgBouncer's console, whatever its age between two samples: nothing is waited for.
    ///
    /// - Returns: `nil` where there is none, or it is too old.
    mutating func readPgBouncer(_ snapshot: Snapshot, isAsked: Bool) -> PgBouncerReading? {
        guard let pgbouncer else { return nil }
        let (latest, serial, failure) = pgbouncer.latest
        guard let reading = latest, MonotonicInstant.now - reading.received < Self.stale else {
            if !pgbouncerIsSilent { notes.append("pgbouncer: \(failure ?? "no answer from its console")") }
            pgbouncerIsSilent = true
            tracker.pooling = SessionTracker.Pooling(pids: latest?.servers ?? [], asOf: .zero)
            return nil
        }
        if pgbouncerIsSilent { notes.append("pgbouncer: its console answers again") }
        pgbouncerIsSilent = false
        tracker.pooling = SessionTracker.Pooling(pids: reading.servers, asOf: directory.clock.time(at: reading.asked))
        let sessions = Dictionary(snapshot.backends.map { ($0.pid, $0) }) { first, _ in first }
        let rows = clients.consume(
            reading, serial: serial, at: directory.clock.time(at: reading.received), sessions: sessions, processes: processes,
            port: pgbouncer.port, wallOrigin: Int(directory.clock.wallOriginNanoseconds), isAsked: isAsked)
        write(rows)
        return reading
    }

    func count(_ reading: PgBouncerReading, into row: inout ConnectionRow) {
        row.pgbouncerClients = clients.tracker.ours.count
        row.pgbouncerWaiting = reading.waiting
        row.pgbouncerServers = tracker.ours.values.count { reading.servers.contains($0.backend.pid) }
        row.pgbouncerMaxWait = RunTime(microseconds: Int64(reading.maxWaitMicroseconds))
    }
}
