import Foundation
import Glibc

/// Runs Seep beside its peers, prints the tables, and writes them to the page.
@main
struct Main {
    static func main() {
        do {
            let options = try Options(arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment)
            raiseDescriptorLimit()
            let page = try Page.measure(options)
            print(page.text)
            if options.isQuick {
                say("a quick run: \(options.page) is left as it is")
            } else {
                try page.text.write(toFile: options.page, atomically: true, encoding: .utf8)
                say("written to \(options.page)")
            }
            for target in page.missed { say("NOT MET: \(target.what): \(target.measured); \(target.wanted)") }
            exit(page.missed.isEmpty ? 0 : 1)
        } catch {
            say("\(error)")
            exit(2)
        }
    }

    /// The server and the clients inherit it: each has a descriptor for each connection.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
