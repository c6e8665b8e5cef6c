import ArgumentParser
import Foundation
import Harness
import Scenarios

/// `seep run SCENARIO…` and `seep run URL… --database URL`.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run scenarios, or load URLs, and judge.",
        usage: """
            seep run SCENARIO… [--server NAME] [--quick] [options]
            seep run URL… --database URL [-X METHOD] [-H HEADER] [-d BODY] [-c N] [-n N | -z TIME | --rate RATE] [options]
            """)

    @Argument(help: "Scenario files or folders; or URLs of one running application.")
    var what: [String] = []

    @OptionGroup var url: URLFlags
    @OptionGroup var reading: ReadingFlags

    @Option(name: .customLong("server"), help: "Only the servers of this name; `*` and `?` match. Repeatable.")
    var servers: [String] = []

    @Option(
        name: .customLong("only"),
        help: ArgumentHelp("Only the cells with this value of the matrix; `*` and `?` match. Repeatable.", valueName: "key=value"))
    var only: [String] = []

    @Flag(help: "Print the cells with the verdict that is wanted of each, and run nothing.")
    var list = false

    @Option(
        name: .customLong("repeat"),
        help: ArgumentHelp("Runs of each configuration, in the place of the scenario's `repeat`.", valueName: "n"))
    var repeats: Int?

    @Flag(help: "Go on with the newest run of the scenario: cells that came to their end are taken as they are.")
    var resume = false

    @Option(help: ArgumentHelp("A recorded run to compare with; exit code 1 where this one is worse beyond noise.", valueName: "dir"))
    var baseline: String?

    @Flag(help: "Three waves and shorter silences; no long idle.")
    var quick = false

    @Flag(help: "Send each request alone, by halving where there are many, to tell which of them leave sessions.")
    var isolate = false

    @Option(help: "The folder that results go to.")
    var results = "results"

    @Option(help: "Deals and shuffles requests; the same seed sends the same.")
    var seed: UInt64 = 1

    @Option(help: "Threads that send; a step uses at most as many as it has requests in flight.")
    var threads = 1

    @Flag(help: "Plain lines instead of a live block, also on a terminal.")
    var plain = false

    @Flag(help: "Print nothing but the verdict.")
    var quiet = false

    @Flag(help: "Print verdict.json (an array of several) on standard output, and nothing else there.")
    var json = false

    @Flag(help: "Open the report in a browser when the run has ended.")
    var open = false

    @Flag(help: "Exit codes for `git bisect run`: 125, skip, where nothing can be said of a commit; 128 for a wrong scenario.")
    var bisect = false

    func validate() throws {
        if !(1...RunOptions.mostThreads).contains(threads) {
            throw ValidationError("--threads \(threads): a number from 1 to \(RunOptions.mostThreads) is expected.")
        }
        for text in only where CellPlan.Only(text) == nil {
            throw ValidationError("--only \(text) has no value: write --only KEY=VALUE, with a name of the matrix.")
        }
        if let repeats, !(1...100).contains(repeats) { throw ValidationError("--repeat takes a whole number from 1 to 100.") }
        if list, resume { throw ValidationError("--list runs nothing, and so does not go on with anything.") }
        if what.isEmpty { throw ValidationError("Name a scenario, or a URL with --database.") }
    }

    func run() async throws {
        let scenarios: [Scenario]
        do {
            scenarios = try readOrExit()
        } catch let code as ExitCode where bisect {
            throw ExitCode(RunStatus(rawValue: code.rawValue)?.forBisect ?? code.rawValue)
        }
        var options = RunOptions()
        options.servers = servers
        options.only = only.compactMap(CellPlan.Only.init)
        options.repeats = repeats
        options.resume = resume
        options.baseline = baseline
        options.quick = quick
        options.isolate = isolate
        options.results = results
        options.seed = seed
        options.threads = threads
        options.plain = plain
        options.quiet = quiet
        options.json = json
        options.version = Seep.version
        if list {
            try Session.list(scenarios, options: options)
            return
        }
        let status = await Session.run(scenarios, options: options, open: open)
        throw ExitCode(bisect ? status.forBisect : status.rawValue)
    }

    private func readOrExit() throws -> [Scenario] {
        let urls = what.filter { $0.hasPrefix("http://") || $0.hasPrefix("https://") }
        if !urls.isEmpty {
            guard urls.count == what.count else { throw ValidationError("Give scenarios or URLs, not both.") }
            if !reading.sets.isEmpty { throw ValidationError("--set changes a scenario file, and there is none.") }
            if reading.environment != nil { throw ValidationError("--environment chooses in a scenario file, and there is none.") }
            return [try Reading.orExit { () throws(ScenarioProblems) in try url.scenario(urls) }]
        }
        if let flag = url.given { throw ValidationError("\(flag) goes with URLs; a scenario file has its own settings (or use --set).") }
        return try Reading.scenarios(what, reading)
    }
}

/// The flags that stand in for a scenario file.
struct URLFlags: ParsableArguments {
    @Option(help: "libpq URL of the database to watch, or `throwaway`.")
    var database: String?

    @Option(
        name: [.customShort("X"), .customLong("method")], help: ArgumentHelp("The method: GET, or POST with a body.", valueName: "method"))
    var method: String?

    @Option(
        name: [.customShort("H"), .customLong("header")], help: ArgumentHelp("A header `Name: value`. Repeatable.", valueName: "header"))
    var headers: [String] = []

    @Option(name: [.customShort("d"), .customLong("data")], help: ArgumentHelp("The body.", valueName: "body"))
    var body: String?

    @Option(help: "The statuses wanted, like `200,404`; default: 2xx and 3xx.")
    var expect: String?

    @Option(help: "Which sessions are the application's: `application_name=cms`; default: its processes', else all in the database.")
    var sessions: String?

    @Option(name: [.customShort("c"), .long], help: "Requests in flight at once.")
    var concurrency: String?

    @Option(name: [.customShort("n"), .long], help: "Requests in a wave.")
    var requests: String?

    @Option(name: [.customShort("z"), .long], help: "How long a wave lasts, like `30s`.")
    var duration: String?

    @Option(help: "Arrivals, like `50/s`, whatever the server does; with --duration.")
    var rate: String?

    @Option(help: "How long a request may take, like `2s`; default: 10 s.")
    var timeout: String?

    @Option(name: [.customShort("u"), .long], help: ArgumentHelp("Basic authentication.", valueName: "name:password"))
    var user: String?

    @Option(name: .customLong("ca"), help: ArgumentHelp("Certificates to believe in place of the system's.", valueName: "file"))
    var authorities: String?

    @Flag(name: [.customShort("k"), .long], help: "Believe any certificate.")
    var insecure = false

    @Option(name: [.customShort("x"), .long], help: ArgumentHelp("An HTTP proxy.", valueName: "url"))
    var proxy: String?

    @Option(name: .customLong("unix-socket"), help: ArgumentHelp("Connect to this socket; the host is a name only.", valueName: "path"))
    var socket: String?

    @Option(help: "The name of the results folder; default: host and port.")
    var name: String?

    @Flag(help: "The target may be loaded though it is neither on this machine nor in a private network.")
    var authorized = false

    /// The first of these flags that was given.
    var given: String? {
        let flags: [(String, Bool)] = [
            ("--database", database != nil), ("-X", method != nil), ("-H", !headers.isEmpty), ("-d", body != nil),
            ("--expect", expect != nil),
            ("--sessions", sessions != nil), ("-c", concurrency != nil), ("-n", requests != nil), ("-z", duration != nil),
            ("--rate", rate != nil), ("--timeout", timeout != nil), ("-u", user != nil), ("--ca", authorities != nil), ("-k", insecure),
            ("-x", proxy != nil), ("--unix-socket", socket != nil), ("--name", name != nil), ("--authorized", authorized),
        ]
        return flags.first { $0.1 }?.0
    }

    func scenario(_ urls: [String]) throws(ScenarioProblems) -> Scenario {
        try Scenario.fromURLs(
            ScenarioFlags(
                urls: urls, database: database, method: method, headers: headers, body: body, expect: expect, sessions: sessions,
                concurrency: concurrency, requests: requests, duration: duration, rate: rate, name: name, authorized: authorized,
                connection: ScenarioFlags.Connection(
                    timeout: timeout, authorities: authorities, isInsecure: insecure, proxy: proxy, socket: socket, user: user)),
            folder: FileManager.default.currentDirectoryPath)
    }
}
