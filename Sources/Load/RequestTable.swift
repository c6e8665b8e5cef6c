import Scenarios

/// Every request of the scenario, prepared; by its index.
final class RequestTable {
    /// What is looked at for every response, without touching the scenario's value and its reference counts.
    struct Traits {
        let follow: Int
        private let wanted: StatusSet

        init(_ spec: RequestSpec) {
            follow = spec.follow
            wanted = StatusSet(spec.expect.status)
        }

        func wants(_ status: Int) -> Bool { wanted.contains(status) }
    }

    private let prepared: UnsafeMutablePointer<PreparedRequest>
    private let traits: UnsafeMutablePointer<Traits>
    private var count = 0
    let manners: MannersTable
    private let proxy: ProxyRoute?

    /// Checks all of them.
    init(_ settings: LoadSettings) throws(LoadError) {
        let specs = settings.scenario.requests
        let http = settings.scenario.http
        manners = MannersTable(specs, http: http)
        proxy = http.proxy.map { ProxyRoute($0) }
        prepared = .allocate(capacity: specs.count)
        traits = .allocate(capacity: specs.count)
        // A failure in what follows runs deinit, which frees what has been made by then.
        for spec in specs {
            let url = try RequestURL(spec.url, base: settings.targetBase, request: spec.name)
            let headers = HeaderLines.merged(spec, http: settings.scenario.http, userAgent: settings.userAgent)
            let request = try PreparedRequest(
                url: url, method: spec.method, headers: headers, body: spec.body?.bytes,
                version: settings.scenario.http.version, name: spec.name, proxy: proxy)
            (prepared + count).initialize(to: request)
            (traits + count).initialize(to: Traits(spec))
            count += 1
        }
    }

    deinit {
        prepared.deinitialize(count: count)
        prepared.deallocate()
        traits.deallocate()
    }

    subscript(index: Int) -> UnsafeMutablePointer<PreparedRequest> { prepared + index }

    func traits(of index: Int) -> Traits { traits[index] }
}
