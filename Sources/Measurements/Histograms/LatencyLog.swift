import Glibc
package import LinuxIO
import Synchronization

/// Writes `latency.hlog`: the times of each class in intervals of ten seconds, as an HdrHistogram log.
///
/// What is appended becomes one write(2) for each interval at ``flush()``, so that a run which is killed leaves whole lines. Used by one
/// thread at a time.
package final class LatencyLog: Sendable {
    package static let file = "latency.hlog"
    /// How long an interval is: cut at moments of the run's clock that are multiples of this, and at the end of each load.
    package static let interval = Duration.seconds(10)

    private struct State {
        var pending: [UInt8] = []
        var failure: SystemError?
    }

    private let descriptor: Int32
    private let state = Mutex(State())

    /// Creates the file with its header; fails when it exists.
    package init(directory: String, clock: RunClock) throws(SystemError) {
        descriptor = open("\(directory)/\(Self.file)", O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemError("open \(Self.file)") }
        let start = clock.wallOriginNanoseconds / 1_000_000
        let seconds = "\(start / 1000).\(String(start % 1000 + 1000).dropFirst())"
        let header = """
            #[Histogram log format version 1.3]
            #[StartTime: \(seconds) (seconds since epoch), \(Self.date(start / 1000))]
            #[BaseTime: \(seconds) (seconds since epoch)]
            #[Values are microseconds of two significant digits; Interval_Max is in milliseconds. Tags: latency (from the intended start) or service (from the send), a colon, request and outcome, percent-encoded.]
            "StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"

            """
        state.withLock { $0.pending = Array(header.utf8) }
        flush()
    }

    deinit {
        flush()
        close(descriptor)
    }

    /// `Sat Nov 21 04:50:39 UTC 2026`.
    private static func date(_ seconds: Int64) -> String {
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        var text = [CChar](repeating: 0, count: 64)
        let length = strftime(&text, text.count, "%a %b %d %H:%M:%S UTC %Y", &parts)
        return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Adds a line for an interval; it is in the file after the next ``flush()``. Nothing for a histogram without values.
    package func append(_ tag: LatencyLogTag, from start: RunTime, to end: RunTime, _ bank: borrowing HistogramBank, _ number: Int) {
        guard bank.total(of: number) > 0 else { return }
        let line = Self.line(
            tag, from: start, to: end, largest: bank.largest(of: number), histogram: HistogramCoding.base64(bank, number))
        state.withLock { $0.pending += line.utf8 }
    }

    static func line(_ tag: LatencyLogTag, from start: RunTime, to end: RunTime, largest: UInt64, histogram: String) -> String {
        // Both ends are rounded alike, so that intervals which meet in the run meet in the file.
        let from = milliseconds(start), to = milliseconds(end)
        return "Tag=\(tag.text),\(thousandths(from)),\(thousandths(to - from)),\(thousandths(Int64(largest))),\(histogram)\n"
    }

    private static func milliseconds(_ time: RunTime) -> Int64 { (time.microseconds + 500) / 1000 }

    /// A number of thousandths, with three decimals: milliseconds as seconds, microseconds as milliseconds.
    private static func thousandths(_ value: Int64) -> String { "\(value / 1000).\(String(value % 1000 + 1000).dropFirst())" }

    package func flush() {
        state.withLock { state in
            var offset = 0
            while offset < state.pending.count, state.failure == nil {
                let count = state.pending[offset...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                if count < 0 {
                    if errno == EINTR { continue }
                    state.failure = SystemError("write \(Self.file)")
                } else {
                    offset += count
                }
            }
            state.pending.removeAll(keepingCapacity: true)
        }
    }

    /// The first failure to write, such as a full disk; lines since then are lost.
    package var failure: SystemError? { state.withLock { $0.failure } }
}
