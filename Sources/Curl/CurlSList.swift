internal import CCurl

/// A list of strings as libcurl wants it (`curl_slist`), for header lines.
///
/// libcurl does not copy a list that an easy handle is given: it has to live for as long as the handle may use it.
package struct CurlSList: ~Copyable {
    private var head: UnsafeMutablePointer<curl_slist>?

    /// An empty list; as an option, that is no list.
    package init() { head = nil }

    deinit {
        curl_slist_free_all(head)
    }

    /// Appends a copy of `text`, which ends at its first zero byte.
    package mutating func append(_ text: String) throws(CurlError) {
        guard let longer = curl_slist_append(head, text) else { throw CurlError("curl_slist_append", code: .outOfMemory) }
        head = longer
    }

    /// Appends a copy of the bytes, which hold no zero.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(CurlError) {
        let longer = withUnsafeTemporaryAllocation(of: CChar.self, capacity: bytes.count + 1) { text in
            UnsafeMutableRawBufferPointer(text).copyMemory(from: bytes)
            text[bytes.count] = 0
            return curl_slist_append(head, text.baseAddress)
        }
        guard let longer else { throw CurlError("curl_slist_append", code: .outOfMemory) }
        head = longer
    }

    package var isEmpty: Bool { head == nil }

    /// For ``CurlEasy``.
    var raw: UnsafeMutablePointer<curl_slist>? { head }
}
