import ArgumentParser
import LinuxIO

extension Shape: ExpressibleByArgument {
    init?(argument: String) {
        self.init(rawValue: argument.lowercased())
    }
}

extension Exhaustion: ExpressibleByArgument {}

/// A length of time on the command line: `250ms`, `3s`, `2m`, `1h`, or a number of seconds.
struct TimeArgument: ExpressibleByArgument, Equatable, Sendable {
    let duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        let units: [(suffix: String, seconds: Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]
        let unit = units.first { argument.hasSuffix($0.suffix) }
        guard let number = Double(argument.dropLast(unit?.suffix.count ?? 0)) else { return nil }
        let seconds = number * (unit?.seconds ?? 1)
        guard seconds >= 0.001, seconds <= 86_400 else { return nil }
        duration = .fractional(seconds: seconds)
    }

    var defaultValueDescription: String {
        let milliseconds = duration.nanosecondsRounded / 1_000_000
        if milliseconds % 3_600_000 == 0 { return "\(milliseconds / 3_600_000)h" }
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}
