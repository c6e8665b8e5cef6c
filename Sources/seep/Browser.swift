import Foundation

/// What shows a page to somebody: the program that `BROWSER` names, or the desktop's.
struct Browser {
    private static let usual = ["xdg-open", "open", "wslview"]
    let environment: [String: String]

    init(environment: [String: String] = ProcessInfo.processInfo.environment) { self.environment = environment }

    /// Starts it and does not wait for it.
    ///
    /// - Returns: why nothing could be opened, with the way out; `nil` when it was started.
    func open(_ path: String) -> String? {
        let wanted = environment["BROWSER"].flatMap { $0.isEmpty ? nil : $0 }
        let names = wanted.map { [$0] } ?? Self.usual
        guard let program = names.lazy.compactMap(find).first else {
            let missing = wanted.map { "`\($0)` (BROWSER) is not there" } ?? "there is none of \(Self.usual.joined(separator: ", "))"
            return "the report cannot be opened: \(missing); it is \(path)"
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [path]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            return "the report cannot be opened by \(program): \(error.localizedDescription); it is \(path)"
        }
        return nil
    }

    /// The program of that name in `PATH`; a path is taken as it is.
    private func find(_ name: String) -> String? {
        let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let paths = name.contains("/") ? [name] : folders.map { "\($0)/\(name)" }
        return paths.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
