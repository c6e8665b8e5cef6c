import Foundation

/// A figure that is promised, or only told, and what came out.
struct Target {
    let what: String
    /// Empty: nothing is promised, the figure is told.
    let wanted: String
    let measured: String
    let isMet: Bool

    /// At least so much of a ratio; `nil`: it could not be measured.
    static func atLeast(_ wanted: Double, _ what: String, _ measured: Double?) -> Target {
        Target(
            what: what, wanted: "at least \(decimals(wanted, 1))×", measured: measured.map { decimals($0, 2) + "×" } ?? "not measured",
            isMet: measured.map { $0 >= wanted } ?? false)
    }

    static func told(_ what: String, _ measured: String) -> Target { Target(what: what, wanted: "", measured: measured, isMet: true) }
}

/// A part of the page with the targets that it answers.
struct Section {
    let title: String
    let text: String
    let targets: [Target]

    /// Measures; what goes wrong there is on the page, as a target that was missed, and the rest is measured all the same.
    static func attempt(_ title: String, _ measure: () throws -> (text: String, targets: [Target])) -> Section {
        say(title)
        do {
            let (text, targets) = try measure()
            return Section(title: title, text: text, targets: targets)
        } catch {
            say("\(title): \(error)")
            return Section(
                title: title, text: "Could not be measured:\n\n```\n\(error)\n```\n",
                targets: [Target(what: title, wanted: "measured", measured: "failed", isMet: false)])
        }
    }
}
