import Curl
import Glibc
import Measurements

/// How libcurl's result is counted.
///
/// | libcurl | outcome |
/// |---|---|
/// | ok | the class of the status; no such class: garbled; an end in the middle of the header: cut |
/// | couldn't connect | refused when the system says ECONNREFUSED, else unreachable |
/// | couldn't resolve, TLS, proxy, malformed URL, anything at all before a connection stood | unreachable |
/// | timed out, connecting included | timeout |
/// | partial file, nothing got, send error, stream reset (HTTP/2) | cut |
/// | receive error, with an error number of the system, or of the TLS library | cut |
/// | receive error of libcurl's own parser: bad chunk, header beyond all measure | garbled |
/// | weird server reply, HTTP/0.9, framing error (HTTP/2), bad encoding, out of memory (header line over 100 KB) | garbled |
/// | aborted by callback: the connection died before the first byte, and so did the one it was tried again on | cut |
extension Outcome {
    /// - Parameter isSecure: the transfer went over TLS.
    init(_ code: CurlCode, of easy: borrowing CurlEasy, isSecure: Bool) {
        switch code {
        case .ok:
            self = easy.headerIsWhole ? Outcome(status: easy.status) : .cut
        case .timedOut:
            self = .timeout
        case .receiveError where easy.attempts == 0, .sendError where easy.attempts == 0:
            // Such as a proxy that makes no tunnel.
            self = .unreachable
        case .couldNotConnect:
            self = easy.systemError == ECONNREFUSED ? .refused : .unreachable
        case .partialFile, .gotNothing, .sendError, .sendFailedToRewind, .http2Stream, .abortedByCallback:
            self = .cut
        case .receiveError:
            let parser = easy.systemError == 0 && (!isSecure || easy.errorHolds("chunk") || easy.errorHolds("header"))
            self = parser ? .garbled : .cut
        case .weirdServerReply, .unsupportedProtocol, .http2, .badContentEncoding, .outOfMemory, .writeError:
            self = .garbled
        default:
            self = easy.attempts == 0 ? .unreachable : .garbled
        }
    }

    /// Counted from 0 in the order of `allCases`.
    var ordinal: Int {
        switch self {
        case .informational: 0
        case .success: 1
        case .redirect: 2
        case .clientError: 3
        case .serverError: 4
        case .timeout: 5
        case .hungUp: 6
        case .cut: 7
        case .garbled: 8
        case .refused: 9
        case .unreachable: 10
        }
    }
}
