import Glibc

/// Reads `latency.hlog`, or another HdrHistogram log of format V2 with tags.
package enum LatencyLogReader {
    /// One line.
    package struct Interval: Hashable, Sendable {
        /// `nil`: a line without a tag, or with one that is not of ours.
        package var tag: LatencyLogTag?
        package var start: RunTime
        package var length: Duration
        package var histogram: LoggedHistogram
    }

    /// What a log holds, in its order.
    package struct Log: Sendable {
        package var intervals: [Interval] = []
        /// The file ends in the middle of a line: the run was killed.
        package var endedMidLine = false

        /// The sum of the intervals of a tag; `nil` when there is none.
        package func sum(_ tag: LatencyLogTag) -> LoggedHistogram? { sum { $0 == tag } }

        /// The sum of the intervals whose tag is wanted; `nil` when there is none, or their layouts differ.
        package func sum(where isWanted: (LatencyLogTag) -> Bool) -> LoggedHistogram? {
            var sum: LoggedHistogram?
            for interval in intervals {
                guard let tag = interval.tag, isWanted(tag) else { continue }
                if sum == nil {
                    sum = interval.histogram
                } else if sum?.add(interval.histogram) != true {
                    return nil
                }
            }
            return sum
        }
    }

    package static func read(directory: String) throws(CSVError) -> Log {
        try read(path: "\(directory)/\(LatencyLog.file)")
    }

    package static func read(path: String) throws(CSVError) -> Log {
        let file = LatencyLog.file
        guard let stream = fopen(path, "re") else {
            throw CSVError(
                kind: errno == ENOENT ? .notFound : .unreadable, file: file, line: 0, message: String(cString: strerror(errno)))
        }
        defer { fclose(stream) }
        var log = Log()
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        var number = 0
        while true {
            let count = getline(&line, &capacity, stream)
            guard count > 0, let line else { return log }
            number += 1
            let bytes = UnsafeRawBufferPointer(start: line, count: count)
            guard bytes.last == 0x0A else {
                log.endedMidLine = true
                return log
            }
            let text = String(decoding: bytes.dropLast(), as: UTF8.self)
            if text.isEmpty || text.hasPrefix("#") || text.hasPrefix("\"") { continue }
            log.intervals.append(try interval(text, line: number))
        }
    }

    static func interval(_ text: String, line: Int) throws(CSVError) -> Interval {
        var fields = text.split(separator: ",", omittingEmptySubsequences: false)[...]
        var tag: Substring?
        if let first = fields.first, first.hasPrefix("Tag=") {
            tag = first.dropFirst(4)
            fields = fields.dropFirst()
        }
        func wrong(_ message: String) -> CSVError { CSVError(file: LatencyLog.file, line: line, message: message) }
        guard fields.count == 4, let payload = fields.last else {
            throw wrong("\(fields.count) fields where a start, a length, a largest value and a histogram were expected")
        }
        let times = fields.prefix(3).map { Double($0) }
        guard let start = times[0], let length = times[1], times[2] != nil, abs(start) < 1e10, (0..<1e10).contains(length) else {
            throw wrong("“\(fields.prefix(3).joined(separator: ","))” where three numbers were expected: seconds, seconds, milliseconds")
        }
        do throws(HistogramCoding.Problem) {
            return Interval(
                tag: tag.flatMap(LatencyLogTag.init), start: RunTime(seconds: start),
                length: .microseconds(Int64((length * 1e6).rounded())), histogram: try HistogramCoding.decode(base64: payload))
        } catch {
            throw wrong(error.description)
        }
    }
}
