/// A way in which an application holds its sessions: a leak, or an innocent that looks like one.
///
/// The names are the values of `--shape`. What each does and what Seep should make of it: ``note``.
enum Shape: String, CaseIterable, Sendable {
    // Leaks.
    case perRequest = "per-request"
    case perError = "per-error"
    case perClass = "per-class"
    case oneInN = "one-in-n"
    case collected
    case reaped
    case staircase
    case hangUp = "hang-up"
    case perConnectionKept = "per-connection-kept"
    case endOfLoad = "end-of-load"
    case stuck
    case insidePool = "inside-pool"
    case withoutLoad = "without-load"
    case workerLeft = "worker-left"
    // Innocents.
    case clean
    case threads
    case pool
    case filling
    case timed
    case overshoot
    case rotation
    case overflow
    case closeSkipped = "close-skipped"
    case perConnection = "per-connection"
    case slowEnd = "slow-end"
    case workerReplaced = "worker-replaced"
}

/// What the flags may set for a shape; each shape knows some of them.
enum Knob: String, CaseIterable, Sendable {
    case every = "--every"
    case after = "--after"
    case size = "--size"
    case whenExhausted = "--when-exhausted"
}

/// What happens to a request that finds the pool empty.
enum Exhaustion: String, CaseIterable, Sendable {
    /// 503 when `--after` has passed.
    case refuse
    /// No answer, until the client goes away.
    case hang
}

/// The settings of one shape, all defaults filled in and all times scaled.
struct ShapeSettings: Sendable {
    var shape: Shape
    /// Worker threads of the server.
    var threads = 8
    /// One in how many; for `one-in-n` by chance, for `inside-pool` and workers exactly.
    var every = ShapeSettings.defaultEvery
    /// Sessions of the pool, or what `collected` holds before it collects.
    var size: Int
    /// The shape's own timer.
    var after: Duration
    var whenExhausted = Exhaustion.refuse
    var seed: UInt64 = 1

    static let defaultEvery = 10

    init(_ shape: Shape) {
        self.shape = shape
        size = shape.note.size ?? 0
        after = shape.note.timer ?? .zero
    }
}
