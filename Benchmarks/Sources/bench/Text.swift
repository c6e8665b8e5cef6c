import Foundation

enum Statistics {
    static func median(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return 0 }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// `1,234,567`.
func grouped(_ value: Double) -> String {
    let digits = String(Int(value.rounded()))
    var text = ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % 3 == 0, text != "-" { text.append(",") }
        text.append(digit)
    }
    return text
}

func decimals(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }

func megabytes(_ kilobytes: Int) -> String { decimals(Double(kilobytes) / 1024, 2) + " MB" }

/// Progress, on standard error.
func say(_ line: String) {
    FileHandle.standardError.write(Data("bench: \(line)\n".utf8))
}
