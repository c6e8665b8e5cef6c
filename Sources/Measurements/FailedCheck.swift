/// How often a request was unexpected for one reason: the first of its checks that did not hold.
package struct FailedCheck: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// No whole response where one was wanted, or one where another end was.
        case end
        /// A redirect that may not be followed, or leads nowhere.
        case redirect
        case status
        case header
        case body
        case json
        /// Longer than `within`.
        case time
        /// Nothing to capture.
        case capture
    }

    package var request: String
    package var check: Kind
    package var count: Int

    package init(request: String, check: Kind, count: Int) {
        self.request = request
        self.check = check
        self.count = count
    }

    /// Entries kept in a record of a run.
    package static let limit = 256

    /// Adds others to a list: the most frequent first, at most ``limit`` of them.
    package static func sum(_ lists: [FailedCheck]...) -> [FailedCheck] {
        var sums: [FailedCheck: Int] = [:]
        for entry in lists.joined() { sums[FailedCheck(request: entry.request, check: entry.check, count: 0), default: 0] += entry.count }
        let all = sums.map { FailedCheck(request: $0.key.request, check: $0.key.check, count: $0.value) }
        return Array(
            all.sorted { ($1.count, $0.request, $0.check.rawValue) < ($0.count, $1.request, $1.check.rawValue) }.prefix(limit))
    }
}
