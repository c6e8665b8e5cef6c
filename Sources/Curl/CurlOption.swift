internal import CCurl

/// An option of an easy handle that takes a number or a switch.
package struct CurlNumberOption: Sendable {
    let raw: CURLoption

    package static let timeoutMilliseconds = CurlNumberOption(raw: CURLOPT_TIMEOUT_MS)
    package static let connectTimeoutMilliseconds = CurlNumberOption(raw: CURLOPT_CONNECTTIMEOUT_MS)
    package static let noSignal = CurlNumberOption(raw: CURLOPT_NOSIGNAL)
    package static let tcpNoDelay = CurlNumberOption(raw: CURLOPT_TCP_NODELAY)
    package static let pathAsIs = CurlNumberOption(raw: CURLOPT_PATH_AS_IS)
    package static let freshConnect = CurlNumberOption(raw: CURLOPT_FRESH_CONNECT)
    package static let forbidReuse = CurlNumberOption(raw: CURLOPT_FORBID_REUSE)
    /// Seconds after which an idle connection is not used again.
    package static let maximumIdleAge = CurlNumberOption(raw: CURLOPT_MAXAGE_CONN)
    /// Seconds; −1: for as long as the multi handle lives.
    package static let nameCacheTimeout = CurlNumberOption(raw: CURLOPT_DNS_CACHE_TIMEOUT)
    package static let allowHTTP09 = CurlNumberOption(raw: CURLOPT_HTTP09_ALLOWED)
    package static let followLocation = CurlNumberOption(raw: CURLOPT_FOLLOWLOCATION)
    package static let decodeContent = CurlNumberOption(raw: CURLOPT_HTTP_CONTENT_DECODING)
    package static let waitForMultiplex = CurlNumberOption(raw: CURLOPT_PIPEWAIT)
    package static let get = CurlNumberOption(raw: CURLOPT_HTTPGET)
    package static let post = CurlNumberOption(raw: CURLOPT_POST)
    package static let noBody = CurlNumberOption(raw: CURLOPT_NOBODY)
    package static let httpVersion = CurlNumberOption(raw: CURLOPT_HTTP_VERSION)
    /// The transfer ends when the connection stands, which is then ours to use.
    package static let connectOnly = CurlNumberOption(raw: CURLOPT_CONNECT_ONLY)
    /// Whether the certificate of the server is checked.
    package static let verifyPeer = CurlNumberOption(raw: CURLOPT_SSL_VERIFYPEER)
    /// Whether it has to be for the name that was asked for: 2, else 0.
    package static let verifyHost = CurlNumberOption(raw: CURLOPT_SSL_VERIFYHOST)
    static let verbose = CurlNumberOption(raw: CURLOPT_VERBOSE)
    package static let receiveBufferBytes = CurlNumberOption(raw: CURLOPT_BUFFERSIZE)
}

/// An option of an easy handle that takes a string; libcurl keeps a copy.
package struct CurlStringOption: Sendable {
    let raw: CURLoption

    package static let url = CurlStringOption(raw: CURLOPT_URL)
    /// What stands in the request line after the method, byte for byte, in place of the URL's path and query.
    package static let requestTarget = CurlStringOption(raw: CURLOPT_REQUEST_TARGET)
    package static let method = CurlStringOption(raw: CURLOPT_CUSTOMREQUEST)
    package static let protocols = CurlStringOption(raw: CURLOPT_PROTOCOLS_STR)
    package static let proxy = CurlStringOption(raw: CURLOPT_PROXY)
    /// A file of certificates of authorities (PEM) in place of the system's.
    package static let authorities = CurlStringOption(raw: CURLOPT_CAINFO)
    /// Codings of the body that are decoded, an empty string for all that libcurl knows; a header of the request is sent in its place.
    package static let acceptEncoding = CurlStringOption(raw: CURLOPT_ACCEPT_ENCODING)
    package static let noProxy = CurlStringOption(raw: CURLOPT_NOPROXY)
    /// Our certificate (PEM), and its key.
    package static let certificate = CurlStringOption(raw: CURLOPT_SSLCERT)
    package static let key = CurlStringOption(raw: CURLOPT_SSLKEY)
    /// The socket to connect to in place of the host of the URL.
    package static let unixSocket = CurlStringOption(raw: CURLOPT_UNIX_SOCKET_PATH)
}

/// The values of ``CurlNumberOption/httpVersion``.
package enum CurlHTTPVersion: Sendable {
    case http1_0
    case http1_1
    /// HTTP/2 over TLS when the server offers it, else 1.1.
    case http2OverTLS
    /// HTTP/2 from the first byte, without TLS and without asking.
    case http2PriorKnowledge

    package var value: Int {
        switch self {
        case .http1_0: Int(CURL_HTTP_VERSION_1_0)
        case .http1_1: Int(CURL_HTTP_VERSION_1_1)
        case .http2OverTLS: Int(CURL_HTTP_VERSION_2TLS)
        case .http2PriorKnowledge: Int(CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE)
        }
    }
}
