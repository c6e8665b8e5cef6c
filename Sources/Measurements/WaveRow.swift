/// What the judge made of one step: a line of `waves.csv`.
package struct WaveRow: CSVRow {
    package var step: Int
    package var kind: Step.Kind
    /// Transfers in the load.
    package var dose: Int
    /// `find a page 2xx=61; leave early hung_up=30`.
    package var dosePerClass: String
    package var leftBehind: Int
    /// `pid 411=8; pid 412=7`.
    package var leftPerOwner: String
    /// Sessions at the end of the settle; unknown when the sampler was blind then.
    package var floor: Int?
    /// Of the floor, those that no request of the step used.
    package var dormant: Int?
    package var birthsSeen: Int
    /// Sessions that PostgreSQL itself counted in the step, everybody's in the database.
    package var birthsCounted: Int?
    /// The share of the step in which the sampler was not blind, in thousandths.
    package var coveragePerMille: Int
    /// Empty, or why the step does not count.
    package var voidReason: String

    package init(
        step: Int, kind: Step.Kind, dose: Int, dosePerClass: String, leftBehind: Int, leftPerOwner: String, floor: Int?, dormant: Int?,
        birthsSeen: Int, birthsCounted: Int?, coveragePerMille: Int, voidReason: String
    ) {
        self.step = step
        self.kind = kind
        self.dose = dose
        self.dosePerClass = dosePerClass
        self.leftBehind = leftBehind
        self.leftPerOwner = leftPerOwner
        self.floor = floor
        self.dormant = dormant
        self.birthsSeen = birthsSeen
        self.birthsCounted = birthsCounted
        self.coveragePerMille = coveragePerMille
        self.voidReason = voidReason
    }

    package static let file = "waves.csv"
    package static let columns = [
        "step", "kind", "dose", "dose_per_class", "left_behind", "left_per_owner", "floor", "dormant", "births_seen", "births_counted",
        "coverage_per_mille", "void_reason",
    ]

    package func encode(into line: inout CSVEncoder) {
        line.append(step)
        line.append(kind.rawValue)
        line.append(dose)
        line.append(dosePerClass)
        line.append(leftBehind)
        line.append(leftPerOwner)
        line.append(floor)
        line.append(dormant)
        line.append(birthsSeen)
        line.append(birthsCounted)
        line.append(coveragePerMille)
        line.append(voidReason)
    }

    package init(_ fields: CSVFields) throws(CSVError) {
        step = try fields.integer("step")
        kind = try fields.value("kind", as: Step.Kind.self)
        dose = try fields.integer("dose")
        dosePerClass = try fields.text("dose_per_class")
        leftBehind = try fields.integer("left_behind")
        leftPerOwner = try fields.text("left_per_owner")
        floor = try fields.integerIfKnown("floor")
        dormant = try fields.integerIfKnown("dormant")
        birthsSeen = try fields.integer("births_seen")
        birthsCounted = try fields.integerIfKnown("births_counted")
        coveragePerMille = try fields.integer("coverage_per_mille")
        voidReason = try fields.text("void_reason")
    }
}
