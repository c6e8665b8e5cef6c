import ArgumentParser
import Harness

/// `seep demo`.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find a leak in a server that leaks, and pass one that keeps a pool, in under a minute.",
        discussion: "Starts `leaky` and a PostgreSQL of its own. The exit code is 1: one of the two leaks.")

    @Option(help: "The folder that results go to.")
    var results = "results"

    @Flag(help: "Plain lines instead of a live block.")
    var plain = false

    func run() async throws {
        var options = RunOptions()
        options.quick = true
        options.results = results
        options.plain = plain
        options.version = Seep.version
        do {
            let status = await Session.run([try DemoScenario.make()], options: options)
            throw ExitCode(status.rawValue)
        } catch let failure as RunFailure {
            Reading.complain("seep: \(failure)")
            throw ExitCode(failure.status.rawValue)
        }
    }
}
