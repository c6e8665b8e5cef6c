import Glibc
import LinuxIO
import Synchronization

/// A complete request on its way to a worker, with the connection that it came by; nobody else touches that meanwhile.
struct Job: Sendable {
    let client: Int
    let socket: Int32
    let head: RequestHead
}

/// What the front end and the workers hand each other.
final class Exchange: Sendable {
    private struct Waiting {
        var jobs: [Job] = []
        var isClosed = false
    }

    private let waiting = Monitor(Waiting())
    private let returned = Mutex<[(client: Int, goesOn: Bool)]>([])
    private let stopping = Atomic<Bool>(false)
    /// Wakes the front end.
    let wake: EventFD

    init() throws(SystemError) {
        wake = try EventFD()
    }

    func hand(_ job: Job) {
        waiting.changeForOne { $0.jobs.append(job) }
    }

    /// Waits for a request; `nil` when there will be none any more.
    func take() -> Job? {
        waiting.wait { waiting -> Job?? in
            if waiting.isClosed { return .some(nil) }
            return waiting.jobs.isEmpty ? nil : .some(waiting.jobs.removeFirst())
        } ?? nil
    }

    /// Gives the connection of a served request back.
    func giveBack(_ client: Int, goesOn: Bool) {
        returned.withLock { $0.append((client, goesOn)) }
        wake.signal()
    }

    func takeReturned() -> [(client: Int, goesOn: Bool)] {
        wake.drain()
        return returned.withLock { returned in
            defer { returned = [] }
            return returned
        }
    }

    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    func stop() {
        stopping.store(true, ordering: .releasing)
        waiting.change { $0.isClosed = true }
        wake.signal()
    }
}

/// Accepts clients and reads their requests, on one thread; a complete request goes to whichever worker is free.
///
/// A connection is watched while nobody serves it. Requests that a client sends ahead wait until the one before is answered.
final class FrontEnd {
    private struct Client {
        let socket: Int32
        var buffer: [UInt8] = []
    }

    private let listening: ListeningSocket
    private let exchange: Exchange
    private let epoll: Epoll
    /// Tells of clients that come and go.
    private let tell: (ShapeEvent) -> Void
    private var clients: [Int: Client] = [:]
    private var lastClient = 1
    private var acceptsAgain: MonotonicInstant?

    /// Tags of what is not a client.
    private static let listeningTag: UInt64 = 0
    private static let wakeTag: UInt64 = 1

    init(_ listening: consuming ListeningSocket, _ exchange: Exchange, tell: @escaping (ShapeEvent) -> Void) throws(SystemError) {
        self.exchange = exchange
        self.tell = tell
        epoll = try Epoll()
        try epoll.set(listening.raw, tag: Self.listeningTag, read: true, write: false)
        try epoll.set(exchange.wake.raw, tag: Self.wakeTag, read: true, write: false)
        self.listening = listening
    }

    deinit {
        for client in clients.values { Glibc.close(client.socket) }
    }

    /// Runs until the exchange stops.
    func run() throws(SystemError) {
        var ready: [UInt64] = []
        while !exchange.isStopping {
            ready.removeAll(keepingCapacity: true)
            try epoll.wait(timeoutMilliseconds: acceptsAgain == nil ? -1 : 20) { ready.append($0.tag) }
            for tag in ready {
                switch tag {
                case Self.listeningTag: try accept()
                case Self.wakeTag:
                    for (client, goesOn) in exchange.takeReturned() { try resume(client, goesOn) }
                default: try read(Int(tag))
                }
            }
            if let due = acceptsAgain, .now >= due {
                acceptsAgain = nil
                try epoll.set(listening.raw, tag: Self.listeningTag, read: true, write: false)
            }
        }
    }

    private func accept() throws(SystemError) {
        while true {
            let socket = Glibc.accept(listening.raw, nil, nil)
            guard socket >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                guard errno != EAGAIN else { return }
                // Out of descriptors or memory: not at once again, or the loop would spin.
                printError("leaky: a client cannot be let in: \(SystemError("accept").description); trying again in 0.1 s")
                epoll.remove(listening.raw)
                acceptsAgain = .now + .milliseconds(100)
                return
            }
            ClientSocket.prepare(socket)
            lastClient += 1
            clients[lastClient] = Client(socket: socket)
            tell(.clientOpened(lastClient))
            try epoll.set(socket, tag: UInt64(lastClient), read: true, write: false)
        }
    }

    private func read(_ id: Int) throws(SystemError) {
        guard var client = clients.removeValue(forKey: id) else { return }
        let received = ClientSocket.receive(client.socket, into: &client.buffer)
        clients[id] = client
        switch received {
        case .over: close(id)
        case .nothingYet: break
        case .bytes: _ = try dispatch(id)
        }
    }

    /// Hands on the request at the start of the buffer, if it is complete.
    ///
    /// - Returns: whether the front end has nothing to do with the connection for now.
    private func dispatch(_ id: Int) throws(SystemError) -> Bool {
        guard let client = clients[id] else { return true }
        switch RequestHead.parse(client.buffer) {
        case .incomplete: return false
        case .head(let head, let length):
            clients[id]?.buffer.removeFirst(length)
            epoll.remove(client.socket)
            exchange.hand(Job(client: id, socket: client.socket, head: head))
        case .refused(let status, let why):
            let reply = Reply(status: status, text: "leaky: \(why)")
            _ = ClientSocket.send(client.socket, reply.bytes(says: "close"), until: .now)
            close(id)
        }
        return true
    }

    private func resume(_ id: Int, _ goesOn: Bool) throws(SystemError) {
        guard let client = clients[id] else { return }
        guard goesOn else { return close(id) }
        if try dispatch(id) { return }
        try epoll.set(client.socket, tag: UInt64(id), read: true, write: false)
    }

    private func close(_ id: Int) {
        guard let client = clients.removeValue(forKey: id) else { return }
        epoll.remove(client.socket)
        ClientSocket.closeGently(client.socket)
        tell(.clientClosed(id))
    }
}
