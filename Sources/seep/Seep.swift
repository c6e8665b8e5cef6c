import ArgumentParser
import Foundation
import Harness

@main
struct Seep: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "seep",
        abstract: "Loads an application, watches its PostgreSQL sessions, and says whether it leaks them.",
        discussion: """
            Exit codes: 0 all as wanted; 1 a verdict failed; 2 wrong command line or scenario; 3 inconclusive; 4 the target, the
            database or a server could not be used; 70 a fault of Seep's own; 130/143 interrupted.
            """,
        version: version,
        subcommands: [Run.self, Check.self, Watch.self, Judge.self, Compare.self, Report.self, Init.self, Demo.self])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let status as ExitCode {
            Foundation.exit(status.rawValue)
        } catch {
            end(error)
        }
    }

    /// Help and version go to standard output with 0; a wrong command line goes to standard error with 2.
    private static func end(_ error: any Error) -> Never {
        let code = exitCode(for: error)
        let message = fullMessage(for: error)
        if code == .success {
            print(message)
            Foundation.exit(0)
        }
        FileHandle.standardError.write(Data((message + "\n").utf8))
        Foundation.exit(code == .validationFailure ? RunStatus.usage.rawValue : RunStatus.fault.rawValue)
    }
}
