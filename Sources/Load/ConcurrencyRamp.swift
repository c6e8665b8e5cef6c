import LinuxIO

/// How many requests a closed phase keeps in flight: one number, or a ramp from one to another.
///
///     in flight                         of d = |to − from| + 1 levels, level i lasts from i/d to (i + 1)/d of the phase:
///        3 |        ▄▄▄▄                c(x) = from ± ⌊d · x⌋,  x in [0, 1)
///        2 |    ▄▄▄▄
///        1 |▄▄▄▄                        x is the share of the phase that is over, of its time or of its requests
///          +------------ x
struct ConcurrencyRamp: Equatable {
    /// Both at least 1.
    let from: Int
    let to: Int

    private var levels: Int { abs(to - from) + 1 }

    private func level(_ index: Int) -> Int { to < from ? from - index : from + index }

    var most: Int { max(from, to) }

    /// When `done` of `all` requests have been started.
    func level(started done: Int, of all: Int) -> Int {
        guard from != to, all > 0 else { return from }
        // As wide as the product may be; the quotient is below the number of levels.
        let product = levels.multipliedFullWidth(by: min(max(done, 0), all - 1))
        return level(all.dividingFullWidth((product.high, product.low)).quotient)
    }

    /// When `passed` of `duration` is over.
    func level(at passed: Duration, of duration: Duration) -> Int {
        guard from != to else { return from }
        let share = passed / duration
        return level(min(levels - 1, max(0, Int(Double(levels) * share))))
    }

    /// When after `passed` the level is next another one; `nil`: never.
    func nextChange(after passed: Duration, of duration: Duration) -> Duration? {
        guard from != to else { return nil }
        let index = min(levels - 1, max(0, Int(Double(levels) * (passed / duration))))
        guard index + 1 < levels else { return nil }
        let change = duration * (Double(index + 1) / Double(levels))
        return max(change, passed + .nanoseconds(1))
    }
}
