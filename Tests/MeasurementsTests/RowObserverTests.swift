import Foundation
import Measurements
import Synchronization
import Testing

@Suite struct RowObserverTests {
    @Test func `whoever observes a file sees each row from then on, and the judge's rows stay`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("seep-rows-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let writer = try RowWriter<ConnectionRow>(directory: folder, keepsRows: true)
        let seen = Seen()
        writer.append(ConnectionRow(time: .zero, step: 0))
        writer.observe { row in seen.steps.withLock { $0.append(row.step) } }
        writer.append(ConnectionRow(time: .zero, step: 1))
        writer.append(ConnectionRow(time: .zero, step: 2))
        writer.observe(nil)
        writer.append(ConnectionRow(time: .zero, step: 3))
        #expect(seen.steps.withLock { $0 } == [1, 2])
        #expect(writer.takeRows().map(\.step) == [0, 1, 2, 3])
    }

    private final class Seen: Sendable {
        let steps = Mutex<[Int]>([])
    }
}
