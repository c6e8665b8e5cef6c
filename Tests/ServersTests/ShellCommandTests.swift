import Testing

@testable import Servers

@Suite("A command for the shell") struct ShellCommandTests {
    @Test(arguments: [
        "granian --port 8000 cms.wsgi:application", "  ./serve 'a; b' \"c && d\" ", "serve > log 2>&1", "/opt/x/serve a\\;b", "serve $ARGS",
    ])
    func `of one program is exec'd`(_ command: String) {
        #expect(ShellCommand.execForm(command) == "exec " + command.trimmed)
    }

    @Test(arguments: [
        "migrate && serve", "a; b", "a | b", "a &", "(a)", "{ a; }", "a\nb", "if x; then y; fi", "A=1 serve", "cd x", "exec serve",
        "echo x", "",
        "serve 'open", "$(which serve)", "a # b", ". ./activate",
    ])
    func `of several, or of the shell's own, is left as it is`(_ command: String) {
        #expect(ShellCommand.execForm(command) == command)
    }

    @Test func `lines of output are cut as they come, and the last are kept`() {
        var tail = LineTail(capacity: 3)
        #expect(tail.consume(Array("a\r\nb".utf8)) == ["a"])
        #expect(tail.consume(Array("b\n\nc\nd".utf8)) == ["bb", "", "c"])
        #expect(tail.lines == ["", "c", "d"])
        let long = tail.consume(Array(repeating: UInt8(ascii: "x"), count: 5_000))
        #expect(long.map(\.utf8.count) == [2_000, 2_000])
        #expect(tail.consume([0xFF, 0x0A]).first?.hasSuffix("\u{FFFD}") == true)
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK", ReadyProbe.Answer.ready), ("HTTP/1.0 404 x", .ready), ("HTTP/1.1 503", .status(503)),
        ("SSH-2.0-x 200", .garbled),
        ("", .garbled), ("HTTP/1.1 x", .garbled), ("HTTP/1.1 99999", .garbled),
    ])
    func `the first line of an answer says whether a server is ready`(_ head: String, _ answer: ReadyProbe.Answer) {
        #expect(ReadyProbe.answer(Array(head.utf8)) == answer)
    }

    @Test func `a port is picked below the range of outgoing connections`() throws {
        let range = try #require(FreePort.ephemeralRange(Array("32768\t60999\n".utf8)))
        #expect(range == 32_768..<61_000)
        for bytes in ["", "x y", "5", "9 1"] { #expect(FreePort.ephemeralRange(Array(bytes.utf8)) == nil) }
        let port = try FreePort.pick()
        #expect(FreePort.isFree(port))
        #expect(!FreePort.isFree(0))
        #expect(!FreePort.isFree(70_000))
    }
}
