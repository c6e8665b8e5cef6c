import Measurements

/// Which place the figures of a class (a request with an outcome) have, at most 256.
///
/// A class gets its place when it is first seen, and keeps it for the run. When the places are used up, what comes is counted by
/// outcome only, as the request `other`. Everything is allocated when the table is made; an access is one array look-up.
struct ClassTable: ~Copyable {
    struct Key {
        /// −1: every request without a place of its own.
        var request: Int32
        var outcome: Outcome
    }

    /// With those of `other`.
    static let limit = 256
    private static let outcomes = Outcome.allCases.count
    /// Places for classes with a request's name.
    private static let named = limit - outcomes

    private let requests: Int
    private let places: UnsafeMutablePointer<Int16>
    private let keys: UnsafeMutablePointer<Key>
    private var used = 0
    private var otherUsed = 0

    init(requests: Int) {
        self.requests = requests
        places = .allocate(capacity: (requests + 1) * Self.outcomes)
        places.initialize(repeating: -1, count: (requests + 1) * Self.outcomes)
        keys = .allocate(capacity: Self.limit)
        keys.initialize(repeating: Key(request: -1, outcome: .success), count: Self.limit)
    }

    deinit {
        places.deallocate()
        keys.deallocate()
    }

    /// Below ``limit``.
    ///
    /// - Parameter request: its index; −1: one without a place of its own.
    @inline(__always)
    mutating func place(_ request: Int, _ outcome: Outcome) -> Int {
        let known = Int(places[(request < 0 ? requests : request) * Self.outcomes + outcome.ordinal])
        return known >= 0 ? known : newPlace(request, outcome)
    }

    private mutating func newPlace(_ request: Int, _ outcome: Outcome) -> Int {
        let isOther = request < 0
        let place: Int
        if !isOther, used - otherUsed >= Self.named {
            place = self.place(-1, outcome)
        } else {
            place = used
            keys[place] = Key(request: Int32(request), outcome: outcome)
            used += 1
            if isOther { otherUsed += 1 }
        }
        places[(isOther ? requests : request) * Self.outcomes + outcome.ordinal] = Int16(place)
        return place
    }

    func key(of place: Int) -> Key { keys[place] }
}

/// Which place the starts of a request have: the first 255 that are started each their own, the rest one together.
struct StartTable: ~Copyable {
    static let limit = 256

    private let places: UnsafeMutablePointer<Int16>
    private let keys: UnsafeMutablePointer<Int32>
    private var used = 0

    init(requests: Int) {
        places = .allocate(capacity: max(requests, 1))
        places.initialize(repeating: -1, count: max(requests, 1))
        keys = .allocate(capacity: Self.limit)
        keys.initialize(repeating: -1, count: Self.limit)
    }

    deinit {
        places.deallocate()
        keys.deallocate()
    }

    /// Below ``limit``; the last for what has no place of its own.
    ///
    /// - Parameter request: its index; −1: one without a place of its own.
    @inline(__always)
    mutating func place(_ request: Int) -> Int {
        guard request >= 0 else { return Self.limit - 1 }
        let known = Int(places[request])
        return known >= 0 ? known : newPlace(request)
    }

    private mutating func newPlace(_ request: Int) -> Int {
        let place = min(used, Self.limit - 1)
        if used < Self.limit - 1 {
            keys[place] = Int32(request)
            used += 1
        }
        places[request] = Int16(place)
        return place
    }

    /// The request of a place; −1 for those that share one.
    func request(of place: Int) -> Int { Int(keys[place]) }
}
