import Measurements

/// How PostgreSQL's clock stands to the run's, from round trips.
///
/// A reply that came `rtt` after its question was written within that time, so the middle is wrong by at most `rtt / 2`: the
/// shortest round trip of the last half minute knows best. Where the two wall clocks do not differ by more than that
/// error they are taken for the same clock, as they are on one machine, and births are exact.
struct ServerClock: Sendable {
    /// What to add to a time of PostgreSQL for the run's clock, microseconds.
    private(set) var serverToRun = 0
    /// PostgreSQL's clock less this machine's wall clock, microseconds.
    private(set) var offset: Int?
    private var bestRoundTrip = Int64.max
    private var bestTime = RunTime.zero

    private static let keepMicroseconds: Int64 = 30_000_000
    /// How far the two readings of our own clocks may lie apart.
    private static let slackMicroseconds = 100

    /// - Parameters:
    ///   - wall: this machine's wall clock when the reply had come, microseconds since 1970.
    ///   - server: PostgreSQL's clock as the reply says it.
    mutating func add(sent: RunTime, received: RunTime, wall: Int, server: Int) {
        let roundTrip = max(received.microseconds - sent.microseconds, 0)
        let isOld = received.microseconds - bestTime.microseconds > Self.keepMicroseconds
        guard offset == nil || isOld || roundTrip <= bestRoundTrip else { return }
        bestRoundTrip = roundTrip
        bestTime = received
        let measured = Int(sent.microseconds + roundTrip / 2) - server
        let sameClock = Int(received.microseconds) - wall
        let isSame = abs(measured - sameClock) <= Int(roundTrip / 2) + Self.slackMicroseconds
        serverToRun = isSame ? sameClock : measured
        offset = sameClock - serverToRun
    }
}
