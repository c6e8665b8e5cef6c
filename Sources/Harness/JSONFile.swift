import Foundation

/// The JSON files of a run: keys in snake case and sorted, so that the same values are the same bytes.
enum JSONFile {
    static func encode(_ value: some Encodable, snakeCase: Bool) throws(RunFailure) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        if snakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
        do {
            return try encoder.encode(value) + Data("\n".utf8)
        } catch {
            throw RunFailure(.fault, "a file of the run could not be encoded: \(error)")
        }
    }

    /// Replaces the file as a whole: a reader finds the old one or the new one.
    static func write(_ data: Data, to path: String) throws(RunFailure) {
        do {
            try data.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw RunFailure(.unusable, "\(path) could not be written: \(error.localizedDescription)")
        }
    }

    static func read<Value: Decodable>(_ type: Value.Type, from path: String, snakeCase: Bool) throws(RunFailure) -> Value {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw RunFailure(.usage, "\(path) cannot be read: is this the folder of one cell of a run?")
        }
        let decoder = JSONDecoder()
        if snakeCase { decoder.keyDecodingStrategy = .convertFromSnakeCase }
        do {
            return try decoder.decode(type, from: data)
        } catch let error as DecodingError {
            throw RunFailure(.usage, "\(path): \(describe(error))")
        } catch {
            throw RunFailure(.usage, "\(path) is no JSON that this version of Seep wrote: \(error)")
        }
    }

    private static func describe(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context): "“\((context.codingPath + [key]).map(\.stringValue).joined(separator: "."))” is missing"
        case .dataCorrupted(let context) where context.codingPath.isEmpty: "this is no JSON, or not the whole of it"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "“\(context.codingPath.map(\.stringValue).joined(separator: "."))”: \(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }
}
