/// One HTTP exchange: a line of `transfers.csv`, at most 20,000 in a step; then one with outcome `stopped` says how many more there were.
package struct TransferRow: CSVRow {
    package static let limitPerStep = 20_000

    package var step: Int
    /// When the request was sent.
    package var start: RunTime
    package var end: RunTime
    package var request: String
    /// `nil`: this row says that recording stopped.
    package var outcome: Outcome?
    /// The HTTP status; unknown when there was no response.
    package var status: Int?
    /// Numbered from 1 in the run; a reused connection keeps its number.
    package var connection: Int

    package init(step: Int, start: RunTime, end: RunTime, request: String, outcome: Outcome?, status: Int?, connection: Int) {
        self.step = step
        self.start = start
        self.end = end
        self.request = request
        self.outcome = outcome
        self.status = status
        self.connection = connection
    }

    package static let file = "transfers.csv"
    package static let columns = ["start_s", "end_s", "step", "request", "outcome", "status", "connection"]

    package func encode(into line: inout CSVEncoder) {
        line.append(start)
        line.append(end)
        line.append(step)
        line.append(request)
        line.append(outcome?.rawValue ?? "stopped")
        line.append(status)
        line.append(connection)
    }

    package init(_ fields: CSVFields) throws(CSVError) {
        start = try fields.time("start_s")
        end = try fields.time("end_s")
        step = try fields.integer("step")
        request = try fields.text("request")
        outcome = try fields.valueIfKnown("outcome", as: Outcome.self, unknown: "stopped")
        status = try fields.integerIfKnown("status")
        connection = try fields.integer("connection")
    }
}
