/// A request or flow as it was read, before names are compared.
struct NamedRequest {
    /// `nil` when it is wrong, which is reported.
    var spec: RequestSpec?
    /// Of the name, where it has one.
    let place: Place
    let isNamed: Bool
    var captured: [String] = []
    /// Of a flow: what it sends, in order.
    var before: [Part] = []
    var steps: [Part] = []

    enum Part {
        case request(NamedRequest)
        case think(from: Duration, to: Duration)
    }

    fileprivate var parts: [NamedRequest] {
        (before + steps).compactMap { if case .request(let request) = $0 { request } else { nil } }
    }
}

/// Gives every request of a scenario, and every flow, a name of its own.
///
/// A name that was given must be given once. One that comes of method and URL gets a number behind a second; in a flow it has the
/// flow's name before it.
struct UniqueNames {
    private let diagnostics: Diagnostics
    private var taken: Set<String> = []
    private var lastNumber: [String: Int] = [:]

    init(_ diagnostics: Diagnostics) { self.diagnostics = diagnostics }

    func apply(to requests: [NamedRequest]) -> [RequestSpec] {
        var names = self
        return names.named(requests)
    }

    private mutating func named(_ requests: [NamedRequest]) -> [RequestSpec] {
        for request in requests { take(request) }
        var specs = requests.compactMap { request in request.spec.map { (request, own(request, base: $0.name)) } }
        for index in specs.indices {
            let request = specs[index].0
            guard var spec = specs[index].1 else { continue }
            if spec.flow != nil {
                spec.flow = RequestSpec.Flow(
                    before: parts(request.before, of: spec.name), steps: parts(request.steps, of: spec.name))
                specs[index].1 = spec
            }
        }
        return specs.compactMap(\.1)
    }

    /// Given names come first, so that none of them gets a number.
    private mutating func take(_ request: NamedRequest) {
        if request.isNamed, let name = request.spec?.name, !taken.insert(name).inserted {
            diagnostics.report(request.place, "another request has this name", expected: "a name that no other request has")
        }
        for part in request.parts { take(part) }
    }

    private mutating func parts(_ parts: [NamedRequest.Part], of flow: String) -> [RequestSpec.Flow.Part] {
        var named: [RequestSpec.Flow.Part] = []
        for part in parts {
            switch part {
            case .think(let from, let to): named.append(.think(from: from, to: to))
            case .request(let request):
                if let name = request.spec?.name, let spec = own(request, base: "\(flow): \(name)") { named.append(.request(spec)) }
            }
        }
        return named
    }

    private mutating func own(_ request: NamedRequest, base: String) -> RequestSpec? {
        guard var spec = request.spec else { return nil }
        guard !request.isNamed else { return spec }
        spec.name = base
        // A flow has nothing that could name it: flow 1, flow 2.
        let isFlow = spec.flow != nil
        if !isFlow, taken.insert(base).inserted { return spec }
        var number = lastNumber[base] ?? (isFlow ? 0 : 1)
        repeat {
            number += 1
            spec.name = isFlow ? "\(base) \(number)" : "\(base) (\(number))"
        } while !taken.insert(spec.name).inserted
        lastNumber[base] = number
        return spec
    }
}
