import LinuxIO
import Postgres
import Synchronization

/// The whole of it: a front end, workers, and a clock, around one application.
final class Server: Sendable {
    struct Configuration: Sendable {
        /// 0 for one that the kernel picks.
        var port: Int
        var database: String
        var settings: ShapeSettings
        var slow = Duration.milliseconds(200)
    }

    let port: Int
    let application: Application
    private let exchange: Exchange
    private let threads: Mutex<[KernelThread]>

    /// How often the policy is told of the time.
    private static let tick = Duration.milliseconds(20)

    /// Listens, reaches the database, and starts the threads. Clients may connect when it returns.
    init(_ configuration: Configuration) throws(StartError) {
        let listening = try ListeningSocket(port: configuration.port)
        let settings = configuration.settings
        application = try Self.reachDatabase(configuration)
        port = listening.port
        do throws(SystemError) {
            let exchange = try Exchange()
            self.exchange = exchange
            threads = Mutex(try Self.startThreads(listening, exchange, application, settings.threads, configuration.slow))
        } catch {
            throw StartError(description: "the server cannot start: \(error)")
        }
    }

    private static func reachDatabase(_ configuration: Configuration) throws(StartError) -> Application {
        let settings = configuration.settings
        do throws(PostgresError) {
            let source = try SessionSource(configuration.database, idleTimeout: settings.shape == .reaped ? settings.after : nil)
            do throws(PostgresError) {
                try source.open().run("SELECT 1 AS start")
                let application = Application(settings, source: source)
                try application.start()
                return application
            } catch {
                throw PostgresError(
                    error.kind, operation: error.operation, message: "\(source.description): \(error.message)", sqlstate: error.sqlstate)
            }
        } catch {
            throw StartError(description: "\(error); \(advice(error))")
        }
    }

    private static func advice(_ error: PostgresError) -> String {
        switch error.kind {
        case .tooManyConnections: "end sessions, or raise max_connections or the limit of the role or database"
        case .authenticationFailed: "give a role and a password that may log in, in --database or DATABASE_URL"
        case .databaseMissing: "create the database, or name another one in --database or DATABASE_URL"
        // An unknown setting: that of the shape reaped.
        case .connectionFailed where error.sqlstate == "42704": "the shape needs idle_session_timeout: PostgreSQL 14 or newer"
        case .usage: "correct --database or DATABASE_URL"
        default: "start PostgreSQL, or correct --database or DATABASE_URL"
        }
    }

    private static func startThreads(
        _ listening: consuming ListeningSocket, _ exchange: Exchange, _ application: Application, _ workers: Int, _ slow: Duration
    ) throws(SystemError) -> [KernelThread] {
        let clock = Monitor<[ShapeEvent]>([])
        // What happens to clients goes by the clock's thread: opening a session would hold up the front end.
        let frontEnd = try FrontEnd(listening, exchange) { event in clock.change { $0.append(event) } }
        let handOver = Mutex<FrontEnd?>(frontEnd)
        var threads: [KernelThread] = []
        do throws(SystemError) {
            for number in 0..<workers {
                let worker = Worker(number: number, application: application, exchange: exchange, slow: slow)
                threads.append(try KernelThread(name: "leaky-\(number)") { worker.run() })
            }
            threads.append(try KernelThread(name: "leaky-clock") { runClock(clock, exchange, application) })
            threads.append(
                try KernelThread(name: "leaky-http") {
                    let frontEnd = handOver.withLock { $0.take() }
                    do throws(SystemError) {
                        try frontEnd?.run()
                    } catch {
                        printError("leaky: the HTTP server has ended: \(error)")
                        exchange.stop()
                    }
                })
        } catch {
            exchange.stop()
            for thread in threads { thread.join() }
            throw error
        }
        return threads
    }

    private static func runClock(_ events: Monitor<[ShapeEvent]>, _ exchange: Exchange, _ application: Application) {
        var nextTick = MonotonicInstant.now + tick
        var nextBurial = MonotonicInstant.now + .milliseconds(500)
        while !exchange.isStopping {
            let event = events.wait(until: nextTick) { $0.isEmpty ? nil : $0.removeFirst() }
            if let event { application.tell(event) }
            let now = MonotonicInstant.now
            if now >= nextTick {
                nextTick = now + tick
                application.tell(.ticked)
            }
            if now >= nextBurial {
                nextBurial = now + .milliseconds(500)
                application.bury()
            }
        }
    }

    /// Waits until the server has ended by itself.
    func wait() {
        for thread in threads.withLock({ $0 }) { thread.join() }
    }

    /// Ends threads, connections and sessions; for tests. The program itself ends by a signal.
    func stop() {
        exchange.stop()
        wait()
        application.closeAll()
    }
}
