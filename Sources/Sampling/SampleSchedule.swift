import LinuxIO

/// When samples are due: every interval from a fixed origin, whatever the samples take.
///
///     due     |    |    |    |    |    |
///     taken   x    x============x    x        the long one made two others impossible: two missed
struct SampleSchedule {
    private(set) var interval: Duration
    private(set) var next: MonotonicInstant

    init(interval: Duration, from start: MonotonicInstant) {
        self.interval = interval
        next = start
    }

    func isDue(at now: MonotonicInstant) -> Bool { now >= next }

    /// Passes over every point up to `now`: that of the sample just taken, and those that it made impossible.
    ///
    /// - Returns: how many were missed.
    mutating func advance(to now: MonotonicInstant) -> Int {
        guard now >= next else { return 0 }
        let step = max(interval.nanosecondsRounded, 1)
        let passed = (now.nanoseconds - next.nanoseconds) / step
        next = MonotonicInstant(nanoseconds: next.nanoseconds + (passed + 1) * step)
        return Int(passed)
    }

    /// Changes the distance of the points after the next.
    mutating func change(interval: Duration) { self.interval = interval }
}

/// What samples cost, and the interval that keeps the instrument small beside what it measures.
struct SampleCost {
    /// The sampler is busy at most a twentieth of the time.
    private static let factor: Int64 = 20
    private static let windowCount = 64
    private static let leastCount = 32
    private static let step: Int64 = 10_000
    /// Samples are dear while the machine is busy, which is when the guard rail must not sleep: the interval grows no further by
    /// itself.
    private static let longest: Int64 = 500_000

    private var window: [Int] = []
    private var position = 0
    private(set) var count = 0

    mutating func add(microseconds: Int) {
        if window.count < Self.windowCount {
            window.append(microseconds)
        } else {
            window[position] = microseconds
        }
        position = (position + 1) % Self.windowCount
        count += 1
    }

    /// Of the last 64 samples.
    func percentile(_ share: Double) -> Int? {
        guard !window.isEmpty else { return nil }
        let sorted = window.sorted()
        return sorted[min(Int(Double(sorted.count) * share), sorted.count - 1)]
    }

    /// Another interval, when the present one is much too short or too long for what samples cost; looked at every 16 samples.
    ///
    /// - Parameter asked: the interval that was asked for, below which none goes.
    func betterInterval(than interval: Duration, asked: Duration) -> Duration? {
        guard count >= Self.leastCount, count % 16 == 0, let p95 = percentile(0.95) else { return nil }
        let needed = min((Int64(p95) * Self.factor + Self.step - 1) / Self.step * Self.step, Self.longest)
        let wanted = max(needed, asked.nanosecondsRounded / 1000)
        let present = interval.nanosecondsRounded / 1000
        return wanted * 10 > present * 11 || wanted * 2 < present ? .microseconds(wanted) : nil
    }
}
