import Glibc
import LinuxIO
import Measurements
import Sampling
import TestSupport
import Testing

@Suite(.serialized)
struct SamplerCostTests {
    @Test("What sampling 500 idle sessions costs (printed, not judged)")
    func cost() async throws {
        let cluster = try await TestCluster.shared
        let url = try cluster.makeDatabase()
        var sessions = try Sessions(500, url)
        try sessions.query("SELECT oid, relname FROM pg_class WHERE relname LIKE 'a list of columns of the usual size%'")
        let bench = try Bench(url, every: .milliseconds(100), source: .processes([getpid()]))
        await bench.sampler.barrier()
        let before = bench.sampler.cost
        let backendsBefore = bench.facts.samplerBackends.compactMap { Proc.stat(pid_t($0)) }
        try await Task.sleep(for: .seconds(4))
        let after = bench.sampler.cost
        let backends = bench.facts.samplerBackends.compactMap { Proc.stat(pid_t($0)) }
        let samples = max(after.samples - before.samples, 1)
        let client = Double((after.cpu - before.cpu).nanosecondsRounded) / 1000 / Double(samples)
        func ticks(_ stats: [ProcessStat]) -> UInt64 { stats.reduce(0) { $0 + $1.userTicks + $1.systemTicks } }
        let server = Double(ticks(backends) - ticks(backendsBefore)) * 10_000 / Double(samples)
        print(
            "sampling \(sessions.count) idle sessions: \(samples) samples, query to last row "
                + "p50 \(after.p50Microseconds ?? 0) µs, p95 \(after.p95Microseconds ?? 0) µs; "
                + "per sample \(Int(client)) µs of our CPU, \(Int(server)) µs of PostgreSQL's; interval \(after.interval)")
        #expect(bench.sampler.latest?.row.total == 500)
    }
}
