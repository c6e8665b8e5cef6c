/// Requests that are rendered for each send, kept for the next send of the same one: as many as were in flight at once.
struct RenderedRequests: ~Copyable {
    private var free: [[UnsafeMutablePointer<PreparedRequest>]]

    /// - Parameter requests: how many there are in the table.
    init(requests: Int) {
        free = Array(repeating: [], count: requests)
    }

    deinit {
        for request in free.joined() {
            request.deinitialize(count: 1)
            request.deallocate()
        }
    }

    mutating func take(_ index: Int, _ plan: RequestPlan) throws(LoadError) -> UnsafeMutablePointer<PreparedRequest> {
        if let kept = free[index].popLast() { return kept }
        let made = try plan.prepare()
        let place = UnsafeMutablePointer<PreparedRequest>.allocate(capacity: 1)
        place.initialize(to: made)
        return place
    }

    mutating func give(back request: UnsafeMutablePointer<PreparedRequest>, _ index: Int) { free[index].append(request) }
}
