internal import CCurl

/// A result code of libcurl's easy interface (`CURLcode`).
///
/// A value of its own, so that other modules can tell the codes apart without importing libcurl's headers.
package struct CurlCode: RawRepresentable, Hashable, Sendable {
    package var rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    fileprivate init(_ code: CURLcode) { rawValue = code.rawValue }

    package static let ok = CurlCode(CURLE_OK)
    package static let unsupportedProtocol = CurlCode(CURLE_UNSUPPORTED_PROTOCOL)
    package static let urlMalformed = CurlCode(CURLE_URL_MALFORMAT)
    package static let couldNotResolveProxy = CurlCode(CURLE_COULDNT_RESOLVE_PROXY)
    package static let couldNotResolveHost = CurlCode(CURLE_COULDNT_RESOLVE_HOST)
    package static let couldNotConnect = CurlCode(CURLE_COULDNT_CONNECT)
    package static let weirdServerReply = CurlCode(CURLE_WEIRD_SERVER_REPLY)
    package static let http2 = CurlCode(CURLE_HTTP2)
    package static let partialFile = CurlCode(CURLE_PARTIAL_FILE)
    package static let writeError = CurlCode(CURLE_WRITE_ERROR)
    package static let outOfMemory = CurlCode(CURLE_OUT_OF_MEMORY)
    package static let timedOut = CurlCode(CURLE_OPERATION_TIMEDOUT)
    package static let tlsConnectError = CurlCode(CURLE_SSL_CONNECT_ERROR)
    package static let abortedByCallback = CurlCode(CURLE_ABORTED_BY_CALLBACK)
    package static let gotNothing = CurlCode(CURLE_GOT_NOTHING)
    package static let sendError = CurlCode(CURLE_SEND_ERROR)
    package static let receiveError = CurlCode(CURLE_RECV_ERROR)
    package static let badContentEncoding = CurlCode(CURLE_BAD_CONTENT_ENCODING)
    package static let sendFailedToRewind = CurlCode(CURLE_SEND_FAIL_REWIND)
    package static let http2Stream = CurlCode(CURLE_HTTP2_STREAM)
    package static let again = CurlCode(CURLE_AGAIN)
    package static let proxy = CurlCode(CURLE_PROXY)
    package static let peerVerification = CurlCode(CURLE_PEER_FAILED_VERIFICATION)

    /// What libcurl says about the code, in English; made anew at each call.
    package var message: String { String(cString: curl_easy_strerror(CURLcode(rawValue: rawValue))) }
}

/// A call to libcurl that failed: its code, what was called, and what libcurl says of it.
///
/// Never holds a URL, a header or a body.
package struct CurlError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A `CURLcode`, or a `CURLMcode` or `CURLUcode` when `operation` is of those interfaces.
    package let code: Int
    package let operation: String
    package let message: String

    package init(_ operation: String, code: CurlCode) {
        self.code = Int(code.rawValue)
        self.operation = operation
        message = code.message
    }

    init(_ operation: String, multi code: CURLMcode) {
        self.code = Int(code.rawValue)
        self.operation = operation
        message = String(cString: curl_multi_strerror(code))
    }

    init(_ operation: String, url code: CURLUcode) {
        self.code = Int(code.rawValue)
        self.operation = operation
        message = String(cString: curl_url_strerror(code))
    }

    package var description: String { "\(operation): \(message) (libcurl \(code))" }
}
