/// Something that happened to one session of ours: a line of `sessions.csv`.
///
/// The rows of one session come in this order: `born`, any of `used` and `floor`, `died`. A session that lived under two
/// seconds within a load has no rows: `connections.csv` counts it. (In a unit dose every session that a sample saw has its rows.)
/// `born` is written once the session is two seconds old or the load has ended, with the time of its birth.
package struct SessionRow: CSVRow {
    package enum Event: String, Sendable {
        /// The session began. The time is its `backend_start` on the run's clock where that is known, else that of the sample.
        case born
        /// It ran a query in this step; once per step.
        case used
        /// It was there at the end of a settle.
        case floor
        /// It was gone at the sample of this time.
        case died
    }

    package var time: RunTime
    package var step: Int
    package var event: Event
    package var pid: Int
    /// Microseconds since 1970 by PostgreSQL's clock; with the pid, the identity. Unknown without privileges.
    package var backendStart: Int?
    /// `pid N` of a process of the server under test, else `app …`, `role …`, or `database …`.
    package var owner: String
    package var whyOurs: String
    package var state: String
    /// The text of the last query at most 1 KB long; empty: none yet, or not to be seen.
    package var lastQuery: String
    /// The session's `application_name`; empty: none, or not known.
    package var application: String
    /// The database that the session is in; empty: not known.
    package var database: String
    /// Of `floor`: whether a process of this machine holds the client's end; `nil` where the session was never tied to one.
    package var socket: Socket?

    package enum Socket: String, Sendable {
        case held
        case gone
    }

    package init(
        time: RunTime, step: Int, event: Event, pid: Int, backendStart: Int?, owner: String, whyOurs: String, state: String,
        lastQuery: String, application: String = "", database: String = "",
        socket: Socket? = nil
    ) {
        self.time = time
        self.step = step
        self.event = event
        self.pid = pid
        self.backendStart = backendStart
        self.owner = owner
        self.whyOurs = whyOurs
        self.state = state
        self.lastQuery = lastQuery
        self.application = application
        self.database = database
        self.socket = socket
    }

    package var identity: SessionIdentity { SessionIdentity(pid: pid, backendStart: backendStart) }

    package static let file = "sessions.csv"
    package static let columns = [
        "t_s", "step", "event", "pid", "backend_start", "owner", "why_ours", "state", "last_query", "application_name", "database",
        "socket",
    ]
    package static let laterColumns: Set<String> = ["application_name", "database", "socket"]

    package func encode(into line: inout CSVEncoder) {
        line.append(time)
        line.append(step)
        line.append(event.rawValue)
        line.append(pid)
        line.append(backendStart)
        line.append(owner)
        line.append(whyOurs)
        line.append(state)
        line.append(lastQuery)
        line.append(application)
        line.append(database)
        line.append(socket?.rawValue ?? "")
    }

    package init(_ fields: CSVFields) throws(CSVError) {
        time = try fields.time("t_s")
        step = try fields.integer("step")
        event = try fields.value("event", as: Event.self)
        pid = try fields.integer("pid")
        backendStart = try fields.integerIfKnown("backend_start")
        owner = try fields.text("owner")
        whyOurs = try fields.text("why_ours")
        state = try fields.text("state")
        lastQuery = try fields.text("last_query")
        application = try fields.text("application_name")
        database = try fields.text("database")
        socket = try fields.text("socket").isEmpty ? nil : fields.value("socket", as: Socket.self)
    }
}

/// What a session is: pids are reused, so the moment of its start belongs to it.
package struct SessionIdentity: Hashable, Sendable {
    package var pid: Int
    /// Microseconds since 1970 by PostgreSQL's clock; unknown without privileges, and then the pid alone must do.
    package var backendStart: Int?

    package init(pid: Int, backendStart: Int?) {
        self.pid = pid
        self.backendStart = backendStart
    }

    /// In one word: sessions are looked up for every row of a long run. The moment tells most of them apart, the pid the rest.
    package func hash(into hasher: inout Hasher) {
        hasher.combine((backendStart ?? 0) &* 0x1_0001 &+ pid)
    }
}
