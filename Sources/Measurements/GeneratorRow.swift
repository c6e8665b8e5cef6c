/// What one load thread did in one second, and whether it kept up: a line of `generator.csv`.
package struct GeneratorRow: CSVRow {
    /// The end of the second, or of the load if that came first.
    package var time: RunTime
    package var step: Int
    /// Counted from 0.
    package var thread: Int
    /// How much of the second was load, and processor time of the thread in it.
    package var load: RunTime
    package var cpu: RunTime
    /// Microseconds from the moment for which the timer was set to the pass that saw it; unknown when it never fired.
    package var wakeP99: Int?
    package var wakeMax: Int?
    /// Microseconds between two waits for events.
    package var passP99: Int?
    package var passMax: Int?
    /// Microseconds from the intended moment to the start; unknown in a closed load.
    package var lateP99: Int?
    package var lateMax: Int?
    /// Microseconds, of the transfers that ended.
    package var serviceP50: Int?
    package var started: Int
    package var done: Int
    /// At the end of the second.
    package var inFlight: Int
    /// Connections opened.
    package var opened: Int

    package init(time: RunTime, step: Int, thread: Int, load: RunTime, cpu: RunTime) {
        self.time = time
        self.step = step
        self.thread = thread
        self.load = load
        self.cpu = cpu
        started = 0
        done = 0
        inFlight = 0
        opened = 0
    }

    package static let file = "generator.csv"
    package static let columns = [
        "t_s", "step", "thread", "load_s", "cpu_s", "wake_p99_ms", "wake_max_ms", "pass_p99_ms", "pass_max_ms", "late_p99_ms",
        "late_max_ms",
        "service_p50_ms", "started", "done", "in_flight", "opened",
    ]

    package func encode(into line: inout CSVEncoder) {
        line.append(time)
        line.append(step)
        line.append(thread)
        line.append(load)
        line.append(cpu)
        line.append(milliseconds: wakeP99)
        line.append(milliseconds: wakeMax)
        line.append(milliseconds: passP99)
        line.append(milliseconds: passMax)
        line.append(milliseconds: lateP99)
        line.append(milliseconds: lateMax)
        line.append(milliseconds: serviceP50)
        line.append(started)
        line.append(done)
        line.append(inFlight)
        line.append(opened)
    }

    package init(_ fields: CSVFields) throws(CSVError) {
        time = try fields.time("t_s")
        step = try fields.integer("step")
        thread = try fields.integer("thread")
        load = try fields.time("load_s")
        cpu = try fields.time("cpu_s")
        wakeP99 = try fields.microsecondsIfKnown("wake_p99_ms")
        wakeMax = try fields.microsecondsIfKnown("wake_max_ms")
        passP99 = try fields.microsecondsIfKnown("pass_p99_ms")
        passMax = try fields.microsecondsIfKnown("pass_max_ms")
        lateP99 = try fields.microsecondsIfKnown("late_p99_ms")
        lateMax = try fields.microsecondsIfKnown("late_max_ms")
        serviceP50 = try fields.microsecondsIfKnown("service_p50_ms")
        started = try fields.integer("started")
        done = try fields.integer("done")
        inFlight = try fields.integer("in_flight")
        opened = try fields.integer("opened")
    }
}
