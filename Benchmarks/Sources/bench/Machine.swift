import Foundation

/// Where the figures come from.
struct Machine {
    var lines: [String]

    static func read(seepVersion: String, probe: [String: String]) -> Machine {
        let cpu = value("model name", in: "/proc/cpuinfo", separator: ":") ?? "unknown"
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let memory = (Int((value("MemTotal", in: "/proc/meminfo", separator: ":") ?? "0").split(separator: " ")[0]) ?? 0) / 1024 / 1024
        let system =
            value("PRETTY_NAME", in: "/etc/os-release", separator: "=")?.trimmingCharacters(in: CharacterSet(charactersIn: "\"")) ?? "Linux"
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyy-MM-dd HH:mm"
        return Machine(lines: [
            "| date | \(formatter.string(from: Date())) UTC |",
            "| machine | \(cpu), \(cores) cores, \(memory) GB |",
            "| system | \(system), Linux \(firstLine(of: ["uname", "-r"])), \(firstLine(of: ["uname", "-m"])) |",
            "| Seep | \(seepVersion), release build, \(swiftVersion) |",
            "| libraries | \(probe["libcurl"] ?? "libcurl"), libpq \(probe["libpq"] ?? "") |",
            "| server | nginx \(Client.packageVersion("nginx")), one process |",
        ])
    }

    /// The load of the last minute: what else ran.
    static var loadAverage: String {
        ((try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? "").split(separator: " ").first.map(String.init) ?? "unknown"
    }

    private static var swiftVersion: String {
        let line = firstLine(of: ["swift", "--version"])
        guard let range = line.range(of: "Swift version ") else { return "Swift" }
        return "Swift " + line[range.upperBound...].prefix { $0 != " " }
    }

    private static func value(_ key: String, in path: String, separator: Character) -> String? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: separator, maxSplits: 1)
            if parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == key {
                return parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        return nil
    }
}
