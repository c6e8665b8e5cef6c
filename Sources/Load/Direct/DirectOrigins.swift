/// The origins that a step has gone to, by number, with the connection used last of the idle ones of each.
struct DirectOrigins: ~Copyable {
    private var names: [String] = []
    private var idle: UnsafeMutablePointer<Int>
    private var capacity = 8
    /// A request's number for its origin is valid for one epoch.
    private(set) var epoch = 0

    init() {
        idle = .allocate(capacity: capacity)
    }

    deinit {
        idle.deallocate()
    }

    /// The number of an origin; for a new one this allocates.
    ///
    /// - Parameter isProxied: what is plain goes to a proxy, whatever its host.
    /// - Parameter isSlow: for readers whose connections have a small buffer.
    mutating func number(of url: borrowing RequestURL, isProxied: Bool, isSlow: Bool) -> Int {
        let origin = (url.isSecure ? "https://" : "http://") + (isProxied && !url.isSecure ? "" : url.hostField.lowercased())
        let name = isSlow ? origin + " slow" : origin
        if let known = names.firstIndex(of: name) { return known }
        if names.count == capacity {
            let larger = UnsafeMutablePointer<Int>.allocate(capacity: capacity * 2)
            larger.moveInitialize(from: idle, count: capacity)
            idle.deallocate()
            idle = larger
            capacity *= 2
        }
        (idle + names.count).initialize(to: -1)
        names.append(name)
        return names.count - 1
    }

    /// The idle connection used last; −1: none.
    subscript(origin: Int) -> Int {
        get { idle[origin] }
        set { idle[origin] = newValue }
    }

    /// No connection is open, and no number valid any more.
    mutating func forgetAll() {
        names.removeAll(keepingCapacity: true)
        epoch += 1
    }
}
