internal import CCurl

/// The library as a whole: its global state, made once in the life of the process, and its version.
package enum CurlLibrary {
    /// `curl_global_init`, by whoever comes first; Swift makes it once, whatever the thread. Never undone: threads that libcurl
    /// started may outlive any moment at which that would be right.
    private static let initialised = CurlCode(rawValue: curl_global_init(Int(CURL_GLOBAL_ALL)).rawValue)

    /// Makes sure that the library may be used. Every owner in this module calls it first.
    package static func initialise() throws(CurlError) {
        guard initialised == .ok else { throw CurlError("curl_global_init", code: initialised) }
    }

    /// Whether a handle that is used again may append a folded first line of a header to one that it has freed: before 8.0.
    package static let appendsToFreedHeaders = number < 0x08_0000
    /// Whether a second request over a connection of HTTP/2 with prior knowledge fails: 7.88 (curl#10634).
    package static let failsToReusePriorKnowledge = number >= 0x07_5800 && number < 0x08_0000

    /// 0x075801 is 7.88.1.
    private static let number = curl_version_info(CURLVERSION_FIRST).map { $0.pointee.version_num } ?? 0

    /// Such as `libcurl/7.88.1 OpenSSL/3.0.19 zlib/1.2.13 nghttp2/1.52.0`: what is linked at run time, for `run.json`.
    package static var version: String { String(cString: curl_version()) }
}
