import Curl
import Scenarios
import Testing

@testable import Load

@Suite("The cookies of a user") struct CookieJarTests {
    private static let now: Int64 = 1_800_000_000

    private func place<Value>(_ url: String, _ body: (CookieJar.Place) -> Value) -> Value {
        let isSecure = url.hasPrefix("https://")
        let rest = url.drop { $0 != ":" }.dropFirst(3)
        let host = String(rest.prefix { $0 != "/" })
        let path = Array(rest.dropFirst(host.count).utf8)
        return path.withUnsafeBytes { body(CookieJar.Place(host: host, path: $0, isSecure: isSecure)) }
    }

    private func sent(_ jar: CookieJar, to url: String, at now: Int64 = CookieJarTests.now) -> String {
        place(url) { place in
            var bytes = GrowingBytes()
            #expect(jar.append(for: place, now: now, to: &bytes))
            return String(decoding: bytes.bytes, as: UTF8.self)
        }
    }

    private func take(_ text: String, from url: String, into jar: inout CookieJar) {
        place(url) { place in Array(text.utf8).withUnsafeBytes { jar.take($0, from: place, now: Self.now) } }
    }

    private static let cases: [(cookie: String, from: String, to: String, sent: Bool)] = [
        ("a=1", "http://x.test/a/b", "http://x.test/a/c", true), ("a=1", "http://x.test/a/b", "http://x.test/", false),
        ("a=1", "http://x.test/a/b", "http://x.test/ab", false), ("a=1", "http://x.test/a/b", "http://x.test/a", true),
        ("a=1; Path=/", "http://x.test/a/b", "http://x.test/c", true), ("a=1; Path=/c", "http://x.test/a", "http://x.test/c/d", true),
        ("a=1; Path=c", "http://x.test/a", "http://x.test/z", true), ("a=1", "http://x.test/", "http://www.x.test/", false),
        ("a=1; Domain=x.test", "http://x.test/", "http://www.x.test/", true),
        ("a=1; domain=.X.test", "http://www.x.test/", "http://x.test/", true),
        ("a=1; Domain=y.test", "http://x.test/", "http://y.test/", false),
        ("a=1; Domain=www.x.test", "http://x.test/", "http://www.x.test/", false),
        ("a=1; Domain=test", "http://xtest/", "http://xtest/", false),
        ("a=1; Domain=0.0.1", "http://127.0.0.1/", "http://127.0.0.1/", false),
        ("a=1; Domain=127.0.0.1", "http://127.0.0.1/", "http://127.0.0.1/", true),
        ("a=1; Domain=", "http://x.test/", "http://x.test/", true),
        ("a=1; Secure", "https://x.test/", "http://x.test/", false), ("a=1; Secure", "https://x.test/", "https://x.test/", true),
        ("a=1; secure", "http://127.0.0.1/", "http://127.0.0.1/", true), ("a=1; Max-Age=10", "http://x.test/", "http://x.test/", true),
        ("a=1; Max-Age=0", "http://x.test/", "http://x.test/", false), ("a=1; Max-Age=-5", "http://x.test/", "http://x.test/", false),
        ("a=1; Max-Age=x", "http://x.test/", "http://x.test/", true),
        ("a=1; Max-Age=99999999999999999999", "http://x.test/", "http://x.test/", true),
        ("a=1; Expires=Wed, 09 Jun 2021 10:18:14 GMT", "http://x.test/", "http://x.test/", false),
        ("a=1; Expires=Wed, 09 Jun 2100 10:18:14 GMT", "http://x.test/", "http://x.test/", true),
        ("a=1; Expires=Wednesday, 09-Jun-21 10:18:14 GMT", "http://x.test/", "http://x.test/", false),
        ("a=1; Max-Age=10; Expires=Wed, 09 Jun 2021 10:18:14 GMT", "http://x.test/", "http://x.test/", true),
        ("a=1; Expires=never", "http://x.test/", "http://x.test/", true), ("a", "http://x.test/", "http://x.test/", false),
        ("=1", "http://x.test/", "http://x.test/", false), ("", "http://x.test/", "http://x.test/", false),
    ]

    @Test(arguments: cases.indices) func `go where RFC 6265 sends them`(index: Int) {
        let (cookie, from, to, isSent) = Self.cases[index]
        var jar = CookieJar()
        take(cookie, from: from, into: &jar)
        #expect(sent(jar, to: to) == (isSent ? "a=1" : ""), "\(cookie)")
    }

    @Test func `keep what is in a value, and nothing around it`() {
        var jar = CookieJar()
        take("  a =  \"x=y, z\"  ; Path=/ ", from: "http://x.test/", into: &jar)
        #expect(sent(jar, to: "http://x.test/") == "a=\"x=y, z\"")
    }

    @Test func `are sent longer paths first, then older ones first`() {
        var jar = CookieJar()
        for text in ["a=1; Path=/", "b=1; Path=/deep/er", "c=1; Path=/deep", "d=1; Path=/", "a=2; Path=/"] {
            take(text, from: "http://x.test/", into: &jar)
        }
        #expect(sent(jar, to: "http://x.test/deep/er/x") == "b=1; c=1; a=2; d=1")
    }

    @Test func `end when their time is over`() {
        var jar = CookieJar()
        take("a=1; Max-Age=10", from: "http://x.test/", into: &jar)
        #expect(sent(jar, to: "http://x.test/", at: Self.now + 9) == "a=1")
        #expect(sent(jar, to: "http://x.test/", at: Self.now + 10) == "")
    }

    @Test func `are 300 at most, and of 4 KB each`() {
        var jar = CookieJar()
        for number in 0..<400 { take("c\(number)=1", from: "http://x.test/", into: &jar) }
        #expect(sent(jar, to: "http://x.test/").split(separator: ";").count == 300)
        #expect(sent(jar, to: "http://x.test/").hasSuffix("; c399=1"))
        var other = CookieJar()
        take("a=" + String(repeating: "x", count: 4095), from: "http://x.test/", into: &other)
        #expect(other.isEmpty == false)
        take("b=" + String(repeating: "x", count: 4096), from: "http://x.test/", into: &other)
        #expect(!sent(other, to: "http://x.test/").contains("b="))
    }

    @Test func `survive any bytes`() {
        var generator = SplitMix64(seed: 7)
        let alphabet = Array("a=1; \tPathDomainSecureMax-AgeExpires/.:09Jun2021\"\u{0}\u{7F}\u{FF},".utf8)
        var jar = CookieJar()
        for _ in 0..<20_000 {
            let bytes = (0..<generator.below(60)).map { _ in alphabet[generator.below(alphabet.count)] }
            place("http://x.test/a") { place in bytes.withUnsafeBytes { jar.take($0, from: place, now: Self.now) } }
        }
        let line = Array(sent(jar, to: "http://x.test/a").utf8)
        #expect(!line.contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F })
    }

    @Test(arguments: [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0 as Int64?), ("Thu, 01-Jan-1970 00:00:01 GMT", 1), ("Sun Nov  6 08:49:37 1994", 784_111_777),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777), ("29 Feb 2024 00:00:00", 1_709_164_800), ("08:49:37 6 nov 1994", 784_111_777),
        ("06 Nov 1994", nil), ("32 Nov 1994 00:00:00", nil), ("6 Nov 1994 24:00:00", nil), ("6 Nov 1500 00:00:00", nil), ("", nil),
        ("0", nil),
    ])
    func `understand the dates of servers`(text: String, seconds: Int64?) {
        #expect(CookieDate.seconds(Array(text.utf8)) == seconds)
    }
}
