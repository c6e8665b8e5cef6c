/// The word of a list that was probably meant.
enum Suggestion {
    /// The nearest of `words` by edit distance, at most a third of the word's length away; `nil` when none is near.
    static func nearest(to word: String, among words: some Sequence<String>) -> String? {
        guard word.count <= 64 else { return nil }
        let typed = Array(word.lowercased().replacing("-", with: "_"))
        let limit = typed.count / 3
        var best: (word: String, distance: Int)?
        for candidate in words {
            let distance = editDistance(typed, Array(candidate.lowercased()))
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, each of cost 1.
    static func editDistance(_ one: [Character], _ other: [Character]) -> Int {
        guard !one.isEmpty, !other.isEmpty else { return max(one.count, other.count) }
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        for row in 1...one.count {
            var current = [row]
            for column in 1...other.count {
                let substitution = last[column - 1] + (one[row - 1] == other[column - 1] ? 0 : 1)
                var cost = min(last[column] + 1, current[column - 1] + 1, substitution)
                if row > 1, column > 1, one[row - 1] == other[column - 2], one[row - 2] == other[column - 1] {
                    cost = min(cost, beforeLast[column - 2] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[other.count]
    }
}

extension Sequence where Element == String {
    /// `a, b and c`, each in backquotes.
    var quotedList: String {
        let quoted = map { "`\($0)`" }
        guard quoted.count > 1, let last = quoted.last else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " and " + last
    }

    /// `one of a, b and c`, each in backquotes; or the one there is.
    var oneOf: String {
        let words = Array(self)
        return words.count == 1 ? words.quotedList : "one of \(words.quotedList)"
    }
}
