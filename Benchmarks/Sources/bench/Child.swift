import Foundation
import Glibc

/// A process that ran to its end, and what it cost.
struct Finished {
    var output: String
    var exitCode: Int32
    /// User and system time of the process and of its children that it waited for, from wait4(2), seconds.
    var cpu: Double
    /// From its start to its end, seconds.
    var wall: Double
    /// The most memory that it held, kB; at least what we held when it was started.
    var peakKB: Int
}

/// A process of ours: bound to cores, its output in a file, always ended.
///
/// Not for use from several threads.
final class Child {
    private let pid: pid_t
    private let program: String
    private let outputPath: String
    private let started = DispatchTime.now()
    private var isEnded = false

    /// - Parameter core: the only core that it may use; `nil`: any.
    init(_ arguments: [String], core: Int? = nil) throws {
        program = arguments[0]
        let command = core.map { ["taskset", "--cpu-list", String($0)] + arguments } ?? arguments
        outputPath = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID().uuidString)").path
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let words = command.map { strdup($0) }
        defer { words.forEach { free($0) } }
        var child = pid_t()
        let code = posix_spawnp(&child, command[0], &actions, nil, words + [nil], environ)
        guard code == 0 else { throw Failure("\(command[0]) cannot be started: \(String(cString: strerror(code)))") }
        pid = child
    }

    deinit {
        if !isEnded { _ = try? stop() }
        unlink(outputPath)
    }

    var output: String { (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "" }

    /// Waits for its end; kills it and fails when that takes longer than `limit` seconds.
    ///
    /// - Parameter codes: the exit codes that are none of a failure.
    func finish(within limit: Double, codes: Set<Int32> = [0]) throws -> Finished {
        guard let finished = wait(limit) else {
            _ = try stop()
            throw Failure("\(program) did not end within \(Int(limit)) s:\n\(output.suffix(500))")
        }
        guard codes.contains(finished.exitCode) else {
            throw Failure("\(program) ended with \(finished.exitCode):\n\(output.suffix(500))")
        }
        return finished
    }

    /// SIGTERM, then SIGKILL after 10 seconds.
    func stop() throws -> Finished {
        kill(pid, SIGTERM)
        if let finished = wait(10) { return finished }
        kill(pid, SIGKILL)
        guard let finished = wait(10) else { throw Failure("\(program) cannot be ended") }
        return finished
    }

    private func wait(_ limit: Double) -> Finished? {
        let deadline = started.advanced(by: elapsed + limit)
        while true {
            var status: Int32 = 0
            var usage = rusage()
            let result = wait4(pid, &status, WNOHANG, &usage)
            if result == pid {
                isEnded = true
                let signal = status & 0x7F
                return Finished(
                    output: output, exitCode: signal == 0 ? (status >> 8) & 0xFF : 128 + signal,
                    cpu: usage.ru_utime.seconds + usage.ru_stime.seconds,
                    wall: elapsed, peakKB: Int(usage.ru_maxrss))
            }
            if result < 0 && errno != EINTR { return nil }
            if DispatchTime.now() > deadline { return nil }
            usleep(5_000)
        }
    }

    private var elapsed: Double { Double(DispatchTime.now().uptimeNanoseconds - started.uptimeNanoseconds) / 1e9 }

    /// Whether it still runs; it is not waited for.
    var isRunning: Bool { !isEnded && kill(pid, 0) == 0 }
}

extension DispatchTime {
    fileprivate func advanced(by seconds: Double) -> DispatchTime { self + seconds }
}

extension timeval {
    fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}

struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Runs a command to its end, and gives the first line that it prints; empty when it cannot be run.
func firstLine(of arguments: [String]) -> String {
    guard let child = try? Child(arguments) else { return "" }
    _ = try? child.finish(within: 10)
    return child.output.split(separator: "\n").first.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
}
