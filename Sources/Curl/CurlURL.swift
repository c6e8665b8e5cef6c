internal import CCurl

/// A URL taken apart by libcurl's own parser (`curl_url`), so that what is checked is what libcurl would do.
package struct CurlURL: ~Copyable {
    private let raw: OpaquePointer

    /// Parses an absolute URL; dots in the path stay as they are.
    package init(_ text: String) throws(CurlError) {
        guard let handle = curl_url() else { throw CurlError("curl_url", code: .outOfMemory) }
        let code = curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_PATH_AS_IS))
        guard code == CURLUE_OK else {
            curl_url_cleanup(handle)
            throw CurlError("curl_url_set", url: code)
        }
        raw = handle
    }

    deinit {
        curl_url_cleanup(raw)
    }

    /// Goes where a `Location` header points: an absolute URL, or one relative to this. Spaces and bytes that no URL may
    /// hold are percent-encoded, as browsers do.
    package func follow(_ location: String) throws(CurlError) {
        let code = curl_url_set(raw, CURLUPART_URL, location, UInt32(CURLU_URLENCODE | CURLU_ALLOW_SPACE | CURLU_PATH_AS_IS))
        guard code == CURLUE_OK else { throw CurlError("curl_url_set", url: code) }
    }

    /// In lower case.
    package var scheme: String { part(CURLUPART_SCHEME) ?? "" }
    /// An IPv6 address in its brackets.
    package var host: String { part(CURLUPART_HOST) ?? "" }
    /// The port written, or that of the scheme.
    package var port: String { part(CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)) ?? "" }
    package var path: String { part(CURLUPART_PATH) ?? "/" }
    package var query: String? { part(CURLUPART_QUERY) }
    package var user: String? { part(CURLUPART_USER) }
    /// With its percent-encoding taken back.
    package var decodedUser: String? { part(CURLUPART_USER, UInt32(CURLU_URLDECODE)) }
    package var decodedPassword: String? { part(CURLUPART_PASSWORD, UInt32(CURLU_URLDECODE)) }

    private func part(_ which: CURLUPart, _ flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(raw, which, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
