import Dispatch
import LinuxIO
import Synchronization

/// The rows of one file, read by a thread of its own, so that whoever takes them up need not read them too.
///
/// It is some rows ahead and no further; memory does not grow with the file. Belongs to one thread at a time, as a ``RowReader``.
final class RowsAhead<Row: CSVRow> {
    /// Rows handed over in one go.
    private static var batch: Int { 512 }
    /// Of these, read and not yet taken: while one file of a step is taken up, the others are read.
    private static var batches: Int { 128 }

    /// What both threads touch.
    private final class Shared: Sendable {
        struct Batch: Sendable {
            var rows: [Row] = []
            /// Nothing comes after these rows.
            var isLast = false
            var endedMidLine = false
            /// What comes after these rows.
            var error: CSVError?
        }

        let waiting = Mutex<[Batch]>([])
        let isUnwanted = Atomic(false)
        let room = DispatchSemaphore(value: RowsAhead.batches)
        let ready = DispatchSemaphore(value: 0)

        func read(_ reader: RowReader<Row>) {
            while true {
                room.wait()
                if isUnwanted.load(ordering: .acquiring) { return }
                let batch = Self.next(of: reader)
                let isLast = batch.isLast
                waiting.withLock { $0.append(batch) }
                ready.signal()
                if isLast { return }
            }
        }

        private static func next(of reader: RowReader<Row>) -> Batch {
            var batch = Batch()
            batch.rows.reserveCapacity(RowsAhead.batch)
            do {
                while batch.rows.count < RowsAhead.batch {
                    guard let row = try reader.next() else {
                        batch.isLast = true
                        batch.endedMidLine = reader.endedMidLine
                        break
                    }
                    batch.rows.append(row)
                }
            } catch {
                batch.isLast = true
                batch.error = error
            }
            return batch
        }
    }

    /// The reader is made on one thread and then used by another alone.
    private struct Handover: @unchecked Sendable {
        // Sound because the maker keeps no reference.
        let reader: RowReader<Row>
    }

    private let shared = Shared()
    private let thread: KernelThread
    private var current = Shared.Batch()
    private var position = 0

    /// - Throws: as ``RowReader``; the error of a row comes when all before it were taken.
    init(directory: String, unread: Set<String> = []) throws(CSVError) {
        let handover = Handover(reader: try RowReader(directory: directory, unread: unread))
        do {
            thread = try KernelThread(name: "seep-rows") { [shared] in shared.read(handover.reader) }
        } catch {
            throw CSVError(kind: .unreadable, file: Row.file, line: 0, message: error.description)
        }
    }

    deinit {
        shared.isUnwanted.store(true, ordering: .releasing)
        shared.room.signal()
        thread.join()
        // libdispatch wants a semaphore to end with at least the count that it began with.
        for _ in 0..<Self.batches { shared.room.signal() }
    }

    /// Hands out the rows up to the end of a step that were not handed out yet.
    func feed(upTo step: Int, _ body: (Row) -> Void) throws(CSVError) {
        while true {
            if takeUp(upTo: step, body) { return }
            if let error = current.error { throw error }
            if current.isLast { return }
            shared.ready.wait()
            current = shared.waiting.withLock { $0.removeFirst() }
            position = 0
            shared.room.signal()
        }
    }

    /// Hands out rows of the batch at hand; whether one of a later step was met.
    private func takeUp(upTo step: Int, _ body: (Row) -> Void) -> Bool {
        // By a pointer: each row would be copied out of a property.
        current.rows.withUnsafeBufferPointer { rows in
            guard let first = rows.baseAddress else { return false }
            var next = position
            defer { position = next }
            while next < rows.count {
                guard (first + next).pointee.step <= step else { return true }
                body((first + next).pointee)
                next += 1
            }
            return false
        }
    }

    /// Whether the file was found to end in the middle of a line.
    var endedMidLine: Bool { current.endedMidLine }
}
