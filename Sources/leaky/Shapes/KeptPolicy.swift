import LinuxIO

/// A session kept for each worker thread, or for each client connection.
struct KeptPolicy: ShapePolicy {
    private let settings: ShapeSettings
    private var lastSession: SessionID = 0
    /// By worker or by client.
    private var sessions: [Int: SessionID] = [:]

    init(_ settings: ShapeSettings) {
        self.settings = settings
    }

    private var isByClient: Bool { settings.shape == .perConnection || settings.shape == .perConnectionKept }

    mutating func handle(_ event: ShapeEvent, at now: MonotonicInstant) -> [ShapeAction] {
        switch event {
        case .began(let request):
            let keeper = isByClient ? request.client : request.worker
            let old = sessions[keeper]
            if let old, settings.shape != .closeSkipped { return [.use(old)] }
            lastSession += 1
            sessions[keeper] = lastSession
            return (old.map { [.close($0)] } ?? []) + [.open(lastSession), .use(lastSession)]
        case .clientClosed(let client) where isByClient:
            // What is forgotten here and not closed is the leak.
            guard let old = sessions.removeValue(forKey: client), settings.shape == .perConnection else { return [] }
            return [.close(old)]
        case .lost(let session):
            if let keeper = sessions.first(where: { $0.value == session })?.key { sessions[keeper] = nil }
            return []
        case .started, .ended, .clientOpened, .clientClosed, .ticked, .opened, .finished: return []
        }
    }
}
