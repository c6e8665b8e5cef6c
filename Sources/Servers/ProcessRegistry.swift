import FoundationEssentials
import Glibc
import LinuxIO
import Synchronization

/// A line of the registry: a process that a Seep started, or is about to.
struct ProcessRecord: Hashable, Sendable, Codable {
    enum Kind: String, Sendable, Codable {
        case server, setup, postgres
    }

    var kind: Kind
    /// What the process carries in its environment (`SEEP_PROCESS`), so that it is found even when no pid was written.
    var token: String
    var name: String
    var owner: Owner
    /// The machine; a home folder may be shared by several.
    var host: String
    /// `nil` until it has started.
    var process: ProcessIdentity?
    /// To be removed when the process has gone.
    var folder: String?
    var port: Int?
    /// Whether it was ended and its folder removed.
    var ended: Bool?
}

/// What this Seep has started, written down before it starts, so that the next Seep can end what this one left.
///
/// One JSON line per event goes to a file of the user's cache, found by every later Seep, and to `processes.jsonl` of the
/// run folder, found by people. Both files are removed when everything in them has ended.
package final class ProcessRegistry: Sendable {
    static let tokenVariable = "SEEP_PROCESS"

    private let paths: [String]
    private let open = Mutex<Set<String>>([])
    private static let numbering = Mutex(0)

    /// - Parameter runFolder: an existing folder; `nil`: only the cache is written.
    package init(cache: CacheFolder = .ofThisUser, runFolder: String? = nil) {
        let number = Self.numbering.withLock { number in
            number += 1
            return number
        }
        let process = Owner.current.process
        let file = "\(cache.owned)/\(process.pid)-\(process.startTicks)-\(number).jsonl"
        paths = [file] + (runFolder.map { [$0 + "/processes.jsonl"] } ?? [])
    }

    /// Writes down what is about to start. A start that cannot be written down must not happen.
    func begin(kind: ProcessRecord.Kind, name: String, folder: String?, port: Int?) throws(SystemError) -> ProcessRecord {
        let token = String(UInt64.random(in: 0 ... .max), radix: 36)
        let record = ProcessRecord(
            kind: kind, token: token, name: name, owner: .current, host: Self.hostName, folder: folder, port: port)
        if let slash = paths[0].lastIndex(of: "/") { try Files.makeFolder(String(paths[0][..<slash]), mode: 0o700) }
        try open.withLock { open throws(SystemError) in
            open.insert(token)
            try write(record)
        }
        return record
    }

    func started(_ record: ProcessRecord, as process: ProcessIdentity) {
        var record = record
        record.process = process
        open.withLock { _ in try? write(record) }
    }

    func ended(_ record: ProcessRecord) {
        var record = record
        record.ended = true
        open.withLock { open in
            open.remove(record.token)
            if open.isEmpty { for path in paths { unlink(path) } } else { try? write(record) }
        }
    }

    private func write(_ record: ProcessRecord) throws(SystemError) {
        guard let line = Self.line(record) else { return }
        for path in paths { try Files.append(line, to: path, mode: 0o600) }
    }

    static func line(_ record: ProcessRecord) -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(record)).map { String(decoding: $0, as: UTF8.self) + "\n" }
    }

    /// The last state of each process in a registry file; lines cut off by a crash are skipped.
    static func records(in bytes: [UInt8]) -> [ProcessRecord] {
        var latest: [String: ProcessRecord] = [:]
        var order: [String] = []
        let decoder = JSONDecoder()
        for line in bytes.split(separator: 0x0A) {
            guard let record = try? decoder.decode(ProcessRecord.self, from: Data(line)) else { continue }
            if latest.updateValue(record, forKey: record.token) == nil { order.append(record.token) }
        }
        return order.compactMap { latest[$0] }
    }

    static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, 255) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
