import Glibc
import LinuxIO
import Measurements
import Synchronization

/// The thread that writes down what the load threads record: one row for each second and class over all of them.
///
/// Each load thread has two buffers: it fills one while this thread drains the other. They change hands once a second; a load thread
/// that finds its other buffer still here goes on with the one it has, and that second is told with the next.
final class LoadWriter: Sendable {
    /// A buffer on its way between two threads.
    struct Buffer: @unchecked Sendable {
        // Sound because it is in one place only: with its load thread, among the arrived, or among the free; it goes from one to the
        // next under the lock.
        let pointer: UnsafeMutablePointer<SecondBuffer>
    }

    private struct Arrival {
        var loop: Int
        var order: StepOrder
        var buffer: Buffer
        /// The loop's last of the step.
        var report: LoopReport?
    }

    private struct State {
        var arrived: [Arrival] = []
        /// By load thread.
        var free: [[Buffer]]
        var totals = StepTotals()
        var finishing = false
    }

    private let state: Mutex<State>
    private let all: [[Buffer]]
    private let signal: EventFD
    private let names: [String]
    private let directory: RunDirectory

    /// - Parameter names: of the requests.
    init(threads: Int, names: [String], directory: RunDirectory, hasArrivals: Bool) throws(SystemError) {
        signal = try EventFD()
        self.names = names
        self.directory = directory
        all = (0..<threads).map { _ in
            (0..<2).map { _ in
                let pointer = UnsafeMutablePointer<SecondBuffer>.allocate(capacity: 1)
                pointer.initialize(to: SecondBuffer(hasArrivals: hasArrivals))
                return Buffer(pointer: pointer)
            }
        }
        state = Mutex(State(free: all.map { [$0[1]] }))
    }

    deinit {
        for buffer in all.joined() {
            buffer.pointer.deinitialize(count: 1)
            buffer.pointer.deallocate()
        }
    }

    // MARK: For the load threads

    /// To be called once for each thread, before it starts.
    func firstBuffer(of loop: Int) -> Buffer { all[loop][0] }

    /// Takes a full buffer and gives an empty one; `nil`, and the full one is kept, when there is none.
    func exchange(_ full: Buffer, of loop: Int, in order: StepOrder) -> Buffer? {
        let next = state.withLock { state -> Buffer? in
            guard let next = state.free[loop].popLast() else { return nil }
            state.arrived.append(Arrival(loop: loop, order: order, buffer: full))
            return next
        }
        if next != nil { signal.signal() }
        return next
    }

    /// Takes the last buffer of a step with what the thread has to say of it; waits for an empty one.
    func end(_ last: Buffer, of loop: Int, in order: StepOrder, report: LoopReport, totals: StepTotals) -> Buffer {
        while true {
            let next = state.withLock { state -> Buffer? in
                guard let next = state.free[loop].popLast() else { return nil }
                state.totals.add(totals)
                state.arrived.append(Arrival(loop: loop, order: order, buffer: last, report: report))
                return next
            }
            if let next {
                signal.signal()
                return next
            }
            usleep(1000)
        }
    }

    // MARK: The thread

    /// Everything that was handed over is written when the thread has ended.
    func finish() {
        state.withLock { $0.finishing = true }
        signal.signal()
    }

    /// The thread's body.
    func serve() {
        guard let epoll = try? Epoll(capacity: 1), (try? epoll.set(signal.raw, tag: 0, read: true, write: false)) != nil else {
            preconditionFailure("an epoll of one descriptor could not be made")
        }
        let merger = RowMerger(names: names, directory: directory)
        var waiting: [Arrival] = []
        while true {
            let finishing = state.withLock { state in
                waiting += state.arrived
                state.arrived.removeAll(keepingCapacity: true)
                return state.finishing
            }
            if takeSecond(&waiting, merger) { continue }
            if finishing { return }
            try? epoll.wait(timeoutMilliseconds: -1) { _ in signal.drain() }
        }
    }

    /// Writes the earliest second of the step that every thread has handed over.
    ///
    /// - Returns: whether there was one.
    private func takeSecond(_ waiting: inout [Arrival], _ merger: RowMerger) -> Bool {
        guard let order = waiting.first?.order else { return false }
        let known = waiting.filter { $0.order === order }
        for loop in 0..<order.plan.threads where !merger.hasEnded(loop) && !known.contains(where: { $0.loop == loop }) { return false }
        guard let second = known.map({ Self.second($0.buffer.pointer.pointee.end) }).min() else { return false }
        let taken = known.filter { Self.second($0.buffer.pointer.pointee.end) == second }
        merger.begin(order)
        merger.writeSecond(taken.map { ($0.loop, $0.buffer.pointer) })
        for arrival in taken {
            arrival.buffer.pointer.pointee.clear()
            if let report = arrival.report { merger.ended(arrival.loop, report) }
        }
        waiting.removeAll { arrival in
            arrival.order === order && taken.contains { $0.buffer.pointer == arrival.buffer.pointer }
        }
        state.withLock { state in
            for arrival in taken { state.free[arrival.loop].append(arrival.buffer) }
        }
        if merger.endedCount == order.plan.threads { finish(order, merger) }
        return true
    }

    private static func second(_ end: RunTime) -> Int64 { (end.microseconds + 999_999) / 1_000_000 }

    /// Every thread has ended the step: says what came of it.
    private func finish(_ order: StepOrder, _ merger: RowMerger) {
        let totals = state.withLock { state in
            let totals = state.totals
            state.totals = StepTotals()
            return totals
        }
        order.reply.resume(returning: merger.endStep(totals))
    }
}
