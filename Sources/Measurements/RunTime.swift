package import LinuxIO

/// Microseconds since the run began, on the monotonic clock; in files, seconds with at most six decimals.
///
/// Whole microseconds, so that a row that was written and read again is the same row: the judge that ran live and the judge
/// that replays the files see equal values.
package struct RunTime: Hashable, Comparable, Sendable {
    package var microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }

    package init(seconds: Double) { microseconds = Int64((seconds * 1e6).rounded()) }

    package static let zero = RunTime(microseconds: 0)

    package var seconds: Double { Double(microseconds) / 1e6 }

    package static func < (left: RunTime, right: RunTime) -> Bool { left.microseconds < right.microseconds }

    package static func + (time: RunTime, duration: Duration) -> RunTime {
        RunTime(microseconds: time.microseconds + duration.nanosecondsRounded / 1000)
    }

    package static func - (left: RunTime, right: RunTime) -> Duration { .microseconds(left.microseconds - right.microseconds) }
}

/// The one clock of a run: turns points on the monotonic and the wall clock into ``RunTime``.
package struct RunClock: Sendable, Hashable {
    package let origin: MonotonicInstant
    /// Nanoseconds since 1970 at the origin.
    package let wallOriginNanoseconds: Int64

    package init(origin: MonotonicInstant = .now, wallOriginNanoseconds: Int64 = WallClock.nowNanoseconds) {
        self.origin = origin
        self.wallOriginNanoseconds = wallOriginNanoseconds
    }

    package func time(at instant: MonotonicInstant) -> RunTime {
        RunTime(microseconds: (instant.nanoseconds - origin.nanoseconds) / 1000)
    }

    /// - Parameter wallMicroseconds: microseconds since 1970 on this machine's wall clock. True as far as the wall clock was not set since.
    package func time(wallMicroseconds: Int64) -> RunTime {
        RunTime(microseconds: wallMicroseconds - wallOriginNanoseconds / 1000)
    }

    package var now: RunTime { time(at: .now) }
}
