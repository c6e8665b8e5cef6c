import LinuxIO

/// How many ended in the last second or so, for the live view.
struct LiveRate {
    private var times: [MonotonicInstant] = []
    private var counts: [Int] = []

    /// To be called about five times a second.
    ///
    /// - Parameter done: in the run so far.
    mutating func perSecond(done: Int, now: MonotonicInstant) -> Int {
        if let last = times.last, now - last > .seconds(2) {
            // There was no load meanwhile.
            times = []
            counts = []
        }
        times.append(now)
        counts.append(done)
        if times.count > 6 {
            times.removeFirst()
            counts.removeFirst()
        }
        let seconds = (now - times[0]).seconds
        return seconds > 0 ? Int((Double(done - counts[0]) / seconds).rounded()) : 0
    }
}
