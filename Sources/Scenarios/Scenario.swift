/// What to send, how fast, where, and what must hold: the whole of a scenario file as an immutable value.
///
/// A value of this type is right: the reader has checked every key, type and range, and nothing in it is looked up later
/// but the placeholders of ``Template``.
package struct Scenario: Hashable, Sendable, Codable {
    /// The name of the results folder; by default that of the file or folder.
    package var name: String
    /// The folder that relative paths in the scenario start from; absolute.
    package var folder: String
    /// The base URL under load; may hold `{{port}}` when there are servers.
    package var target: Template
    /// Whether a target that is neither loopback nor private may be loaded.
    package var authorized: Bool
    package var database: DatabaseSettings?
    /// Files that requests take values from, in the order of the scenario.
    package var data: [DataSet]
    package var http: HTTPSettings
    /// At least one.
    package var requests: [RequestSpec]
    /// The phases of one wave, in order; at least one.
    package var load: [LoadPhase]
    package var waves: WaveSettings
    package var tests: TestSettings
    /// The configurations of the application under test; empty when it is started by somebody else.
    package var servers: [ServerSpec]
    /// What must hold beside the verdict; in the order of the file.
    package var thresholds: [Threshold]
    /// Values that each server is run with; `nil`: none.
    package var matrix: Matrix?
    /// Whole runs of each configuration; 1 to 100.
    package var repeats = 1
    /// What the application has to bear; `nil`: not said.
    package var expected: ExpectedUse?
    /// Values of environment variables whose names say that they are secret, and passwords of databases' URLs in such variables,
    /// wherever the scenario uses them; never written down.
    package var secretValues: Set<String> = []

    private enum CodingKeys: String, CodingKey {
        case name, folder, target, authorized, database, data, http, requests, load, waves, tests, servers, thresholds, matrix, repeats,
            expected
    }

    package init(
        name: String, folder: String, target: Template, authorized: Bool = false, database: DatabaseSettings? = nil,
        data: [DataSet] = [], http: HTTPSettings = HTTPSettings(), requests: [RequestSpec], load: [LoadPhase] = [.standard],
        waves: WaveSettings = WaveSettings(), tests: TestSettings = TestSettings(), servers: [ServerSpec] = [],
        thresholds: [Threshold] = []
    ) {
        self.name = name
        self.folder = folder
        self.target = target
        self.authorized = authorized
        self.database = database
        self.data = data
        self.http = http
        self.requests = requests
        self.load = load
        self.waves = waves
        self.tests = tests
        self.servers = servers
        self.thresholds = thresholds
    }

    /// Runs recorded by an earlier Seep lack what it did not know.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        folder = try container.decode(String.self, forKey: .folder)
        target = try container.decode(Template.self, forKey: .target)
        authorized = try container.decode(Bool.self, forKey: .authorized)
        database = try container.decodeIfPresent(DatabaseSettings.self, forKey: .database)
        data = try container.decodeIfPresent([DataSet].self, forKey: .data) ?? []
        http = try container.decode(HTTPSettings.self, forKey: .http)
        requests = try container.decode([RequestSpec].self, forKey: .requests)
        load = try container.decode([LoadPhase].self, forKey: .load)
        waves = try container.decode(WaveSettings.self, forKey: .waves)
        tests = try container.decode(TestSettings.self, forKey: .tests)
        servers = try container.decode([ServerSpec].self, forKey: .servers)
        thresholds = try container.decode([Threshold].self, forKey: .thresholds)
        matrix = try container.decodeIfPresent(Matrix.self, forKey: .matrix)
        repeats = try container.decodeIfPresent(Int.self, forKey: .repeats) ?? 1
        expected = try container.decodeIfPresent(ExpectedUse.self, forKey: .expected)
    }
}

extension Scenario {
    /// Every request that can be sent, those of flows in their place; their names are the classes' of a run.
    package var sentRequests: [RequestSpec] { requests.flatMap { $0.flow?.requests ?? [$0] } }
}

/// A string with placeholders `{{name}}`, kept as written; values are put in when a cell begins.
package struct Template: Hashable, Sendable, Codable, ExpressibleByStringLiteral {
    package var text: String

    package init(_ text: String) { self.text = text }
    package init(stringLiteral value: String) { text = value }
}

/// Where the sessions live, and which of them are the application's.
package struct DatabaseSettings: Hashable, Sendable, Codable {
    package enum Source: Hashable, Sendable, Codable {
        /// A libpq URI or keyword string. Holds a password: never printed.
        case url(String)
        /// Seep starts a PostgreSQL of its own.
        case throwaway
    }

    package var source: Source
    /// Settings of the throwaway cluster, `postgresql.conf` names and values.
    package var settings: [String: String]
    /// The sampling interval; 10 ms to 60 s.
    package var every: Duration
    /// Which sessions are the application's; `nil`: its processes' when known, else all in the database of the URL.
    package var sessions: SessionFilter?
    /// How much of the limit the application may hold after a settle.
    package var budget: Budget
    /// The admin console of the PgBouncer between application and PostgreSQL; may hold `{{port}}`. Holds a password: never printed.
    package var pgbouncer: Template?

    package init(
        source: Source, settings: [String: String] = [:], every: Duration = .milliseconds(100), sessions: SessionFilter? = nil,
        budget: Budget = .percent(80), pgbouncer: Template? = nil
    ) {
        self.source = source
        self.settings = settings
        self.every = every
        self.sessions = sessions
        self.budget = budget
        self.pgbouncer = pgbouncer
    }
}

/// Sessions picked by what PostgreSQL knows of them; every given field must match exactly.
package struct SessionFilter: Hashable, Sendable, Codable {
    package var applicationName: String?
    package var role: String?
    package var database: String?
    /// An address as PostgreSQL prints it (`client_addr`).
    package var clientAddress: String?

    package init(applicationName: String? = nil, role: String? = nil, database: String? = nil, clientAddress: String? = nil) {
        self.applicationName = applicationName
        self.role = role
        self.database = database
        self.clientAddress = clientAddress
    }
}

/// A share of the limit of sessions, or a number of them.
package enum Budget: Hashable, Sendable, Codable {
    /// Above 0, at most 100.
    case percent(Double)
    case sessions(Int)

    /// The number of sessions allowed when `limit` may be had.
    package func sessions(of limit: Int) -> Int {
        switch self {
        case .percent(let share): Int((Double(limit) * share / 100).rounded(.down))
        case .sessions(let count): count
        }
    }
}

/// How many rounds of load, and the silence after each.
package struct WaveSettings: Hashable, Sendable, Codable {
    package var count: Int
    package var settle: Duration
    /// As many waves as fit into so long, counted from the start of the first, and `count` at least; `nil`: `count` alone decides.
    package var soak: Duration?

    package init(count: Int = 5, settle: Duration = .seconds(5), soak: Duration? = nil) {
        self.count = count
        self.settle = settle
        self.soak = soak
    }
}

/// The parts of a run beside the waves; `nil` where switched off.
package struct TestSettings: Hashable, Sendable, Codable {
    /// The silence before any load.
    package var baseline: Duration?
    /// The longest that the warm-up ladder may take.
    package var warmUp: Duration?
    /// How many requests the unit dose sends one at a time.
    package var unitDose: Int?
    /// A silence longer than the idle timers of servers and pools.
    package var longIdle: Duration?

    package init(
        baseline: Duration? = .seconds(5), warmUp: Duration? = .seconds(20), unitDose: Int? = 20, longIdle: Duration? = .seconds(45)
    ) {
        self.baseline = baseline
        self.warmUp = warmUp
        self.unitDose = unitDose
        self.longIdle = longIdle
    }
}

/// One configuration of the application under test.
package struct ServerSpec: Hashable, Sendable, Codable {
    package struct Stop: Hashable, Sendable, Codable {
        /// A signal's name without SIG: TERM, INT, QUIT, HUP, USR1, USR2 or KILL.
        package var signal: String
        /// How long it may take before the group is killed.
        package var within: Duration

        package init(signal: String = "TERM", within: Duration = .seconds(10)) {
            self.signal = signal
            self.within = within
        }
    }

    package var name: String
    /// The base URL of this server; `nil`: the scenario's.
    package var target: Template?
    /// Run once by `/bin/sh -c`, then remembered by its hash; `nil` when there is nothing to set up.
    package var setup: Template?
    /// Run by `/bin/sh -c` in each cell, before the command and with its environment; `nil` when there is nothing to prepare.
    package var prepare: Template?
    /// Run by `/bin/sh -c`, exec'd; `nil`: somebody else runs it.
    package var command: Template?
    /// Relative to the scenario's folder.
    package var workdir: String
    package var environment: [String: Template]
    /// The path that answers below 500 once the server is ready; `nil`: the port accepts.
    package var ready: String?
    /// How long the server may take to be ready.
    package var readyWithin: Duration
    package var stop: Stop
    /// Declared worker processes and threads each; room = workers × threads × databases.
    package var workers: Int?
    package var threads: Int?
    /// A declared pool size per worker; takes the place of threads in room.
    package var pool: Int?
    /// The verdict that is wanted; `nil`: clean or bounded.
    package var expect: String?
    /// The admin console of the PgBouncer that this server goes through; goes before ``DatabaseSettings/pgbouncer``.
    package var pgbouncer: Template?
    /// Keys whose value is put together from the matrix's, and what it is put together from: `workers`, `threads`, `pool`, `expect`,
    /// `ready`, `workdir`.
    package var fromMatrix: [String: Template] {
        get { matrixTexts ?? [:] }
        set { matrixTexts = newValue.isEmpty ? nil : newValue }
    }

    /// Runs recorded by an earlier Seep lack it.
    private var matrixTexts: [String: Template]?

    package init(
        name: String, target: Template? = nil, setup: Template? = nil, prepare: Template? = nil, command: Template?, workdir: String = ".",
        environment: [String: Template] = [:],
        ready: String? = nil, readyWithin: Duration = .seconds(60), stop: Stop = Stop(), workers: Int? = nil, threads: Int? = nil,
        pool: Int? = nil, expect: String? = nil, pgbouncer: Template? = nil
    ) {
        self.name = name
        self.target = target
        self.setup = setup
        self.prepare = prepare
        self.command = command
        self.workdir = workdir
        self.environment = environment
        self.ready = ready
        self.readyWithin = readyWithin
        self.stop = stop
        self.workers = workers
        self.threads = threads
        self.pool = pool
        self.expect = expect
        self.pgbouncer = pgbouncer
    }

    /// Whether Seep starts it.
    package var isManaged: Bool { command != nil }

    /// The sessions that the scenario declares the application may keep (workers × threads, or workers × pool); `nil` when undeclared.
    package var declaredRoom: Int? {
        guard let each = pool ?? threads else { return nil }
        return each * (workers ?? 1)
    }
}
