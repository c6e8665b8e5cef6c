import Glibc
import LinuxIO
import Measurements

extension ProcessWatch {
    /// Finds which process holds the client's end of each session.
    ///
    /// One look at the table of TCP sockets for all of them, then at the descriptors of the server's processes: first of those
    /// known, then of any that have come since. A session is left out when its socket is not in the table (yet, or any more, or
    /// it is on another machine), and is worth another try.
    ///
    /// - Parameter port: of PgBouncer, for its clients; `nil`: of PostgreSQL.
    func tie(_ wanted: [Backend], port: Int? = nil) -> [SessionIdentity: SessionTie] {
        guard !wanted.isEmpty, source != .none else { return [:] }
        var known = processes.map(\.pid)
        var isFresh = false
        if known.isEmpty {
            known = refresh().map(\.pid)
            isFresh = true
        }
        guard let first = known.first else { return [:] }
        var holders = sockets(of: wanted, in: SocketTable(remotePort: port ?? databasePort, asSeenBy: first))
        guard !holders.isEmpty else { return [:] }
        var ties: [SessionIdentity: SessionTie] = [:]
        var isReadable = search(known, &holders, &ties)
        if !holders.isEmpty, !isFresh {
            let looked = Set(known)
            isReadable = search(refresh().map(\.pid).filter { !looked.contains($0) }, &holders, &ties) && isReadable
        }
        // The socket is there, and none of the server's processes has it. Where one may not be read, it may still be that.
        if isReadable {
            for identity in holders.values { ties[identity] = .elsewhere }
        }
        return ties
    }

    /// Those of the sessions, once tied to a process, whose client's end some process of this machine holds now: the server's, or one
    /// that has it from there. A socket that nobody holds is not in the table, or has no inode there.
    ///
    /// - Returns: `nil` where no process of the server is left in whose network one could look.
    func held(_ tied: [Backend]) -> Set<SessionIdentity>? {
        guard !tied.isEmpty, let seer = refresh().first?.pid else { return nil }
        return Set(sockets(of: tied, in: SocketTable(remotePort: databasePort, asSeenBy: seer)).values)
    }

    func sockets(of wanted: [Backend], in table: SocketTable) -> [UInt64: SessionIdentity] {
        var byPort: [UInt16: [(IPAddress, SessionIdentity)]] = [:]
        for backend in wanted {
            guard let port = backend.clientPort.flatMap(UInt16.init(exactly:)), let address = IPAddress(backend.names.clientAddress)
            else { continue }
            byPort[port, default: []].append((address, backend.identity))
        }
        var found: [UInt64: SessionIdentity] = [:]
        for entry in table.entries {
            for (address, identity) in byPort[entry.localPort] ?? [] where address == entry.localAddress {
                found[entry.inode] = identity
            }
        }
        return found
    }

    /// Takes those sockets out of `holders` that one of the processes holds.
    ///
    /// - Returns: whether all of the processes could be read.
    private func search(
        _ pids: [pid_t], _ holders: inout [UInt64: SessionIdentity], _ ties: inout [SessionIdentity: SessionTie]
    ) -> Bool {
        var isReadable = true
        for pid in pids where !holders.isEmpty {
            guard Proc.descriptorCount(pid) != nil else {
                // One that has ended holds nothing.
                if Proc.stat(pid).map({ !$0.hasEnded }) == true { isReadable = false }
                continue
            }
            for inode in Proc.socketInodes(pid) {
                guard let identity = holders.removeValue(forKey: inode) else { continue }
                ties[identity] = .process(Int(pid))
            }
        }
        return isReadable
    }
}
