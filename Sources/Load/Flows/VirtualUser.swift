/// What one place of the concurrency remembers in a step: cookies, captured values, and the flows whose `before` it has had.
final class VirtualUser {
    var cookies = CookieJar()
    /// By the number of the capture; empty: not captured.
    var captures: [[UInt8]]
    /// By the number of the flow.
    var hasHadBefore: [Bool]
    private var step = -1

    init(captures: Int, flows: Int) {
        self.captures = Array(repeating: [], count: captures)
        hasHadBefore = Array(repeating: false, count: flows)
    }

    /// Forgets everything when it is met for the first time in a step.
    ///
    /// - Parameter serial: of the step, counted over the run.
    func meet(step serial: Int) {
        guard step != serial else { return }
        step = serial
        cookies = CookieJar()
        for index in captures.indices { captures[index] = [] }
        for index in hasHadBefore.indices { hasHadBefore[index] = false }
    }
}
