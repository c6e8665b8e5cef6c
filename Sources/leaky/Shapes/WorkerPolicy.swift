import LinuxIO

/// A session for each request, closed well, beside a worker process with a pool of its own that is begun anew now and then, as by
/// `max-requests` of a server.
struct WorkerPolicy: ShapePolicy {
    private let settings: ShapeSettings
    private var running = RunningRequests()
    private var served = 0
    private var worker = 1

    init(_ settings: ShapeSettings) {
        self.settings = settings
    }

    mutating func handle(_ event: ShapeEvent, at now: MonotonicInstant) -> [ShapeAction] {
        switch event {
        case .started: return [.hire(worker)]
        case .began(let request):
            let session = running.begin(request)
            return [.open(session), .use(session)]
        case .ended(let request, _):
            let close = running.end(request).map { [ShapeAction.close($0)] } ?? []
            served += 1
            return served % settings.every == 0 ? close + replace() : close
        case .lost(let session):
            running.lose(session)
            return []
        case .clientOpened, .clientClosed, .ticked, .opened, .finished: return []
        }
    }

    /// A new worker, and the end of the one before; what is forgotten of it is the leak.
    private mutating func replace() -> [ShapeAction] {
        let old = worker
        worker += 1
        return (settings.shape == .workerReplaced ? [.dismiss(old)] : []) + [.hire(worker)]
    }
}
