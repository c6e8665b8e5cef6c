import ArgumentParser
import Foundation
import Harness
import LinuxIO
import Sampling
import Scenarios

/// `seep watch [--database URL] [-- COMMAND…]`.
struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sample and judge under a load that is not Seep's.",
        usage: """
            seep watch --database URL [options] -- k6 run script.js
            seep watch --database URL [--for 10m] [options]
            """,
        discussion: """
            Starts the command, waits for it, lets the sessions settle, and judges. Without a command it watches until it is interrupted.
            Silences in the load are found and used to tell what stays from what is in use; with none, nothing is proven.
            """)

    @Option(help: "libpq URL of the application's database; default: DATABASE_URL.")
    var database: String?

    @Option(help: "Which sessions are the application's: `application_name=cms`; default: its processes', else all in the database.")
    var sessions: String?

    @Option(help: ArgumentHelp("The application is this process, its group and its children.", valueName: "pid"))
    var serverPid: Int32?

    @Option(help: ArgumentHelp("The application is who listens on this port of this machine.", valueName: "port"))
    var listener: Int?

    @Option(help: ArgumentHelp("Sessions that each process of the application may keep.", valueName: "n"))
    var room: Int?

    @Option(help: "Sessions that it may hold at rest, a number or a share of the limit; default: 80%.")
    var budget: String?

    @Option(name: .customLong("for"), help: ArgumentHelp("How long to watch, without a command.", valueName: "time"))
    var limit: String?

    @Option(name: .customLong("repeat"), help: ArgumentHelp("Run the command so often, each with a settle.", valueName: "n"))
    var repeats = 1

    @Option(help: ArgumentHelp("The silence after the command.", valueName: "time"))
    var settle = "10s"

    @Option(help: ArgumentHelp("A silence this long in the load is a gap.", valueName: "time"))
    var gap = "3s"

    @Option(help: "The folder that results go to.")
    var results = "results"

    @Option(help: "The name of the results folder; default: the command's, or `watch`.")
    var name: String?

    @Flag(help: "Plain lines instead of a live block; always so with a command.")
    var plain = false

    @Flag(help: "Print nothing but the verdict.")
    var quiet = false

    @Flag(help: "Print verdict.json on standard output; the command's own output goes there, too.")
    var json = false

    @Argument(parsing: .postTerminator, help: "The command that makes the load, behind `--`.")
    var command: [String] = []

    func validate() throws {
        if serverPid != nil, listener != nil { throw ValidationError("Give --server-pid or --listener, not both.") }
        if let serverPid, serverPid < 1 { throw ValidationError("--server-pid is \(serverPid); expected the number of a process.") }
        if let listener, !(1...65_535).contains(listener) { throw ValidationError("--listener is \(listener); expected 1 to 65535.") }
        if let room, room < 0 { throw ValidationError("--room is \(room); expected 0 or more.") }
        if !(1...1000).contains(repeats) { throw ValidationError("--repeat is \(repeats); expected 1 to 1000.") }
        if repeats > 1, command.isEmpty { throw ValidationError("--repeat goes with a command behind `--`.") }
        if limit != nil, !command.isEmpty { throw ValidationError("--for goes without a command, which decides itself how long it takes.") }
        if let limit { _ = try duration(limit, "--for", least: .seconds(1)) }
        _ = try duration(settle, "--settle", least: .seconds(1))
        _ = try duration(gap, "--gap", least: .seconds(1))
    }

    func run() async throws {
        guard let url = database ?? ProcessInfo.processInfo.environment["DATABASE_URL"], !url.isEmpty else {
            Reading.complain("seep: name the database to watch: --database URL, or the variable DATABASE_URL")
            throw ExitCode(RunStatus.usage.rawValue)
        }
        let program = command.first.map { String($0.split(separator: "/").last ?? "watch") } ?? "watch"
        var options = WatchOptions(
            scenario: try Reading.orExit { () throws(ScenarioProblems) in
                try Scenario.watching(
                    database: url, sessions: sessions, budget: budget, name: name ?? program,
                    folder: FileManager.default.currentDirectoryPath)
            })
        if let serverPid { options.source = .server(serverPid) }
        if let listener { options.source = .listener(port: listener) }
        options.command = command
        options.repeats = repeats
        options.settle = try duration(settle, "--settle", least: .seconds(1))
        options.gap = try duration(gap, "--gap", least: .seconds(1))
        options.limit = try limit.map { try duration($0, "--for", least: .seconds(1)) }
        options.room = room
        options.run.results = results
        options.run.plain = plain || !command.isEmpty
        options.run.quiet = quiet
        options.run.json = json
        options.run.version = Seep.version
        throw ExitCode(await Session.watch(options).rawValue)
    }

    private func duration(_ text: String, _ flag: String, least: Duration) throws -> Duration {
        guard let duration = DurationText.parse(text), duration >= least else {
            throw ValidationError("\(flag) is \(text); expected a duration of at least \(DurationText.string(least)), like `90s` or `10m`.")
        }
        return duration
    }
}

extension Session {
    /// One call of `seep watch`. The first signal ends the command, or the watch; the verdict decides the exit code all the same.
    static func watch(_ options: WatchOptions) async -> RunStatus {
        let interruption = Interruption()
        SignalWatch.ignoreBrokenPipes()
        do {
            try interruption.watchSignals()
        } catch {
            Reading.complain("seep: signals cannot be watched: \(error)")
            return .fault
        }
        // What the command prints is its own; ours is told apart where it can be.
        let descriptor = options.run.json || !options.command.isEmpty ? STDERR_FILENO : STDOUT_FILENO
        let observer = TerminalObserver(
            options: options.run, descriptor: descriptor, environment: ProcessInfo.processInfo.environment)
        do {
            let outcome = try await WatchCommand(options: options, interruption: interruption).run(observer: observer)
            if options.run.json { FileHandle.standardOutput.write(try outcome.json()) }
            return outcome.status
        } catch {
            Reading.complain("seep: \(error.description)")
            return error.status
        }
    }
}
