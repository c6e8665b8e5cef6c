import LinuxIO
import Measurements
import Testing

@testable import Sampling

struct ScheduleTests {
    private static func at(_ milliseconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: milliseconds * 1_000_000) }

    @Test(
        "The schedule keeps to its points, however long a sample takes",
        arguments: [(0, 0, 100), (30, 0, 100), (99, 0, 100), (100, 1, 200), (250, 2, 300), (1000, 10, 1100)])
    func absolute(took: Int64, missed: Int, next: Int64) {
        var schedule = SampleSchedule(interval: .milliseconds(100), from: Self.at(0))
        #expect(schedule.advance(to: Self.at(took)) == missed)
        #expect(schedule.next == Self.at(next))
    }

    @Test("A sample off the schedule moves no point")
    func offSchedule() {
        var schedule = SampleSchedule(interval: .milliseconds(100), from: Self.at(500))
        #expect(!schedule.isDue(at: Self.at(499)))
        #expect(schedule.advance(to: Self.at(499)) == 0)
        #expect(schedule.next == Self.at(500))
    }

    @Test(
        "The interval is at least twenty times what nineteen of twenty samples cost, up to half a second",
        arguments: [(1_000, nil), (5_000, nil), (5_600, 120_000), (20_000, 400_000), (500_000, 500_000)] as [(Int, Int64?)])
    func adapts(microseconds: Int, interval: Int64?) {
        var cost = SampleCost()
        for _ in 0..<31 { cost.add(microseconds: microseconds) }
        #expect(cost.betterInterval(than: .milliseconds(100), asked: .milliseconds(100)) == nil)
        cost.add(microseconds: microseconds)
        #expect(cost.betterInterval(than: .milliseconds(100), asked: .milliseconds(100)) == interval.map { .microseconds($0) })
    }

    @Test("When samples cost little again the interval goes back to what was asked for")
    func adaptsBack() {
        var cost = SampleCost()
        for _ in 0..<64 { cost.add(microseconds: 2_000) }
        #expect(cost.betterInterval(than: .milliseconds(400), asked: .milliseconds(100)) == .milliseconds(100))
        #expect(cost.betterInterval(than: .milliseconds(150), asked: .milliseconds(100)) == nil)
        #expect(cost.betterInterval(than: .seconds(10), asked: .seconds(10)) == nil)
    }

    @Test("A few slow samples do not change the interval")
    func outliers() {
        var cost = SampleCost()
        for index in 0..<64 { cost.add(microseconds: index % 32 == 0 ? 1_000_000 : 900) }
        #expect(cost.betterInterval(than: .milliseconds(100), asked: .milliseconds(100)) == nil)
    }

    @Test("A lost server is tried again soon, then once a second")
    func backoff() {
        var connecting = Reconnection()
        #expect(connecting.isDue(at: Self.at(0)))
        var now = Self.at(0)
        var delays: [Int64] = []
        for _ in 0..<6 {
            connecting.failed(at: now)
            let next = connecting.next ?? now
            delays.append((next - now).milliseconds)
            now = next
        }
        #expect(delays == [100, 200, 400, 800, 1000, 1000])
        connecting.succeeded()
        #expect(connecting.isDue(at: Self.at(0)))
    }
}

struct ServerClockTests {
    @Test("On one machine the clocks are taken for the same")
    func same() {
        var clock = ServerClock()
        clock.add(
            sent: RunTime(microseconds: 1000), received: RunTime(microseconds: 1800), wall: 50_001_800, server: 50_001_100)
        #expect(clock.serverToRun == -50_000_000)
        #expect(clock.offset == 0)
    }

    @Test("A clock that goes wrong is put right by the shortest round trip")
    func skewed() {
        var clock = ServerClock()
        // PostgreSQL's clock is 3 s ahead; the long round trip would be 2 ms off, the short one is 100 µs off.
        clock.add(
            sent: RunTime(microseconds: 0), received: RunTime(microseconds: 4000), wall: 1_004_000, server: 4_000_000)
        #expect(clock.serverToRun == 2000 - 4_000_000)
        clock.add(
            sent: RunTime(microseconds: 10_000), received: RunTime(microseconds: 10_200), wall: 1_010_200, server: 4_010_000)
        #expect(clock.serverToRun == 100 - 4_000_000)
        #expect(clock.offset == 2_999_900)
        clock.add(
            sent: RunTime(microseconds: 20_000), received: RunTime(microseconds: 29_000), wall: 1_029_000, server: 4_020_000)
        #expect(clock.serverToRun == 100 - 4_000_000)
    }

    @Test("Half a minute later a longer round trip is believed again")
    func aged() {
        var clock = ServerClock()
        clock.add(sent: RunTime(microseconds: 0), received: RunTime(microseconds: 100), wall: 100, server: 5_000_000)
        clock.add(
            sent: RunTime(microseconds: 40_000_000), received: RunTime(microseconds: 40_002_000), wall: 40_002_000,
            server: 45_500_000)
        #expect(clock.offset == 5_499_000)
    }
}

struct CountersTests {
    typealias Ends = ServerCounters.Ends

    @Test("Counters start at 0 with the run and go on when PostgreSQL sets its own back")
    func reset() {
        var counters = CountersSinceStart()
        #expect(counters.total == nil)
        counters.add(nil)
        #expect(counters.total == nil)
        counters.add(Ends(opened: 500, abandoned: 3, fatal: 0, killed: 0))
        #expect(counters.total == Ends(opened: 0, abandoned: 0, fatal: 0, killed: 0))
        counters.add(Ends(opened: 510, abandoned: 3, fatal: 1, killed: 0))
        counters.add(Ends(opened: 4, abandoned: 1, fatal: 0, killed: 0))
        counters.add(nil)
        counters.add(Ends(opened: 6, abandoned: 1, fatal: 0, killed: 2))
        #expect(counters.total == Ends(opened: 16, abandoned: 1, fatal: 1, killed: 2))
    }

    @Test(
        "Settings of time are read with a unit or without",
        arguments: [
            ("0", 0), ("300000", 300_000), ("5min", 300_000), ("30s", 30_000), ("1.5 h", 5_400_000), ("1d", 86_400_000), ("x", nil),
            ("5 weeks", nil),
        ] as [(String, Int?)])
    func durations(text: String, milliseconds: Int?) {
        #expect(FactsReader.milliseconds(text) == milliseconds)
    }
}

struct SocketTableTests {
    @Test("Of the kernel's table of sockets those that lead to PostgreSQL are taken, and what is malformed is left out")
    func table() throws {
        let heading = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        let rest = "00000000:00000000 00:00000000 00000000     0        0"
        let text =
            heading + "   0: 0100007F:E8D2 0100007F:1538 01 \(rest) 31337 1 0000000000000000 20 4 30 10 -1\n"
            + "   1: 0100007F:E8D3 0100007F:1539 01 \(rest) 31338 1\n" + "   2: 0100007F:E8D4 0100007F:1538 06 \(rest) 0 3\n"
            + "   3: 0100007F:E8D5 0100007F:1538 01 \(rest) x\n" + "   4: 0100007F:E8\n" + ":\n\n"
            + "  12: 0200000A:E8D6 0100007F:1538 08 \(rest) 31340 1"
        let table = SocketTable(parsing: Array(text.utf8), addressDigits: 8, remotePort: 0x1538)
        let first = SocketTable.Entry(localAddress: try #require(IPAddress("127.0.0.1")), localPort: 0xE8D2, inode: 31337)
        let second = SocketTable.Entry(localAddress: try #require(IPAddress("10.0.0.2")), localPort: 0xE8D6, inode: 31340)
        #expect(table.entries == [first, second])
        let six = "   0: 0000000000000000FFFF00000100007F:E8D2 0000000000000000FFFF00000100007F:1538 01 \(rest) 31337 1\n"
        #expect(SocketTable(parsing: Array(six.utf8), addressDigits: 32, remotePort: 0x1538).entries == [first])
    }

    @Test("Whatever the bytes, nothing is read beyond them")
    func fuzz() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("0123456789ABCDEF:: \n\nx".utf8)
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            for digits in [8, 32] {
                _ = SocketTable(parsing: bytes, addressDigits: digits, remotePort: 0)
            }
        }
    }
}
