import Scenarios

/// Which transport each request goes over, and why.
struct TransportChoice {
    private(set) var usesDirect = false
    private(set) var usesGeneral = false
    /// By the request's name, for people.
    private(set) var reasons: [String: String] = [:]

    init(_ settings: LoadSettings, requests: RequestTable) throws(LoadError) {
        let wanted = settings.scenario.http.transport
        for (index, spec) in requests.specs.enumerated() where !requests.traits(of: index).isFlow {
            let obstacle = requests[index].pointee.obstacle
            switch (wanted, obstacle) {
            case (.general, _):
                usesGeneral = true
                reasons[spec.name] = "general: http.transport says so"
            case (.direct, let obstacle?):
                throw .request(name: spec.name, problem: "http.transport is direct, which cannot do \(obstacle.rawValue); use auto")
            case (.auto, let obstacle?):
                usesGeneral = true
                reasons[spec.name] = "general: direct cannot do \(obstacle.rawValue)"
            case (.direct, nil):
                usesDirect = true
                reasons[spec.name] = "direct: http.transport says so"
            case (.auto, nil):
                usesDirect = true
                reasons[spec.name] = "direct"
            }
        }
    }
}
