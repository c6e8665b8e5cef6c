import Foundation

/// Runs Seep beside its peers, prints the tables, and writes them to the page.
@main
struct Main {
    static func main() {
        do {
            let options = try Options(arguments: CommandLine.arguments, environment: ProcessInfo.processInfo.environment)
            let page = try Page.measure(options)
            print(page.text)
            if options.isQuick {
                say("a quick run: \(options.page) is left as it is")
            } else {
                try page.text.write(toFile: options.page, atomically: true, encoding: .utf8)
                say("written to \(options.page)")
            }
            for shortfall in page.shortfalls { say("NOT MET: \(shortfall)") }
            exit(page.shortfalls.isEmpty ? 0 : 1)
        } catch {
            say("\(error)")
            exit(2)
        }
    }
}
