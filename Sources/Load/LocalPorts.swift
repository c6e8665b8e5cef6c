import Glibc
import LinuxIO
import Measurements
import Scenarios

/// How many connections to one address this machine has local ports for.
///
/// Who closes a connection first keeps its port for 60 s (TIME_WAIT), and a client that uses each connection once is the one that
/// closes. Where the system lets such a port be taken again after a second (`net.ipv4.tcp_tw_reuse`, by default on loopback alone)
/// no load runs out of them.
package struct LocalPorts: Hashable, Sendable {
    /// Ports in `net.ipv4.ip_local_port_range`.
    package var range: Int
    /// `net.ipv4.tcp_tw_reuse`: 0 never, 1 everywhere, 2 on loopback.
    package var reuse: Int

    package init(range: Int, reuse: Int) {
        self.range = range
        self.reuse = reuse
    }

    /// Those of this machine; of what cannot be read the kernel's defaults.
    package static func read() -> LocalPorts {
        let bounds = numbers("/proc/sys/net/ipv4/ip_local_port_range")
        return LocalPorts(
            range: bounds.count == 2 ? max(bounds[1] - bounds[0] + 1, 0) : 28_232,
            reuse: numbers("/proc/sys/net/ipv4/tcp_tw_reuse").first ?? 2)
    }

    private static func numbers(_ path: String) -> [Int] {
        String(decoding: Proc.read(path) ?? [], as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    }

    /// What to tell before a step that they do not suffice for; `nil`: they do.
    ///
    /// - Parameter connections: that the step opens to one address.
    /// - Parameter atOnce: of these open at the same time.
    /// - Parameter waiting: ports of that address that are in TIME_WAIT now.
    package func shortage(connections: Int, atOnce: Int, isLoopback: Bool, waiting: () -> Int) -> String? {
        let reuses = reuse == 1 || (reuse == 2 && isLoopback)
        let wanted = reuses ? atOnce : connections
        // Most steps are far from it: the table of sockets is not read for them.
        guard wanted > range / 2 else { return nil }
        let taken = reuses ? 0 : waiting()
        guard wanted > range - taken else { return nil }
        return """
            the step opens \(wanted) connections to one address, and this machine has \(range) local ports for it\
            \(taken > 0 ? ", \(taken) of them in TIME_WAIT" : ""): what is beyond fails as unreachable and counts as a failure of this \
            machine. Widen net.ipv4.ip_local_port_range\(reuses ? "" : ", set net.ipv4.tcp_tw_reuse=1"), or reuse connections
            """
    }
}

/// Whether the steps of a load have local ports enough.
struct PortBudget {
    private let ports = LocalPorts.read()
    private let reuse: HTTPSettings.Reuse
    private let most: Int
    private let port: Int
    private let isLoopback: Bool
    private let goesByPort: Bool
    /// Requests of one pass through the load's phases; `nil`: a duration decides.
    private let planned: Int?

    init(_ settings: LoadSettings, most: Int) {
        let http = settings.scenario.http
        reuse = http.reuse
        self.most = most
        planned = settings.scenario.load.reduce(0) { sum, phase in
            switch phase {
            case .closed(_, _, .requests(let count)): sum.map { $0 + count }
            case .closed: nil
            case .open(_, _, let duration, _, _): sum.map { $0 + (phase.pacer?.total(in: duration) ?? 0) }
            }
        }
        goesByPort = settings.socket == nil && http.version != .http2
        // A proxy is the address that all connections go to.
        let target = try? RequestURL("/", base: http.proxy ?? settings.targetBase, request: "")
        isLoopback = target.map { HostReach(host: $0.host) == .loopback } ?? false
        port = target.flatMap { $0.port } ?? 80
    }

    func shortage(_ step: Step) -> String? {
        guard goesByPort, let planned = step.plannedRequests ?? planned else { return nil }
        let connections: Int
        switch (step.connections, reuse) {
        case (.one, _): return nil
        case (.fresh, _), (_, .never): connections = planned
        case (.reused, .requests(let limit)): connections = (planned + limit - 1) / limit
        case (.reused, .always): connections = 0
        }
        let atOnce = min(most, planned)
        return ports.shortage(connections: max(connections, atOnce), atOnce: atOnce, isLoopback: isLoopback) {
            Proc.tcpTable().count { $0.state == .timeWait && Int($0.remotePort) == port }
        }
    }
}
