import Measurements

/// Each shape as an application, with its variety drawn by chance.
extension Shape {
    /// Changes the setting to what the shape needs, and makes its application.
    func application(_ setting: inout Setting, _ chance: inout Chance) -> any Behaviour {
        setting.right = right
        return isLeak ? leak(&setting, &chance) : innocent(&setting, &chance)
    }

    // MARK: Leaks

    private func leak(_ setting: inout Setting, _ chance: inout Chance) -> any Behaviour {
        switch self {
        case .request:
            let each = chance.happens(0.1) ? 2 : 1
            return forgetful(&chance, each: each) { _, _ in true }
        case .failure:
            setting.requests.append(Setting.Request(name: "place an order", outcome: .serverError))
            let classNumber = setting.requests.count - 1
            return forgetful(&chance) { call, _ in call.request == classNumber }
        case .oneClass:
            setting.requests.append(Setting.Request(name: "search", weight: chance.whole(1...2)))
            let classNumber = setting.requests.count - 1
            return forgetful(&chance) { call, _ in call.request == classNumber }
        case .oneInTen: return forgetful(&chance) { _, plant in plant.chance.happens(0.1) }
        case .collected: return collected(&chance)
        case .reaped:
            setting.idleSessionTimeout = chance.scaled(2, 20)
            return forgetful(&chance) { _, _ in true }
        case .idlePeriod:
            setting.layout.workers = chance.whole(1...2)
            let threads = ThreadSessions()
            threads.idleEnd = (Int64(chance.between(10, 40) * 1e6), false)
            return threads
        case .workerRestart: return restarting(&chance)
        case .hangUp: return hangingUp(&setting, &chance)
        case .endOfLoad: return leaving(1, &chance)
        case .endOfLoadEach: return leaving(setting.concurrency, &chance)
        case .connection: return ClientSessions(closes: false)
        case .stuck: return stuckPool(&setting, &chance)
        case .insidePool:
            setting.layout.workers = 1
            setting.layout.threads = 16
            setting.requestsPerWave = max(101, setting.requestsPerWave)
            var options = Pool.Options(size: chance.whole(3...10))
            options.lostPlaces = 1 / chance.between(5, 20)
            options.patience = Int64(chance.between(0.5, 2) * 1e6)
            return pool(options, &setting)
        default: return clocked(&chance)
        }
    }

    /// An application that forgets the sessions of some requests; between requests it keeps none, or one for each thread.
    private func forgetful(_ chance: inout Chance, each: Int = 1, _ forgets: @escaping (Call, Plant) -> Bool) -> any Behaviour {
        if each == 1, chance.happens(0.5) {
            let threads = ThreadSessions()
            threads.forgets = forgets
            return threads
        }
        let fresh = FreshSessions()
        fresh.forgets = { call, plant in forgets(call, plant) ? each : 0 }
        return fresh
    }

    private func collected(_ chance: inout Chance) -> any Behaviour {
        let fresh = FreshSessions()
        let size = chance.whole(30...90)
        let kept = chance.whole(0...4)
        var next = size
        fresh.forgets = { _, _ in 1 }
        fresh.forgot = { fresh, plant in
            guard fresh.forgotten.count >= next else { return }
            fresh.collect(keeping: kept, plant)
            next = Int(Double(size) * plant.chance.between(0.75, 1.25))
        }
        return fresh
    }

    private func restarting(_ chance: inout Chance) -> any Behaviour {
        let most = chance.whole(40...150)
        let each = chance.whole(1...4)
        let inner: any Behaviour = chance.happens(0.5) ? FreshSessions() : ThreadSessions()
        let beside = Beside(inner)
        let addHelper = { (plant: Plant) in
            let helper = plant.addHelper()
            for _ in 0..<each {
                guard let session = plant.open(helper) else { return }
                session.queryStart = plant.now
                session.query = "SELECT 1"
            }
        }
        beside.onStart = { plant in for _ in plant.workers { addHelper(plant) } }
        beside.onServed = { call, plant in
            guard call.worker.served >= most, !call.worker.hasEnded, !call.worker.isRetired else { return }
            plant.retire(call.worker)
            addHelper(plant)
        }
        return beside
    }

    private func hangingUp(_ setting: inout Setting, _ chance: inout Chance) -> any Behaviour {
        setting.layout.serviceMicroseconds = chance.between(40_000, 90_000)
        setting.requests.append(
            Setting.Request(name: "leave early", weight: chance.whole(1...2), hangsUpAfter: Int64(chance.between(4_000, 20_000))))
        if chance.happens(0.5) { return forgetful(&chance) { call, _ in call.isGivenUp } }
        let beside = Beside(FreshSessions())
        // The client's going cuts the handshake of a session short: it is there, and never used.
        beside.onGaveUp = { call, plant in _ = plant.open(call.worker) }
        return beside
    }

    private func leaving(_ count: Int, _ chance: inout Chance) -> any Behaviour {
        let delay = Int64(chance.between(0, 300_000))
        let inner: any Behaviour = chance.happens(0.5) ? FreshSessions() : ThreadSessions()
        let beside = Beside(inner)
        beside.onClientsLeft = { plant in
            plant.after(delay) {
                for _ in 0..<count {
                    guard let session = plant.open(plant.workers[plant.chance.below(plant.workers.count)]) else { return }
                    session.queryStart = plant.now
                    session.query = "SELECT * FROM cart WHERE id = 7"
                }
            }
        }
        return beside
    }

    private func stuckPool(_ setting: inout Setting, _ chance: inout Chance) -> any Behaviour {
        var options = Pool.Options(size: chance.whole(4...10))
        options.stuck = (chance.whole(1...2), 1 / chance.between(20, 60))
        options.patience = 5_000_000
        return pool(options, &setting)
    }

    private func clocked(_ chance: inout Chance) -> any Behaviour {
        let every = Int64(chance.scaled(0.2, 2) * 1e6)
        let inner: any Behaviour = chance.happens(0.5) ? FreshSessions() : ThreadSessions()
        let beside = Beside(inner)
        beside.onStart = { plant in
            let first = plant.workers[0]
            func next() {
                plant.after(every) {
                    guard !first.hasEnded else { return }
                    if let session = plant.open(first) {
                        session.queryStart = plant.now
                        session.query = "SELECT 1"
                    }
                    next()
                }
            }
            next()
        }
        return beside
    }

    // MARK: Innocents

    private func innocent(_ setting: inout Setting, _ chance: inout Chance) -> any Behaviour {
        switch self {
        case .threads: return ThreadSessions()
        case .manyWorkers:
            setting.layout.workers = 4
            setting.layout.threads = chance.whole(2...8)
            return ThreadSessions()
        case .closeSkipped:
            let threads = ThreadSessions()
            threads.dropsFirst = true
            return threads
        case .overflow:
            var options = Pool.Options(size: chance.whole(3...8), overflow: chance.whole(3...10))
            options.pick = chance.pick([.newest, .oldest])
            return pool(options, &setting)
        case .rotation:
            var options = Pool.Options(size: chance.whole(4...20))
            options.pick = chance.pick([.newest, .oldest])
            options.lifetime = Int64(chance.scaled(2, 20) * 1e6)
            if chance.happens(0.5) { options.atStart = options.size }
            return pool(options, &setting)
        case .filling, .inTurn:
            var options = Pool.Options(size: chance.whole(10...60))
            options.pick = self == .filling ? .anyPlace : .inTurn
            return pool(options, &setting)
        case .lastUsed:
            var options = Pool.Options(size: chance.whole(5...40))
            options.pick = chance.pick([.newest, .oldest])
            return pool(options, &setting)
        case .surplus:
            var options = Pool.Options(size: chance.whole(10...50))
            options.atStart = options.size
            options.pick = chance.pick([.newest, .oldest, .oldest])
            return pool(options, &setting)
        case .idleClosed:
            var options = Pool.Options(size: chance.whole(5...20))
            options.idleEnd = Int64(chance.scaled(2, 40) * 1e6)
            options.pick = chance.pick([.newest, .oldest])
            return pool(options, &setting)
        case .overshoot:
            var options = Pool.Options(size: chance.whole(4...10), overflow: 0)
            options.burst = (3, Int64(chance.scaled(50_000, 500_000)))
            if chance.happens(0.3) { options.atStart = options.size }
            return pool(options, &setting)
        case .perConnection: return ClientSessions(closes: true)
        case .timed:
            let seconds = chance.scaled(0.3, 30)
            setting.releaseAge = seconds
            let age = Int64(seconds * 1e6)
            return releasing { session, plant in plant.after(age) { plant.close(session) } }
        case .slowEnd:
            let time = Int64(chance.between(0.5, 2.5) * 1e6)
            var working = 0
            return releasing { session, plant in
                guard working < 4 else { return plant.close(session) }
                working += 1
                session.queryStart = plant.now
                session.busyUntil = plant.now + time
                plant.after(time) {
                    working -= 1
                    plant.close(session)
                }
            }
        case .others:
            return chance.happens(0.5) ? FreshSessions() : ThreadSessions()
        case .workerDies:
            setting.workerRestarts = (0..<chance.whole(1...2)).map { _ in Int64(chance.between(6, 45) * 1e6) }
            return chance.happens(0.3) ? FreshSessions() : ThreadSessions()
        case .databaseRestart:
            let time = Int64(chance.between(6, 45) * 1e6)
            setting.postgresRestarts = [time]
            setting.view.outages.append(time...(time + Int64(chance.between(0.2, 1) * 1e6)))
            return chance.happens(0.3) ? FreshSessions() : ThreadSessions()
        default: return FreshSessions()
        }
    }

    private func releasing(_ release: @escaping (Session, Plant) -> Void) -> any Behaviour {
        let fresh = FreshSessions()
        fresh.release = release
        return fresh
    }

    private func pool(_ options: Pool.Options, _ setting: inout Setting) -> any Behaviour {
        setting.roomPerWorker = options.size + options.overflow
        setting.roomIsPool = true
        return Pool(options)
    }
}
