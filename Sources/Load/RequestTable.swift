import Scenarios

/// Every request of the scenario, prepared; by its index.
final class RequestTable {
    private let prepared: UnsafeMutablePointer<PreparedRequest>
    private let count: Int

    /// Checks all of them.
    init(_ settings: LoadSettings) throws(LoadError) {
        let specs = settings.scenario.requests
        prepared = .allocate(capacity: specs.count)
        count = specs.count
        var made = 0
        do {
            for spec in specs {
                let url = try RequestURL(spec.url, base: settings.targetBase, request: spec.name)
                let headers = HeaderLines.merged(spec, http: settings.scenario.http, userAgent: settings.userAgent)
                (prepared + made).initialize(
                    to: try PreparedRequest(url: url, method: spec.method, headers: headers, body: spec.body?.bytes, name: spec.name))
                made += 1
            }
        } catch {
            prepared.deinitialize(count: made)
            prepared.deallocate()
            throw error
        }
    }

    deinit {
        prepared.deinitialize(count: count)
        prepared.deallocate()
    }

    subscript(index: Int) -> UnsafeMutablePointer<PreparedRequest> { prepared + index }
}
