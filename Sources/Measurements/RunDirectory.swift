package import LinuxIO

/// The folder of one cell of a run, with one writer for each of its files of rows, and the clock that all rows share.
///
/// Load and Sampling know each other through nothing else.
package final class RunDirectory: Sendable {
    /// Absolute.
    package let path: String
    package let clock: RunClock
    package let steps: RowWriter<StepRow>
    package let connections: RowWriter<ConnectionRow>
    package let sessions: RowWriter<SessionRow>
    package let requests: RowWriter<RequestRow>
    package let transfers: RowWriter<TransferRow>
    package let waves: RowWriter<WaveRow>
    package let processes: RowWriter<ProcessRow>
    package let generator: RowWriter<GeneratorRow>
    package let latency: LatencyLog

    /// Makes the files in `path`, a folder that exists and holds none of them.
    package init(creatingFilesIn path: String, clock: RunClock) throws(SystemError) {
        self.path = path
        self.clock = clock
        steps = try RowWriter(directory: path, keepsRows: false)
        connections = try RowWriter(directory: path, keepsRows: true)
        sessions = try RowWriter(directory: path, keepsRows: true)
        requests = try RowWriter(directory: path, keepsRows: true)
        transfers = try RowWriter(directory: path, keepsRows: true)
        waves = try RowWriter(directory: path, keepsRows: false)
        processes = try RowWriter(directory: path, keepsRows: true)
        generator = try RowWriter(directory: path, keepsRows: true)
        latency = try LatencyLog(directory: path, clock: clock)
    }

    package func flush() {
        steps.flush()
        connections.flush()
        sessions.flush()
        requests.flush()
        transfers.flush()
        waves.flush()
        processes.flush()
        generator.flush()
        latency.flush()
    }

    /// The first file that could not be written, such as on a full disk.
    package var failure: SystemError? {
        connections.failure ?? sessions.failure ?? requests.failure ?? transfers.failure ?? steps.failure ?? waves.failure
            ?? processes.failure ?? generator.failure ?? latency.failure
    }
}
