import Curl
import Glibc
import Measurements

/// Why an exchange failed, in words for people; never a header, a body, a user or a password.
enum FailureText {
    /// What libcurl met.
    ///
    /// - Parameter way: where the request went.
    static func text(_ code: CurlCode, _ outcome: Outcome, of easy: borrowing CurlEasy, way: String) -> String {
        "\(cause(code, outcome, of: easy)) (\(way))"
    }

    private static func cause(_ code: CurlCode, _ outcome: Outcome, of easy: borrowing CurlEasy) -> String {
        let error = easy.systemError
        let text = easy.failureText
        if outcome == .timeout {
            if easy.headerIsWhole { return "the body did not come to its end in time: \(easy.bodyBytes) bytes of it came" }
            return easy.attempts == 0 ? "the connection did not stand in time" : "no whole header came in time"
        }
        if outcome == .unreachable, GeneralTransport.isLocal(error) { return local(error) }
        switch code {
        case .couldNotResolveHost: return "the name does not resolve"
        case .couldNotResolveProxy: return "the name of the proxy does not resolve"
        case .couldNotConnect where error != 0: return "could not connect: \(system(error))"
        case .peerVerification where text.hasPrefix(certificatePrefix):
            return "the certificate does not hold: \(text.dropFirst(certificatePrefix.count))"
        case .ok: return easy.headerIsWhole ? "a status of no class" : "the connection ended in the header"
        case .gotNothing, .abortedByCallback: return "the connection ended before the first byte of a response"
        case .receiveError where error != 0, .sendError where error != 0: return system(error)
        default: return text.isEmpty ? code.message : text
        }
    }

    private static let certificatePrefix = "SSL certificate problem: "

    /// What this machine lacked.
    static func local(_ error: Int32) -> String {
        error == EADDRNOTAVAIL ? "this machine has no free local port left" : "this machine: \(system(error))"
    }

    static func system(_ error: Int32) -> String { String(cString: strerror(error)) }

    /// What the direct transport met in a response.
    static func text(_ failure: DirectFailure, way: String) -> String {
        let cause =
            switch failure {
            case .ended(.statusLine): "the connection ended before the first byte of a response, or in its first line"
            case .ended(.headers): "the connection ended in the header"
            case .ended: "the connection ended in the body"
            case .reset(let error): system(error)
            case .flaw(.statusLine): "what came begins with no status line of HTTP/1, or is too long"
            case .flaw(.headers): "a header line is malformed or too long, or the body's length is told in two ways or none"
            case .flaw(.done): "a status of no class"
            case .flaw: "the chunks of the body are malformed"
            case .late(.statusLine): "no byte of a response came in time, or not its first line"
            case .late(.headers): "no whole header came in time"
            case .late: "the body did not come to its end in time"
            case .notConnected: "the connection did not stand in time"
            case .local(let error): local(error)
            }
        return "\(cause) (\(way))"
    }
}

/// What went wrong on a connection that the direct transport had.
enum DirectFailure {
    /// The peer ended it while the parser was there.
    case ended(ResponseParser.State)
    /// A system call failed so.
    case reset(Int32)
    case flaw(ResponseParser.State)
    case late(ResponseParser.State)
    case notConnected
    case local(Int32)
}
