/// One process of the server under test in one second: a line of `processes.csv`.
package struct ProcessRow: CSVRow {
    package var time: RunTime
    package var step: Int
    package var pid: Int
    /// When the process began, on the run's clock; with the pid, its identity.
    package var started: RunTime
    package var command: String
    /// Processor time used so far.
    package var cpu: RunTime
    package var residentBytes: Int
    package var threads: Int
    /// Unknown when the process is another user's.
    package var descriptors: Int?
    /// Sockets of the process that sessions of ours hang on; unknown as above.
    package var databaseSockets: Int?
    /// How many processes had its place before it, as far as the run saw; unknown in files of an earlier Seep.
    package var restarts: Int?
    /// Empty, or what happened: `new`, `in the place of N`.
    package var note: String

    package init(
        time: RunTime, step: Int, pid: Int, started: RunTime, command: String, cpu: RunTime, residentBytes: Int, threads: Int,
        descriptors: Int?, databaseSockets: Int?, restarts: Int? = 0, note: String = ""
    ) {
        self.time = time
        self.step = step
        self.pid = pid
        self.started = started
        self.command = command
        self.cpu = cpu
        self.residentBytes = residentBytes
        self.threads = threads
        self.descriptors = descriptors
        self.databaseSockets = databaseSockets
        self.restarts = restarts
        self.note = note
    }

    package static let file = "processes.csv"
    package static let columns = [
        "t_s", "step", "pid", "started_s", "command", "cpu_s", "rss_bytes", "threads", "descriptors", "database_sockets",
        "restarts", "note",
    ]
    package static let laterColumns: Set<String> = ["restarts", "note"]

    package func encode(into line: inout CSVEncoder) {
        line.append(time)
        line.append(step)
        line.append(pid)
        line.append(started)
        line.append(command)
        line.append(cpu)
        line.append(residentBytes)
        line.append(threads)
        line.append(descriptors)
        line.append(databaseSockets)
        line.append(restarts)
        line.append(note)
    }

    package init(_ fields: CSVFields) throws(CSVError) {
        time = try fields.time("t_s")
        step = try fields.integer("step")
        pid = try fields.integer("pid")
        started = try fields.time("started_s")
        command = try fields.text("command")
        cpu = try fields.time("cpu_s")
        residentBytes = try fields.integer("rss_bytes")
        threads = try fields.integer("threads")
        descriptors = try fields.integerIfKnown("descriptors")
        databaseSockets = try fields.integerIfKnown("database_sockets")
        restarts = try fields.integerIfKnown("restarts")
        note = try fields.text("note")
    }
}
