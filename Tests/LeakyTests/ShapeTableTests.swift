import Testing

@testable import leaky

/// What a shape leaves after waves of 100 requests at 8 connections.
struct ShapeCase: CustomTestStringConvertible, Sendable {
    let shape: Shape
    var route = Route.query
    var hungUp = false
    /// Sessions before the load, 100 ms after each of three waves, and 10 s after the last.
    let start: Int
    let waves: [ClosedRange<Int>]
    let after: ClosedRange<Int>

    init(_ shape: Shape, _ route: Route = .query, hungUp: Bool = false, start: Int = 0, waves: [ClosedRange<Int>], after: ClosedRange<Int>)
    {
        self.shape = shape
        self.route = route
        self.hungUp = hungUp
        self.start = start
        self.waves = waves
        self.after = after
    }

    /// One that keeps `count`.
    init(_ shape: Shape, _ route: Route = .query, hungUp: Bool = false, keeps count: Int) {
        self.init(shape, route, hungUp: hungUp, waves: [count...count, count...count, count...count], after: count...count)
    }

    /// One that grows by `step` a wave.
    init(_ shape: Shape, _ route: Route = .query, hungUp: Bool = false, grows step: Int) {
        self.init(
            shape, route, hungUp: hungUp, waves: (1...3).map { (step * $0)...(step * $0) }, after: (3 * step)...(3 * step))
    }

    var testDescription: String { "\(shape.rawValue) \(route.rawValue)\(hungUp ? " hung up" : "")" }

    static let all = [
        ShapeCase(.perRequest, grows: 100),
        ShapeCase(.perError, .error, grows: 100),
        ShapeCase(.perError, .missing, keeps: 0),
        ShapeCase(.perError, .query, keeps: 0),
        ShapeCase(.perClass, .leak, grows: 100),
        ShapeCase(.perClass, .query, keeps: 0),
        ShapeCase(.oneInN, waves: [3...20, 10...35, 18...45], after: 18...45),
        ShapeCase(.collected, waves: [4...75, 4...75, 4...75], after: 4...75),
        // The reaper is PostgreSQL, which is not here.
        ShapeCase(.reaped, grows: 100),
        ShapeCase(.staircase, keeps: 0),
        ShapeCase(.hangUp, hungUp: true, grows: 100),
        ShapeCase(.hangUp, keeps: 0),
        ShapeCase(.perConnectionKept, grows: 8),
        ShapeCase(.endOfLoad, waves: [0...0, 0...0, 0...0], after: 1...1),
        ShapeCase(.stuck, keeps: 1),
        ShapeCase(.insidePool, keeps: 5),
        ShapeCase(.withoutLoad, waves: [0...0, 0...0, 0...0], after: 9...10),
        // Ten workers a wave, two sessions each.
        ShapeCase(.workerLeft, start: 2, waves: [22...22, 42...42, 62...62], after: 62...62),
        ShapeCase(.workerReplaced, start: 2, waves: [2...2, 2...2, 2...2], after: 2...2),
        ShapeCase(.clean, keeps: 0),
        ShapeCase(.threads, keeps: 8),
        ShapeCase(.pool, start: 12, waves: [12...12, 12...12, 12...12], after: 12...12),
        ShapeCase(.filling, waves: [18...20, 20...20, 20...20], after: 20...20),
        ShapeCase(.timed, waves: [100...100, 200...200, 300...300], after: 0...0),
        ShapeCase(.overshoot, waves: [6...25, 6...25, 6...25], after: 5...5),
        ShapeCase(.rotation, start: 8, waves: [8...8, 8...8, 8...8], after: 8...8),
        ShapeCase(.overflow, keeps: 5),
        ShapeCase(.closeSkipped, keeps: 8),
        ShapeCase(.perConnection, keeps: 0),
        ShapeCase(.slowEnd, waves: [4...4, 4...4, 4...4], after: 0...0),
    ]
}

@Suite("The shapes, each by its state machine") struct ShapeTableTests {
    @Test(arguments: ShapeCase.all) func `leaves what its table says`(_ wanted: ShapeCase) {
        var driver = PolicyDriver(wanted.shape)
        #expect(driver.sessions.count == wanted.start)
        for (number, range) in wanted.waves.enumerated() {
            driver.wave(100, wanted.route, hungUp: wanted.hungUp, firstClient: 100 * number)
            driver.pass(.milliseconds(100))
            #expect(range.contains(driver.sessions.count), "wave \(number + 1): \(driver.sessions.count)")
        }
        driver.pass(.seconds(10))
        #expect(wanted.after.contains(driver.sessions.count), "at the end: \(driver.sessions.count)")
        #expect(driver.mistakes == [])
    }

    @Test(arguments: Shape.allCases) func `is in the table`(_ shape: Shape) {
        #expect(ShapeCase.all.contains { $0.shape == shape })
    }

    @Test(arguments: Shape.allCases) func `survives sessions that PostgreSQL ends at any moment`(_ shape: Shape) {
        var driver = PolicyDriver(shape)
        var chance = SplitMix(seed: 7)
        for round in 0..<200 {
            let batch = (0..<8).map { driver.begin(worker: $0, client: round % 5 * 8 + $0) }
            if let victim = driver.sessions.randomElement(using: &chance) { driver.lose(victim) }
            for request in batch { if let request { driver.end(request) } }
            for client in 0..<8 { driver.tell(.clientClosed(round % 5 * 8 + client)) }
            driver.pass(.milliseconds(40))
        }
        #expect(driver.mistakes == [])
        // The innocents are still bounded.
        driver.pass(.seconds(10))
        if !shape.isLeak { #expect(driver.sessions.count <= 20, "\(driver.sessions.count)") }
    }
}
