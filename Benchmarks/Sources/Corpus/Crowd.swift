import Measurements

/// Other people's sessions in the same PostgreSQL: some that stay, some that come and go, and steps up.
final class Crowd {
    private var chance: Chance
    private let names: SessionNames
    private let most: Int
    private var here: [Session] = []

    init?(_ setting: Setting, _ chance: Chance) {
        guard setting.others != .nobody else { return nil }
        self.chance = chance
        let database = setting.others == .sameDatabase ? setting.layout.names.database : "reports"
        names = SessionNames(application: "reports", role: "reports", database: database, clientAddress: "127.0.0.1")
        most = max(4, setting.slots / 6)
    }

    func begin(_ plant: Plant) {
        for _ in 0..<chance.whole(1...max(1, most / 2)) { arrive(plant, stays: chance.happens(0.5)) }
        let pause = chance.scaled(4, 30)
        arriveLater(plant, every: pause)
        stepLater(plant, every: chance.scaled(20, 120))
    }

    private func arrive(_ plant: Plant, stays: Bool) {
        here.removeAll { !$0.isAlive }
        guard here.count < most,
            let session = plant.postgres.open(at: plant.now, holder: nil, names: names, counts: names.database != "reports")
        else { return }
        session.queryStart = plant.now
        session.query = "SELECT sum(total) FROM sales"
        here.append(session)
        if !stays { plant.after(Int64(chance.exponential(mean: 20) * 1e6)) { plant.close(session) } }
    }

    private func arriveLater(_ plant: Plant, every pause: Double) {
        plant.after(Int64(chance.exponential(mean: pause) * 1e6)) { [self] in
            arrive(plant, stays: false)
            arriveLater(plant, every: pause)
        }
    }

    /// A job begins: several sessions at once, for minutes.
    private func stepLater(_ plant: Plant, every pause: Double) {
        plant.after(Int64(chance.exponential(mean: pause) * 1e6)) { [self] in
            for _ in 0..<chance.whole(2...6) { arrive(plant, stays: true) }
            stepLater(plant, every: pause)
        }
    }
}
