import Scenarios

/// Every request of the scenario, prepared; by its index.
final class RequestTable {
    private let prepared: UnsafeMutablePointer<PreparedRequest>
    private var count = 0

    /// Checks all of them.
    init(_ settings: LoadSettings) throws(LoadError) {
        let specs = settings.scenario.requests
        prepared = .allocate(capacity: specs.count)
        // A failure in what follows runs deinit, which frees what has been made by then.
        for spec in specs {
            let url = try RequestURL(spec.url, base: settings.targetBase, request: spec.name)
            let headers = HeaderLines.merged(spec, http: settings.scenario.http, userAgent: settings.userAgent)
            let request = try PreparedRequest(
                url: url, method: spec.method, headers: headers, body: spec.body?.bytes, name: spec.name)
            (prepared + count).initialize(to: request)
            count += 1
        }
    }

    deinit {
        prepared.deinitialize(count: count)
        prepared.deallocate()
    }

    subscript(index: Int) -> UnsafeMutablePointer<PreparedRequest> { prepared + index }
}
