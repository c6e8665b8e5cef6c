import Scenarios

/// A phase of the load in words.
enum LoadWords {
    static func phase(_ phase: LoadPhase) -> String {
        switch phase {
        case .closed(let from, let to, .requests(let count)): "\(count) requests at concurrency \(ramp("\(from)", to.map(String.init)))"
        case .closed(let from, let to, .duration(let duration)):
            "\(DurationText.string(duration)) at concurrency \(ramp("\(from)", to.map(String.init)))"
        case .open(let rate, let to, let duration, let arrivals, let most):
            "\(DurationText.string(duration)) at \(ramp(perSecond(rate), to.map(perSecond))), \(arrivals.rawValue): "
                + "\(phase.pacer?.total(in: duration) ?? 0) arrivals, at most \(most) in flight"
        }
    }

    private static func ramp(_ from: String, _ to: String?) -> String { to.map { "\(from) to \($0)" } ?? from }

    /// To three digits after the point.
    private static func perSecond(_ rate: Double) -> String {
        let rounded = (rate * 1000).rounded() / 1000
        return (rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)) + "/s"
    }
}
