package import Curl
package import LinuxIO

/// Why a load cannot begin. What happens to a request once it has begun is no error but an outcome.
package enum LoadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The request cannot be sent as it is written.
    case request(name: String, problem: String)
    /// More requests in flight than this process may have descriptors.
    case tooManyInFlight(wanted: Int, possible: Int)
    /// The step asks for a request that the scenario does not have.
    case noSuchRequest(index: Int)
    case curl(CurlError)
    case system(SystemError)
    /// `run` was called after `finish`.
    case finished

    package var description: String {
        switch self {
        case .request(let name, let problem): "request “\(name)”: \(problem)"
        case .tooManyInFlight(let wanted, let possible):
            """
            \(wanted) requests in flight need as many connections, and the limit on open descriptors leaves room for \(possible); \
            raise it (ulimit -Hn), or lower the concurrency or max_in_flight
            """
        case .noSuchRequest(let index): "the scenario has no request number \(index)"
        case .curl(let error): "\(error)"
        case .system(let error): "\(error)"
        case .finished: "the load engine has finished"
        }
    }
}
