import Scenarios
import Testing

@Suite struct ValueTests {
    @Test(arguments: [
        ("no", #""no""#), ("yes", #""yes""#), ("on", #""on""#), ("off", #""off""#), ("y", #""y""#), ("true", "true"), ("FALSE", "false"),
        ("null", "null"), ("~", "null"), ("", "null"), ("010", "10"), ("0o10", "8"), ("0x10", "16"), ("0b1", #""0b1""#),
        ("1_000", #""1_000""#),
        ("12:30:45", #""12:30:45""#), ("2001-12-14", #""2001-12-14""#), ("-0", "0"), ("-07", "-7"), ("+5", "5"), ("1.", "1.0"),
        (".5", "0.5"),
        ("1e3", "1e3"), ("-1.5E+3", "-1.5e+3"), (".", #"".""#), ("-", #""-""#), ("1.2.3", #""1.2.3""#), ("=", #""=""#), ("<<", #""<<""#),
        ("'1'", #""1""#), (#""a\tb\x01\"""#, #""a\tb\u0001\"""#), ("!!str 5", #""5""#), ("0o9", #""0o9""#), ("é", #""é""#),
        ("1e", #""1e""#),
    ]) func `scalars have their YAML 1.2 meaning`(_ yaml: String, _ json: String) throws {
        // A lone dash would begin a list.
        let value = yaml == "-" ? "\"-\"" : yaml
        let scenario = try read(ReadingTests.shortest + "    json: \n      v: \(value)\n")
        #expect(scenario.requests[0].body.map { String(decoding: $0.bytes, as: UTF8.self) } == "{\"v\":\(json)}")
    }

    @Test(arguments: [
        ("100ms", Duration.milliseconds(100)), ("5s", .seconds(5)), ("2m", .seconds(120)), ("8h", .seconds(28_800)),
        ("1h30m", .seconds(5400)), ("1.5s", .milliseconds(1500)), ("1m0.25s", .milliseconds(60_250)), ("1s500ms", .milliseconds(1500)),
        ("0s", .zero), ("0.5ms", .microseconds(500)),
    ]) func `durations are read`(_ text: String, _ duration: Duration) {
        #expect(DurationText.parse(text) == duration)
        #expect(DurationText.parse(DurationText.string(duration)) == duration)
    }

    @Test(arguments: [
        "", "5", "s", "5 s", "5S", "-5s", "1.5h30m", "30m1h", "5s5s", "1..5s", ".5s", "5.s", "1e3s", "99999999999999999999h", "5sec", "٥s",
        "200000h", "0.0000000001s",
    ]) func `what is no duration is refused`(_ text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: [("10/s", 10.0), ("10", 10), ("0.5", 0.5), ("30/m", 0.5), ("3600/h", 1), ("1e3/s", 1000)])
    func `rates are read per second`(_ text: String, _ rate: Double) {
        #expect(RateText.parse(text) == rate)
    }

    @Test(arguments: ["", "/s", "10/", "10/d", "10/s/s", "-1", ".inf", ".nan", "1e999", "ten", "10 /s"])
    func `what is no rate is refused`(_ text: String) {
        #expect(RateText.parse(text) == nil)
    }

    @Test func `a template gets its values, and knows what it needs`() throws {
        let template: Template = "{{cache}}/bin --port {{ port }} {{{{x}} {{port}}"
        #expect(template.placeholders == ["cache", "port"])
        #expect(try template.expand(["cache": "/c{{d}}", "port": "80"]) == "/c{{d}}/bin --port 80 {{x}} 80")
        #expect(try Template("{{{port}}} {{{{{port}}").expand(["port": "80"]) == "{80} {{{port}}")
        #expect(throws: TemplateError.unknown(placeholder: "cache", known: ["port"])) { try template.expand(["port": "1"]) }
    }

    @Test(arguments: ["{{", "a {{}} b", "{{ }}", "{{a b}}", "{{1}}", "{{a", "{{é}}"])
    func `a placeholder that is none is an error`(_ text: String) {
        #expect(throws: TemplateError.self) { try Template(text).expand(["a": "x"]) }
    }

    @Test(arguments: ["", "{", "}}", "{{{{", "plain", "{{{{{{port}}", "a{{b}}", "{{"]) func `verbatim text expands to itself`(
        _ text: String
    ) throws {
        #expect(try Template(verbatim: text).expand([:]) == text)
    }

    @Test(arguments: [
        ("localhost", HostReach.loopback), ("LOCALHOST.", .loopback), ("app.localhost", .loopback), ("127.0.0.1", .loopback),
        ("127.8.8.8", .loopback), ("::1", .loopback), ("[::1]", .loopback), ("::ffff:127.0.0.1", .loopback), ("0.0.0.0", .loopback),
        ("10.0.0.1", .private), ("172.16.0.1", .private), ("172.31.255.255", .private), ("192.168.1.1", .private),
        ("169.254.1.1", .private), ("fd00::1", .private), ("fe80::1%eth0", .private), ("::ffff:10.0.0.1", .private),
        ("nas.local", .private),
        ("172.32.0.1", .elsewhere), ("172.15.0.1", .elsewhere), ("8.8.8.8", .elsewhere), ("100.64.0.1", .elsewhere),
        ("2001:db8::1", .elsewhere), ("::ffff:8.8.8.8", .elsewhere), ("example.org", .elsewhere), ("db", .elsewhere),
        ("localhost.example.org", .elsewhere), ("127.1", .elsewhere), ("010.0.0.1", .elsewhere), ("0x7f.0.0.1", .elsewhere),
        ("2130706433", .elsewhere), ("10.0.0.1.example.org", .elsewhere), ("", .elsewhere), ("127.0.0.1%eth0", .elsewhere),
        ("1::2::3", .elsewhere), ("notlocal", .elsewhere),
    ]) func `a host is near or far by its name alone`(_ host: String, _ reach: HostReach) {
        #expect(HostReach(host: host) == reach)
    }

    @Test(arguments: [
        ("http://a", "a", 80, "", "http://a"), ("HTTPS://A.b:443/x?y", "a.b", 443, "/x?y", "https://a.b"),
        ("http://[::1]:8000/", "::1", 8000, "/", "http://[::1]:8000"), ("http://a?x=/y", "a", 80, "?x=/y", "http://a"),
        ("http://a:81/b@c:d", "a", 81, "/b@c:d", "http://a:81"),
    ]) func `URLs are cut into their parts`(_ text: String, _ host: String, _ port: Int, _ path: String, _ origin: String) throws {
        let url = try HTTPURL(text)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.path == path)
        #expect(url.origin == origin)
    }

    @Test(arguments: [
        "", "a", "ftp://a/", "http://", "http:///x", "http://a:", "http://a:0", "http://a:65536", "http://a:+1", "http://[::1",
        "http://[x]/",
        "http://u@a/", "http://a b/", "http://a/\u{7F}", "http://ä/", "http://a/#b", "http://::1/", "http://[::1]x/", "http://a:80:80/",
    ]) func `what is no URL is refused`(_ text: String) {
        #expect(throws: HTTPURLError.self) { try HTTPURL(text) }
    }
}
