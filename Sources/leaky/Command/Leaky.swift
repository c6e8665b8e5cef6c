import ArgumentParser
import Glibc
import LinuxIO

/// The command line of `leaky`.
@main struct Leaky: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leaky", abstract: "An HTTP server on 127.0.0.1 that leaks PostgreSQL sessions, or only looks like it.",
        discussion: ShapeHelp.text)

    @Option(help: "The port of 127.0.0.1 to listen on; 0 lets the kernel pick one.")
    var port: Int

    @Option(help: "The database: a libpq URI or keywords. Default: the variable DATABASE_URL, which other users cannot read.")
    var database: String?

    @Option(help: ArgumentHelp("How sessions are held; see above.", valueName: "name"))
    var shape: Shape

    @Option(help: "Worker threads; any of them may serve any request.")
    var threads = 8

    @Option(
        help: ArgumentHelp(
            "One in how many is lost (one-in-n: by chance; inside-pool: exactly), or how many a worker serves (worker-*).", valueName: "n"))
    var every: Int?

    @Option(help: ArgumentHelp("The timer of the shape: 250ms, 3s, 2m, 1h.", valueName: "time"))
    var after: TimeArgument?

    @Option(help: ArgumentHelp("The size of the shape's pool, or what `collected` holds before it collects.", valueName: "n"))
    var size: Int?

    @Option(help: ArgumentHelp("inside-pool: a request that finds the pool empty gets 503, or no answer.", valueName: "refuse|hang"))
    var whenExhausted: Exhaustion?

    @Option(help: ArgumentHelp("Multiplies every timer of the server; at 1 a judged run takes some 15 s.", valueName: "factor"))
    var scale = 1.0

    @Option(help: ArgumentHelp("How long /slow sleeps in PostgreSQL.", valueName: "time"))
    var slow = TimeArgument(.milliseconds(200))

    @Option(help: "The seed of everything that is left to chance.")
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Ends by itself after this time, so that it is not forgotten.", valueName: "time"))
    var stopAfter = TimeArgument(.seconds(3600))

    /// Of a worker process: its server is the other end of its standard input.
    @Flag(help: .hidden)
    var untilInputEnds = false

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let error as StartError {
            printError("leaky: \(error)")
            Glibc.exit(ExitStatus.unusable)
        } catch {
            let text = fullMessage(for: error)
            guard exitCode(for: error) == .success else {
                printError(text)
                Glibc.exit(ExitStatus.wrongUsage)
            }
            print(text)
        }
    }

    func validate() throws {
        func require(_ condition: Bool, _ message: String) throws {
            guard condition else { throw ValidationError(message) }
        }
        try require((0...65_535).contains(port), "--port is \(port); expected 0 to 65535")
        try require((1...512).contains(threads), "--threads is \(threads); expected 1 to 512")
        try require((1...1_000_000).contains(every ?? 1), "--every is \(every ?? 1); expected 1 to 1000000")
        try require((1...10_000).contains(size ?? 1), "--size is \(size ?? 1); expected 1 to 10000")
        try require(scale.isFinite && scale >= 0.01 && scale <= 1000, "--scale is \(scale); expected 0.01 to 1000")
        try require(database?.isEmpty != true, "--database is empty; expected postgresql://role@host:port/database")
        let given: [(Knob, Bool)] = [
            (.every, every != nil), (.after, after != nil), (.size, size != nil), (.whenExhausted, whenExhausted != nil),
        ]
        for (knob, isGiven) in given where isGiven && !shape.note.knobs.contains(knob) {
            let users = Shape.allCases.filter { $0.note.knobs.contains(knob) }.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--shape \(shape.rawValue) has no \(knob.rawValue); it belongs to \(users)")
        }
    }

    /// The settings of the shape, with times scaled.
    var settings: ShapeSettings {
        var settings = ShapeSettings(shape)
        settings.threads = threads
        settings.every = every ?? settings.every
        settings.size = size ?? settings.size
        settings.after = (after?.duration ?? settings.after) * scale
        settings.whenExhausted = whenExhausted ?? settings.whenExhausted
        settings.seed = seed
        return settings
    }

    func run() throws {
        guard let database = database ?? getenv("DATABASE_URL").map({ String(cString: $0) }), !database.isEmpty else {
            throw ValidationError("no database: give --database, or set DATABASE_URL to postgresql://role@host:port/database")
        }
        Lifetime.prepare(stopAfter: stopAfter.duration)
        let server = try Server(
            Server.Configuration(port: port, database: database, settings: settings, slow: slow.duration * scale))
        print("leaky: shape \(shape.rawValue) on http://127.0.0.1:\(server.port)")
        fflush(nil)
        try Lifetime.endLater(stopAfter.duration)
        if untilInputEnds { try Lifetime.endWithInput() }
        server.wait()
        throw StartError(description: "the HTTP server has ended")
    }
}
