/// What is to be known of a shape: for the help, for the page in `docs/`, and for the check of the flags.
struct ShapeNote: Sendable {
    /// What the server does.
    let does: String
    /// What sessions over time look like, with requests in waves.
    let curve: String
    /// What `seep run` should say, by the words of its verdicts.
    let verdict: String
    /// The default of `--size`; `nil` where the shape has no size.
    var size: Int?
    /// The default of `--after`; `nil` where the shape has no timer.
    var timer: Duration?
    var knobs: Set<Knob> = []

    fileprivate init(
        _ does: String, curve: String, verdict: String, size: Int? = nil, timer: Duration? = nil, knobs: Set<Knob> = []
    ) {
        self.does = does
        self.curve = curve
        self.verdict = verdict
        self.size = size
        self.timer = timer
        self.knobs = knobs.union(size == nil ? [] : [.size]).union(timer == nil ? [] : [.after])
    }
}

extension Shape {
    /// Whether sessions are lost, by design of the shape.
    var isLeak: Bool {
        switch self {
        case .perRequest, .perError, .perClass, .oneInN, .collected, .reaped, .staircase, .hangUp, .perConnectionKept, .endOfLoad,
            .stuck, .insidePool, .withoutLoad, .workerLeft:
            true
        case .clean, .threads, .pool, .filling, .timed, .overshoot, .rotation, .overflow, .closeSkipped, .perConnection, .slowEnd,
            .workerReplaced:
            false
        }
    }

    var note: ShapeNote { isLeak ? leakNote : innocentNote }

    private var leakNote: ShapeNote {
        switch self {
        case .perRequest:
            ShapeNote(
                "leaves the session of every request with a query", curve: "straight, slope 1 per request",
                verdict: "leak, law request")
        case .perError:
            ShapeNote("leaves the session of a request to /error", curve: "straight, slope 1 per 500", verdict: "leak, law request")
        case .perClass:
            ShapeNote("leaves the session of a request to /leak", curve: "straight, slope 1 per /leak", verdict: "leak, law request")
        case .oneInN:
            ShapeNote(
                "leaves a session with a chance of 1 in --every", curve: "straight, thin", verdict: "leak, law request", knobs: [.every])
        case .collected:
            ShapeNote(
                "leaves every session; about --size of them are closed but four, as by a garbage collector",
                curve: "sawtooth below --size", verdict: "leak, flag collected", size: 60)
        case .reaped:
            ShapeNote(
                "leaves every session; PostgreSQL ends them by idle_session_timeout = --after",
                curve: "up by the dose, down after --after; sessions_fatal rises", verdict: "leak, flag reaped", timer: .seconds(3))
        case .staircase:
            ShapeNote(
                "leaves one session at the first request after --after without any", curve: "one step per silence, whatever the dose",
                verdict: "leak, law idle_period; needs the long idle", timer: .seconds(3))
        case .hangUp:
            ShapeNote(
                "leaves the session when the client hung up before the response was written", curve: "slope 1 in hang-ups only",
                verdict: "leak, law hang_up")
        case .perConnectionKept:
            ShapeNote(
                "opens one session for each client connection and keeps it when that goes", curve: "slope 1 in client connections",
                verdict: "leak, law connection")
        case .endOfLoad:
            ShapeNote(
                "leaves one session when all clients have been gone for --after", curve: "one step per wave, whatever the dose",
                verdict: "leak", timer: .milliseconds(300))
        case .stuck:
            ShapeNote(
                "leaves the session of the first request in its transaction", curve: "flat, one session ageing in a transaction",
                verdict: "stuck")
        case .insidePool:
            ShapeNote(
                "has a pool of --size; every --every-th checkout is not returned; an empty pool is waited for --after",
                curve: "flat at --size, then 503 (or no answer)", verdict: "starved", size: 5, timer: .seconds(1),
                knobs: [.every, .whenExhausted])
        case .withoutLoad:
            ShapeNote(
                "opens and leaves a session every --after, requests or none", curve: "slope in time", verdict: "leak, law second",
                timer: .seconds(1))
        case .workerLeft:
            ShapeNote(
                "begins a worker process with a pool of --size every --every requests, and leaves the one before to itself",
                curve: "one step of --size per worker", verdict: "leak, law restart", size: 2, knobs: [.every])
        default: preconditionFailure("not a leak: \(rawValue)")
        }
    }

    private var innocentNote: ShapeNote {
        switch self {
        case .clean:
            ShapeNote("opens a session for each request and closes it", curve: "churn; floor at the baseline", verdict: "clean")
        case .threads:
            ShapeNote("keeps one session for each worker thread", curve: "saturates at --threads", verdict: "bounded")
        case .pool:
            ShapeNote(
                "opens a pool of --size at the start, more than it uses", curve: "flat from the start, idle surplus", verdict: "clean",
                size: 12)
        case .filling:
            ShapeNote(
                "has a pool whose --size slots are taken at random and opened when first taken", curve: "saturates at --size",
                verdict: "bounded", size: 20)
        case .timed:
            ShapeNote(
                "opens a session for each request and closes it --after later", curve: "plateau of rate × --after, then a cliff",
                verdict: "clean, with a settle longer than --after", timer: .seconds(2))
        case .overshoot:
            ShapeNote(
                "has a pool that opens three when one is missing, and gives back one per --after down to --size",
                curve: "a hump at each load, floor at --size", verdict: "bounded", size: 5, timer: .milliseconds(100))
        case .rotation:
            ShapeNote(
                "opens a pool of --size at the start; sessions older than --after are replaced",
                curve: "constant count, changing identities", verdict: "clean", size: 8, timer: .seconds(2))
        case .overflow:
            ShapeNote(
                "has a pool that keeps --size and opens up to 10 more, which it closes on return",
                curve: "floor at --size; new identities in every wave", verdict: "bounded", size: 5)
        case .closeSkipped:
            ShapeNote(
                "drops the worker thread's old session at the start of a request and opens a new one",
                curve: "saturates at --threads; all identities new after a wave", verdict: "bounded")
        case .perConnection:
            ShapeNote(
                "opens one session for each client connection and closes it with that", curve: "follows the clients; floor at the baseline",
                verdict: "clean")
        case .slowEnd:
            ShapeNote(
                "closes every session, but up to four at a time go on with a query for --after", curve: "a late fall",
                verdict: "clean, with a settle longer than --after", timer: .seconds(2))
        case .workerReplaced:
            ShapeNote(
                "begins a worker process with a pool of --size every --every requests, and ends the one before",
                curve: "flat at --size, other processes each time", verdict: "clean", size: 2, knobs: [.every])
        default: preconditionFailure("not an innocent: \(rawValue)")
        }
    }
}
