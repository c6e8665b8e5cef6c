import Measurements
import Testing

@testable import Verdicts

@Suite struct ProcessUseTests {
    private func row(_ time: Double, pid: Int, started: Double, cpu: Double, bytes: Int) -> ProcessRow {
        ProcessRow(
            time: RunTime(seconds: time), step: 0, pid: pid, started: RunTime(seconds: started), command: "x", cpu: RunTime(seconds: cpu),
            residentBytes: bytes, threads: 1, descriptors: nil, databaseSockets: nil)
    }

    @Test("counts what was used since the first look, all of a process that began later, and a pid that was used again as another")
    func use() {
        var use = ProcessUse()
        #expect(use.cpuSeconds == nil)
        #expect(use.peakBytes == nil)
        use.consume(row(1, pid: 1, started: -5, cpu: 3, bytes: 100))
        use.consume(row(1, pid: 2, started: -4, cpu: 1, bytes: 50))
        use.consume(row(2, pid: 1, started: -5, cpu: 3.5, bytes: 120))
        use.consume(row(3, pid: 1, started: -5, cpu: 4, bytes: 90))
        use.consume(row(3, pid: 2, started: 2.5, cpu: 0.25, bytes: 20))
        #expect(abs((use.cpuSeconds ?? 0) - 1.25) < 1e-9)
        #expect(use.peakBytes == 150)
    }
}
