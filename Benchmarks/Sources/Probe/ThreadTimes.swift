import Foundation
import LinuxIO

/// Processor time of the threads of this process, and of other processes, in clock ticks of 10 ms.
enum ThreadTimes {
    /// By thread name; threads of the same name are added.
    static var own: [String: UInt64] {
        var times: [String: UInt64] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? [] {
            guard let bytes = Proc.read("/proc/self/task/\(name)/stat"), let stat = ProcessStat(parsing: bytes, pageBytes: 4096) else {
                continue
            }
            times[stat.command, default: 0] += stat.ticks
        }
        return times
    }

    /// Processor time of the calling thread.
    static var thisThreadNanoseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    static func seconds(_ ticks: UInt64) -> Double { Double(ticks) / 100 }
}

extension ProcessStat {
    var ticks: UInt64 { userTicks + systemTicks }
}
