package import Measurements
import Verdicts

/// One run of the corpus: which shape, how much can be seen, and the seed that all the rest is drawn from.
package struct GeneratedCase: Hashable, Sendable {
    /// How much the run can see.
    package enum View: String, CaseIterable, Sendable, Codable {
        /// The processes of the server are known or its room is declared, and nobody else's sessions are taken for its.
        case seen
        /// Neither is known: the room of the application is what the peak in flight tells.
        case unseen
        /// As unseen, and others work in the same database under names that tell nothing.
        case shared
    }

    package var shape: Shape
    package var view: View
    package var isQuick: Bool
    package var seed: UInt64
    /// A thin leak in the place of what the shape draws.
    package var thin: Thin?

    /// One request in `oneIn` leaves its session; the others close theirs.
    package struct Thin: Hashable, Sendable {
        /// What is known of the room.
        package enum Room: String, CaseIterable, Sendable {
            /// The scenario declares that nothing is kept.
            case none
            /// It declares eight threads.
            case eight
            /// A process with eight threads and two more is seen.
            case threads
            case unknown
        }

        package var oneIn: Int
        package var requestsPerWave: Int
        package var concurrency: Int
        package var room: Room

        package init(oneIn: Int, requestsPerWave: Int, concurrency: Int, room: Room) {
            self.oneIn = oneIn
            self.requestsPerWave = requestsPerWave
            self.concurrency = concurrency
            self.room = room
        }
    }

    package init(shape: Shape, view: View = .seen, isQuick: Bool = false, seed: UInt64, thin: Thin? = nil) {
        self.shape = shape
        self.view = view
        self.isQuick = isQuick
        self.seed = seed
        self.thin = thin
    }

    /// Carries out the run.
    ///
    /// - Parameter files: where its rows are written as well; `nil`: nowhere.
    package func run(files: RunDirectory? = nil) -> RunOutcome {
        var chance = Chance(seed: seed, stream: "\(shape.rawValue) \(view.rawValue) \(isQuick) \(thin.map { "\($0)" } ?? "")")
        var setting = draw(&chance)
        let behaviour: any Behaviour
        if let thin {
            behaviour = Self.thin(thin, &setting)
        } else {
            behaviour = shape.application(&setting, &chance)
        }
        if !setting.roomIsPool { setting.roomPerWorker = setting.layout.threads }
        let capacity = setting.layout.workers * setting.roomPerWorker
        // So many slots that the healthy application fits its budget beside the others.
        let needed = (capacity + setting.concurrency + 8) * (setting.others == .nobody ? 4 : 5) / 3
        setting.slots = chance.pick([20, 47, 97, 97, 197, 497, 997].filter { $0 >= needed } + [997])
        return GeneratedRun(setting: setting, behaviour: behaviour, chance: chance, files: files).run()
    }

    private static func thin(_ thin: Thin, _ setting: inout Setting) -> any Behaviour {
        setting.right = [.leak]
        setting.requestsPerWave = thin.requestsPerWave
        setting.concurrency = thin.concurrency
        setting.rate = nil
        setting.layout.workers = 1
        setting.layout.threads = 8
        setting.room = thin.room == .unknown ? .unknown : thin.room == .threads ? .threads : .declared
        setting.roomIsPool = thin.room == .none
        setting.roomPerWorker = thin.room == .none ? 0 : 8
        if thin.room != .unknown { setting.view.seesProcesses = true }
        let fresh = FreshSessions()
        fresh.forgets = { _, plant in plant.chance.happens(1 / Double(thin.oneIn)) ? 1 : 0 }
        return fresh
    }

    private func draw(_ chance: inout Chance) -> Setting {
        var setting = Setting()
        setting.isQuick = isQuick
        setting.layout.workers = chance.pick([1, 1, 1, 2, 4])
        setting.layout.threads = chance.pick([2, 4, 8, 8, 16])
        setting.layout.threadPick = chance.pick(Layout.ThreadPick.allCases)
        setting.layout.serviceMicroseconds = chance.scaled(3_000, 60_000)
        setting.concurrency = chance.pick([1, 2, 4, 8, 8, 8, 16])
        setting.requestsPerWave = chance.pick([60, 101, 101, 101, 200, 300])
        if chance.happens(0.2) { setting.rate = chance.scaled(20, 200) }
        setting.settleSeconds = chance.pick([3, 5, 5, 5])
        setting.requests = (1...chance.pick([1, 1, 2, 3])).map { Setting.Request(name: "request \($0)", weight: chance.whole(1...3)) }
        setting.view.losses = chance.pick([0, 0, 0.01, 0.05])
        if chance.happens(0.2) {
            for _ in 0..<chance.whole(1...3) {
                let start = Int64(chance.between(0, 100) * 1e6)
                setting.view.outages.append(start...(start + Int64(chance.between(0.3, 2) * 1e6)))
            }
        }
        setting.view.clockOffset = chance.whole(-400_000...400_000)
        setting.view.clockError = chance.whole(-300...300)
        switch view {
        case .seen:
            setting.room = chance.pick([.declared, .threads])
            setting.view.seesProcesses = setting.room == .threads || chance.happens(0.6)
            setting.isManaged = setting.view.seesProcesses && chance.happens(0.7)
            setting.others = chance.pick([.nobody, .nobody, .otherDatabase, setting.view.seesProcesses ? .sameDatabase : .otherDatabase])
            if shape == .others { setting.others = setting.view.seesProcesses ? .sameDatabase : .otherDatabase }
        case .unseen:
            setting.room = .unknown
            setting.view.seesProcesses = false
            setting.isManaged = false
            setting.others = chance.pick([.nobody, .otherDatabase])
        case .shared:
            setting.room = chance.pick([.unknown, .unknown, .declared])
            setting.view.seesProcesses = false
            setting.isManaged = false
            setting.others = .sameDatabase
        }
        return setting
    }
}
