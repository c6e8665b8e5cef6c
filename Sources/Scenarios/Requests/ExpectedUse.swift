/// What the application has to bear between two restarts: the key `expected`.
package struct ExpectedUse: Hashable, Sendable, Codable {
    /// Above 0.
    package var requestsPerDay: Int?
    /// How often the server is restarted, which gives every session back; `nil`: never.
    package var restartsEvery: Duration?

    package init(requestsPerDay: Int? = nil, restartsEvery: Duration? = nil) {
        self.requestsPerDay = requestsPerDay
        self.restartsEvery = restartsEvery
    }
}
