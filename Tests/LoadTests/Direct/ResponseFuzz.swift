import Glibc
import LinuxIO
import Testing

@testable import Load

/// Splitmix64: the same bytes from the same seed, on every machine.
struct SeededBytes: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(limit, 1))) }
}

/// Responses that are almost right: put together from pieces that matter, then damaged.
struct ResponseMaker {
    private static let pieces = [
        "HTTP/1.1 200 OK\r\n", "HTTP/1.0 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 304 N\r\n", "HTTP/1.1 302 F\r\n",
        "Content-Length: 5\r\n", "Content-Length: 4\r\n", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n",
        "Location: /x\r\n", "X: y\r\n", "\r\n", "hello", "5\r\nhello\r\n", "0\r\n\r\n", "a;b=c\r\n0123456789\r\n", "\r", "\n", "\0", " ",
        "FFFFFFFFFFFFFFFF\r\n", ":", "Content-Length: 18446744073709551616\r\n", "\t", "-1", "HTTP/", "Content-Length: 00\r\n",
    ]

    private var random: SeededBytes

    init(seed: UInt64) { random = SeededBytes(seed: seed) }

    mutating func next() -> (bytes: [UInt8], sizes: [Int], head: Bool) {
        var bytes: [UInt8] = random.below(4) == 0 ? [] : Array(Self.pieces[random.below(5)].utf8)
        for _ in 0..<random.below(14) { bytes += Self.pieces[random.below(Self.pieces.count)].utf8 }
        for _ in 0..<[0, 0, 0, 1, 3][random.below(5)] where !bytes.isEmpty {
            let place = random.below(bytes.count)
            switch random.below(4) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
            default: bytes.removeLast(bytes.count - place)
            }
        }
        let sizes = (0...random.below(4)).map { _ in 1 + random.below(20) }
        return (bytes, sizes, random.below(8) == 0)
    }
}

/// Bounded, from a seed: `SEEP_FUZZ_SECONDS` (2) and `SEEP_FUZZ_SEED` (1) say how long and which.
@Suite struct ResponseFuzz {
    private static func number(_ name: String, or standard: Int) -> Int { getenv(name).flatMap { Int(String(cString: $0)) } ?? standard }

    @Test func noBytesDisturbTheParser() {
        let seed = UInt64(Self.number("SEEP_FUZZ_SEED", or: 1))
        let end = MonotonicInstant.now + .seconds(Self.number("SEEP_FUZZ_SECONDS", or: 2))
        var maker = ResponseMaker(seed: seed)
        var done = 0
        var complete = 0
        while done < 1000 || MonotonicInstant.now < end {
            let (bytes, sizes, head) = maker.next()
            let whole = Parsed(bytes, head: head)
            let pieces = Parsed(bytes, sizes: sizes, head: head)
            let isRight =
                whole == pieces && whole.bytes <= bytes.count && (whole.status == 0 || (100...999).contains(whole.status))
                && (whole.end != .cut || !whole.keeps)
            #expect(isRight, "seed \(seed), number \(done): \(bytes) in pieces of \(sizes): \(whole), \(pieces)")
            if !isRight { return }
            if case .complete = whole.end { complete += 1 }
            done += 1
        }
        // Both are met often.
        #expect(complete > done / 50 && complete < done * 9 / 10, "\(complete) of \(done)")
    }
}
