import LinuxIO
import Testing

@testable import leaky

@Suite("What makes each shape itself") struct ShapeBehaviourTests {
    @Test func `a staircase steps once for each silence, by the first request after it`() {
        var driver = PolicyDriver(.staircase)
        for step in 1...4 {
            driver.wave(50)
            #expect(driver.sessions.count == step - 1)
            driver.pass(.seconds(3))
            driver.wave(step * 20)
            #expect(driver.sessions.count == step)
            driver.pass(.seconds(1))
        }
    }

    @Test func `the end of a load leaves one session however many clients there were, and none where none used the database`() {
        var driver = PolicyDriver(.endOfLoad)
        for (number, clients) in [1, 8, 30].enumerated() {
            driver.wave(60, atOnce: clients)
            driver.pass(.seconds(2))
            #expect(driver.sessions.count == number + 1)
        }
        #expect(driver.touched == driver.sessions)
        driver.tell(.clientOpened(1))
        driver.tell(.clientClosed(1))
        driver.pass(.seconds(2))
        #expect(driver.sessions.count == 3)
    }

    @Test func `fresh client connections one after the other are one load, not many`() {
        var driver = PolicyDriver(.endOfLoad)
        for client in 0..<20 {
            driver.wave(1, atOnce: 1, firstClient: client)
            driver.pass(.milliseconds(100))
        }
        #expect(driver.sessions.isEmpty)
    }

    @Test func `sessions without load come at the timer's pace, also before the first request`() {
        var driver = PolicyDriver(.withoutLoad) { $0.after = .milliseconds(500) }
        driver.pass(.seconds(5))
        #expect((9...10).contains(driver.sessions.count))
        #expect(driver.touched == driver.sessions)
    }

    @Test func `stuck leaves exactly the session of the first request, in a transaction`() {
        var driver = PolicyDriver(.stuck)
        driver.wave(100)
        #expect(driver.sessions == driver.inTransaction)
        #expect(driver.sessions.count == 1)
    }

    @Test func `a leak inside the pool starves it after size times every checkouts`() {
        var driver = PolicyDriver(.insidePool)
        driver.wave(49, atOnce: 1)
        #expect(driver.waited == 0)
        driver.wave(10, atOnce: 1)
        #expect(driver.waited == 9)
        #expect(driver.sessions.count == 5)
    }

    @Test func `rotation replaces every session and never changes the count`() {
        var driver = PolicyDriver(.rotation)
        let first = driver.sessions
        for _ in 0..<10 {
            driver.wave(20)
            driver.pass(.milliseconds(500))
            #expect(driver.sessions.count == 8)
        }
        #expect(driver.sessions.isDisjoint(with: first))
        #expect(driver.born <= 8 + 3 * 8)
    }

    @Test func `a session whose close was skipped goes when its thread begins the next request`() {
        var driver = PolicyDriver(.closeSkipped)
        driver.wave(100)
        let first = driver.sessions
        driver.wave(100)
        #expect(driver.sessions.count == 8)
        #expect(driver.sessions.isDisjoint(with: first))
        #expect(driver.born == 200)
    }

    @Test func `overflow opens new sessions in every wave and keeps five`() {
        var driver = PolicyDriver(.overflow)
        driver.wave(8)
        let before = driver.born
        driver.wave(8)
        #expect(driver.born == before + 3)
        #expect(driver.sessions.count == 5)
    }

    @Test func `threads open nothing new once all have served, whoever the client is`() {
        var driver = PolicyDriver(.threads)
        driver.wave(8)
        driver.wave(400, firstClient: 50)
        #expect(driver.born == 8)
    }

    @Test func `a filling pool opens ever less`() {
        var driver = PolicyDriver(.filling)
        var births: [Int] = []
        for _ in 0..<6 {
            let before = driver.born
            driver.wave(20, atOnce: 1)
            births.append(driver.born - before)
        }
        #expect(births[0] > 8)
        #expect(births[0] > births[2])
        #expect(driver.born <= 20)
    }

    @Test func `an overshoot is a hump`() {
        var driver = PolicyDriver(.overshoot)
        driver.wave(100)
        #expect(driver.peak > 8)
        driver.pass(.seconds(3))
        #expect(driver.sessions.count == 5)
    }

    @Test func `at most four sessions go on after their response`() {
        var driver = PolicyDriver(.slowEnd)
        driver.wave(100)
        #expect(driver.working.count == 4)
        driver.pass(.milliseconds(1900))
        #expect(driver.sessions.count == 4)
        driver.pass(.milliseconds(200))
        #expect(driver.sessions.isEmpty)
    }

    @Test func `one in N by chance is near N in the long run, and the same for the same seed`() {
        func left(seed: UInt64) -> Int {
            var driver = PolicyDriver(.oneInN) {
                $0.every = 100
                $0.seed = seed
            }
            driver.wave(20_000)
            return driver.sessions.count
        }
        // 200 ± 14; five standard deviations.
        #expect((130...270).contains(left(seed: 1)))
        #expect(left(seed: 5) == left(seed: 5))
        #expect(left(seed: 5) != left(seed: 6) || left(seed: 5) != left(seed: 7))
    }

    @Test func `a collector leaves four and comes at a different count each time`() {
        var driver = PolicyDriver(.collected)
        var peaks: [Int] = []
        var last = 0
        for _ in 0..<1000 {
            driver.wave(1, atOnce: 1)
            if driver.sessions.count < last {
                peaks.append(last + 1)
                #expect(driver.sessions.count == 4)
            }
            last = driver.sessions.count
        }
        #expect(peaks.allSatisfy { (45...75).contains($0) })
        #expect(Set(peaks).count > 3)
    }
}
