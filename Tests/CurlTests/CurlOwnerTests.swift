import Curl
import Testing

@Suite struct CurlOwnerTests {
    @Test func theVersionNamesTheLibraryAndItsTLS() {
        #expect(CurlLibrary.version.hasPrefix("libcurl/"))
    }

    @Test func anErrorSaysWhatWasCalledAndWhatLibcurlSays() {
        let error = CurlError("curl_easy_setopt", code: .couldNotConnect)
        #expect(error.code == 7)
        #expect(error.description.hasPrefix("curl_easy_setopt: "))
        #expect(error.description.hasSuffix("(libcurl 7)"))
    }

    @Test func aListHoldsWhatWasAppended() throws {
        var list = CurlSList()
        let before = list.isEmpty
        try list.append("Accept: text/html")
        let after = list.isEmpty
        #expect(before)
        #expect(!after)
    }

    @Test(arguments: [
        ("http://h:1/a/b?c", "/x?y=1", "http", "h", "1", "/x", "y=1"),
        ("http://h:1/a/b?c", "d", "http", "h", "1", "/a/d", nil),
        ("http://h:1/a/b?c", "https://other/", "https", "other", "443", "/", nil),
        ("http://h:1/a/b", "//other:8/p q", "http", "other", "8", "/p%20q", nil),
        ("http://h:1/a/b", "?q=%00%FF", "http", "h", "1", "/a/b", "q=%00%FF"),
    ])
    func aLocationIsResolvedAsBrowsersDo(
        base: String, location: String, scheme: String, host: String, port: String, path: String, query: String?
    ) throws {
        let url = try CurlURL(base)
        try url.follow(location)
        let parts = [url.scheme, url.host, url.port, url.path, url.query]
        #expect(parts == [scheme, host, port, path, query])
    }

    @Test func whatIsNoURLIsRefused() {
        #expect(throws: CurlError.self) { _ = try CurlURL("http://[") }
        #expect(throws: CurlError.self) { _ = try CurlURL("no scheme") }
    }
}
