import LinuxIO
import Postgres
import Synchronization

/// Serves requests, one at a time, on a thread of its own.
struct Worker: Sendable {
    /// From 0.
    let number: Int
    let application: Application
    let exchange: Exchange
    /// How long /slow sleeps in PostgreSQL.
    let slow: Duration

    /// A client that takes nothing for so long has gone.
    private static let patience = Duration.seconds(30)
    private static let lastRequest = Atomic<Int>(0)

    func run() {
        while let job = exchange.take() {
            let goesOn = serve(job)
            exchange.giveBack(job.client, goesOn: goesOn)
        }
    }

    /// - Returns: whether the connection can be used again.
    private func serve(_ job: Job) -> Bool {
        guard let route = Route(target: job.head.target) else {
            return answer(job, Reply(status: 404, text: "leaky: no such path; there are \(Self.paths)"))
        }
        guard let sql = route.sql else { return answer(job, Reply(status: route.status, body: route.body)) }
        let request = ShapeRequest(
            id: Self.lastRequest.add(1, ordering: .relaxed).newValue, worker: number, client: job.client, route: route)
        let reply = query(request, sql, job)
        let goesOn = answer(job, reply)
        application.tell(.ended(request, Outcome(status: reply.status, hungUp: !goesOn && job.head.keepsAlive)))
        return goesOn
    }

    private static let paths = Route.allCases.map(\.rawValue).joined(separator: " ")

    private func query(_ request: ShapeRequest, _ sql: String, _ job: Job) -> Reply {
        switch application.checkOut(request, isWanted: { !ClientSocket.hasHungUp(job.socket) }) {
        case .none(let why): return Reply(status: 503, text: "leaky: \(why)")
        case .session(let id, let session):
            do throws(PostgresError) {
                try session.run(sql, request.route == .slow ? [String(slow.seconds)] : [], timeout: slow + .seconds(30))
                return Reply(status: request.route.status, body: request.route.body)
            } catch {
                if case .query = error.kind { return Reply(status: 500, text: "leaky: \(error)") }
                application.lose(id)
                return Reply(status: 503, text: "leaky: \(error)")
            }
        }
    }

    /// Writes the response, also to a client that seems to have gone: after a half-close it still reads.
    ///
    /// - Returns: whether the client was there until the end and the connection can be used again.
    private func answer(_ job: Job, _ reply: Reply) -> Bool {
        let isThere = !ClientSocket.hasHungUp(job.socket)
        let says = job.head.keepsAlive ? (job.head.isOld ? "keep-alive" : nil) : "close"
        let bytes = reply.bytes(head: job.head.isHead, says: says)
        let isSent = ClientSocket.send(job.socket, bytes, until: .now + Self.patience)
        return isThere && isSent && job.head.keepsAlive
    }
}
