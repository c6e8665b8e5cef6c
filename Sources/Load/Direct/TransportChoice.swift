import Scenarios

/// Which transport each request goes over, and why.
struct TransportChoice {
    private(set) var usesDirect = false
    private(set) var usesGeneral = false
    /// By the request's name, for people.
    private(set) var reasons: [String: String] = [:]

    static let freshNote = "a connection for each request, as libcurl 7.88 cannot send a second one over HTTP/2 without TLS"

    init(_ settings: LoadSettings, requests: RequestTable) throws(LoadError) {
        let wanted = settings.scenario.http.transport
        let setup = ConnectionSetup(settings)
        for (index, spec) in requests.specs.enumerated() where !requests.traits(of: index).isFlow {
            let obstacle = requests[index].pointee.obstacle
            if case .requests(let limit) = setup.http.reuse, limit > 1, setup.http.version == .http2 {
                throw .request(
                    name: spec.name, problem: "HTTP/2 shares connections, and cannot count requests on them; use reuse: always or never")
            }
            let note = setup.needsFresh(requests[index].pointee.url) ? "; \(Self.freshNote)" : ""
            switch (wanted, obstacle) {
            case (.general, _):
                usesGeneral = true
                reasons[spec.name] = "general: http.transport says so" + note
            case (.direct, let obstacle?):
                throw .request(name: spec.name, problem: "http.transport is direct, which cannot do \(obstacle.rawValue); use auto")
            case (.auto, let obstacle?):
                usesGeneral = true
                reasons[spec.name] = "general: direct cannot do \(obstacle.rawValue)" + note
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
