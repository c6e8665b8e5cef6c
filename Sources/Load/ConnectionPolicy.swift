import Measurements
import Scenarios

/// Over which connections the requests of a step go.
struct ConnectionPolicy {
    /// Requests from this number on get a connection of their own; those before share.
    private let freshFrom: Int
    /// Connections at most to one host; 0: no limit.
    let maximumPerHost: Int
    /// Starts are due at moments, so they can be late.
    let hasSchedule: Bool

    static let reuse = ConnectionPolicy(freshFrom: .max, maximumPerHost: 0, hasSchedule: false)

    private init(freshFrom: Int, maximumPerHost: Int, hasSchedule: Bool) {
        self.freshFrom = freshFrom
        self.maximumPerHost = maximumPerHost
        self.hasSchedule = hasSchedule
    }

    /// A unit dose over reused connections sends its first half over one that is kept and its second half over fresh ones; of an odd
    /// number the kept one gets the smaller half.
    init(_ step: Step, http: HTTPSettings) {
        var freshFrom = Int.max
        switch (step.connections, step.dose) {
        case (.fresh, _): freshFrom = 0
        case (.one, _): break
        case (.reused, .unit(let requests, _)): freshFrom = requests / 2
        case (.reused, _): freshFrom = http.reuse == .never || http.reuse == .requests(1) ? 0 : .max
        }
        var scheduled = false
        if case .scenario = step.dose { scheduled = true }
        self.init(freshFrom: freshFrom, maximumPerHost: step.connections == .one ? 1 : 0, hasSchedule: scheduled)
    }

    /// - Parameter number: counted from 0 in the step.
    func isFresh(number: Int) -> Bool { number >= freshFrom }
}
