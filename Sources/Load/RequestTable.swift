import Curl
import Foundation
import LinuxIO
import Scenarios

/// Everything that a load sends, made ready: the entries of the scenario by their index, then the requests of its flows.
///
/// An entry that is a flow has a place and a name of its own, and no request.
final class RequestTable {
    /// What is looked at for every response, without touching the scenario's value and its reference counts.
    struct Traits {
        let follow: Int
        /// Nothing but a fixed request and a fixed status: the rest of what is here need not be looked at.
        let isPlain: Bool
        let isFlow: Bool
        /// Put together anew for each send.
        let isRendered: Bool
        let keeps: ResponseParts
        private let wanted: StatusSet

        fileprivate init(_ spec: RequestSpec, isRendered: Bool, isPlain: Bool, keeps: ResponseParts) {
            follow = spec.follow
            wanted = StatusSet(spec.expect.status)
            isFlow = spec.flow != nil
            self.isRendered = isRendered
            self.isPlain = isPlain
            self.keeps = keeps
        }

        func wants(_ status: Int) -> Bool { wanted.contains(status) }
    }

    /// Of entries and parts, by index.
    private(set) var specs: [RequestSpec]
    var names: [String] { specs.map(\.name) }
    /// How many of them are entries.
    let entries: Int
    private(set) var flows: [FlowPlan] = []
    /// How many values all flows capture.
    private(set) var captures = 0
    /// By index; `nil`: fixed.
    private var plans: [RequestPlan?] = []
    /// By index; `nil`: nothing but a fixed status.
    private var checks: [ResponseChecks?] = []
    /// By the entry's index: the number of the flow; −1: none.
    private var flowNumbers: [Int] = []
    /// By index: the data sets whose row a single request needs.
    private var sets: [[Int]] = []
    private let settings: LoadSettings
    private let origin: RequestURL
    private let prepared: UnsafeMutablePointer<PreparedRequest>
    private let traits: UnsafeMutablePointer<Traits>
    let manners: MannersTable
    let proxy: ProxyRoute?
    private var traitCount = 0

    /// Checks all of them.
    init(_ settings: LoadSettings) throws(LoadError) {
        self.settings = settings
        specs = settings.scenario.requests
        entries = specs.count
        let all = Self.specs(of: settings.scenario)
        manners = MannersTable(all, http: settings.scenario.http)
        proxy = settings.scenario.http.proxy.map { ProxyRoute($0) }
        origin = try RequestURL("/", base: settings.targetBase, request: "target")
        prepared = .allocate(capacity: all.count)
        traits = .allocate(capacity: all.count)
        // A failure in what follows runs deinit, which frees what has been made by then.
        let names = TemplateNames(settings.scenario.data)
        for spec in settings.scenario.requests {
            flowNumbers.append(-1)
            if spec.flow == nil { try add(spec, names: names, flowCaptures: nil) } else { addName(spec) }
        }
        for (index, spec) in settings.scenario.requests.enumerated() {
            guard let flow = spec.flow else { continue }
            flowNumbers[index] = flows.count
            flows.append(try plan(flow))
        }
    }

    /// All that has an index, in its order.
    static func specs(of scenario: Scenario) -> [RequestSpec] {
        scenario.requests + scenario.requests.flatMap { $0.flow?.requests ?? [] }
    }

    deinit {
        for index in 0..<traitCount where !traits[index].isFlow { (prepared + index).deinitialize(count: 1) }
        prepared.deallocate()
        traits.deallocate()
    }

    private func addName(_ spec: RequestSpec) {
        (traits + traitCount).initialize(to: Traits(spec, isRendered: false, isPlain: false, keeps: []))
        traitCount += 1
        plans.append(nil)
        checks.append(nil)
        sets.append([])
    }

    /// - Parameter flowCaptures: the numbers of its captures; `nil` outside flows.
    private func add(_ spec: RequestSpec, names: TemplateNames, flowCaptures: [Int]?) throws(LoadError) {
        let http = settings.scenario.http
        let needsBody = spec.expect.needsBody || spec.captures.contains { if case .header = $0.source { false } else { true } }
        let isRendered = spec.isTemplated || flowCaptures != nil
        let checks = try self.checks(spec, names: names, flowCaptures: flowCaptures)
        var plan: RequestPlan?
        if isRendered {
            let asked = spec.url.hasPrefix("/") || spec.url.hasPrefix("{{") ? "/" : spec.url
            // A host is literal, or the plan says that it is not: that of the target does for its headers.
            let url = (try? RequestURL(asked, base: settings.targetBase, request: spec.name)) ?? origin
            plan = try RequestPlan(
                spec, base: settings.targetBase, headers: headers(spec, to: url), version: http.version, names: names,
                sendsCookies: flowCaptures != nil, looksIntoBody: needsBody, proxy: proxy)
        }
        (prepared + traitCount).initialize(to: try prepare(spec, plan, looksIntoBody: needsBody))
        var keeps = checks?.keeps ?? []
        if flowCaptures != nil { keeps.insert(.headers) }
        let isPlain = plan == nil && checks == nil
        (traits + traitCount).initialize(to: Traits(spec, isRendered: plan != nil, isPlain: isPlain, keeps: keeps))
        traitCount += 1
        sets.append(Array(Set((plan?.sets ?? []) + (checks?.sets ?? []))).sorted())
        plans.append(plan)
        self.checks.append(checks)
    }

    private func prepare(_ spec: RequestSpec, _ plan: RequestPlan?, looksIntoBody: Bool) throws(LoadError) -> PreparedRequest {
        if let plan { return try plan.prepare() }
        let url = try RequestURL(spec.url, base: settings.targetBase, request: spec.name)
        return try PreparedRequest(
            url: url, method: spec.method, headers: headers(spec, to: url), body: spec.body?.bytes,
            version: settings.scenario.http.version, name: spec.name, looksIntoBody: looksIntoBody, proxy: proxy)
    }

    private func checks(_ spec: RequestSpec, names: TemplateNames, flowCaptures: [Int]?) throws(LoadError) -> ResponseChecks? {
        if spec.expect.isFixedStatus, spec.captures.isEmpty { return nil }
        return try ResponseChecks(spec, names: names, captures: flowCaptures)
    }

    private func plan(_ flow: RequestSpec.Flow) throws(LoadError) -> FlowPlan {
        var names = TemplateNames(settings.scenario.data)
        var items: [FlowPlan.Item] = []
        var own: [[Int]] = []
        for part in flow.before + flow.steps {
            switch part {
            case .think(let from, let to):
                let low = Int(from.nanosecondsRounded)
                items.append(.think(from: low, to: max(low, Int(to.nanosecondsRounded))))
                own.append([])
            case .request(let spec):
                let numbers = spec.captures.map { names.captures[$0.name] ?? next() }
                try add(spec, names: names, flowCaptures: numbers)
                for (capture, number) in zip(spec.captures, numbers) { names.captures[capture.name] = number }
                specs.append(spec)
                items.append(.request(specs.count - 1))
                own.append(sets[specs.count - 1])
            }
        }
        let steps = own.dropFirst(flow.before.count).joined()
        return FlowPlan(
            items: items, beforeCount: flow.before.count, sets: Set(own.joined()).sorted(), setsOfSteps: Set(steps).sorted())
    }

    private func next() -> Int {
        captures += 1
        return captures - 1
    }

    // MARK: Look-ups

    /// Not for a flow.
    subscript(index: Int) -> UnsafeMutablePointer<PreparedRequest> { prepared + index }

    func traits(of index: Int) -> Traits { traits[index] }
    func plan(of index: Int) -> RequestPlan? { plans[index] }
    func checks(of index: Int) -> ResponseChecks? { checks[index] }
    func flow(of entry: Int) -> Int { flowNumbers[entry] }

    /// The data sets of which a start of the entry needs a row.
    ///
    /// - Parameter user: who has had `before`, or not.
    func sets(of entry: Int, user: VirtualUser?) -> [Int] {
        let flow = flowNumbers[entry]
        guard flow >= 0 else { return sets[entry] }
        return user?.hasHadBefore[flow] == true ? flows[flow].setsOfSteps : flows[flow].sets
    }

    /// The header lines of a request that goes to `url` before any redirect: who we say that we are is for the target alone.
    func headers(_ spec: RequestSpec, to url: RequestURL) -> [HTTPSettings.Header] {
        let http = settings.scenario.http
        return HeaderLines.merged(
            spec, http: http, userAgent: settings.userAgent,
            authorization: http.auth != nil && url.hasOrigin(of: origin) ? http.auth?.headerValue : nil)
    }
}

extension HTTPSettings.Auth {
    /// RFC 7617 and RFC 6750.
    var headerValue: String {
        switch self {
        case .basic(let user, let password): "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
        case .bearer(let token): "Bearer " + token
        }
    }
}
