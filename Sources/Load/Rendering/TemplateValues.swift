import Curl
import Scenarios

/// Where the values of one request come from.
struct TemplateValues {
    /// From 1.
    var user = 0
    /// Of the request in the run, from 1.
    var number = 0
    /// Draws ids and numbers.
    var generator = SplitMix64(seed: 0)
    /// By set, the row of this request or turn.
    var rows: UnsafePointer<Int>?
    /// Who has captured values and cookies; `nil` outside flows.
    var virtualUser: VirtualUser?
}

/// Puts values into the places of a text.
struct TemplateRenderer {
    var data: DataPicks

    init(data: DataPicks) {
        self.data = data
    }

    /// - Parameter encoding: of the values; literals stay as they are written.
    /// - Returns: whether there was memory.
    func append(
        _ program: TemplateProgram, _ encoding: TemplateEncoding, _ values: inout TemplateValues, to bytes: inout GrowingBytes
    ) -> Bool {
        var isWhole = true
        for piece in program.pieces {
            switch piece {
            case .literal(let range):
                program.literals.withUnsafeBytes { literals in
                    isWhole = bytes.append(UnsafeRawBufferPointer(rebasing: literals[range]), limit: .max) && isWhole
                }
            case .data(let set, let column):
                guard let rows = values.rows else { preconditionFailure("rows are picked before a request is rendered") }
                data.withValue(set: set, row: rows[set], column: column) { value in
                    isWhole = encoding.append(value, to: &bytes) && isWhole
                }
            case .user: isWhole = Self.append(values.user, to: &bytes) && isWhole
            case .number: isWhole = Self.append(values.number, to: &bytes) && isWhole
            case .uuid: isWhole = Self.appendUUID(&values.generator, to: &bytes) && isWhole
            case .random(let low, let high):
                isWhole = Self.append(Self.random(low, high, &values.generator), to: &bytes) && isWhole
            case .captured(let number):
                values.virtualUser?.captures[number].withUnsafeBytes { value in
                    isWhole = encoding.append(value, to: &bytes) && isWhole
                }
            }
        }
        return isWhole
    }

    /// For what is no part of a request: a check's text.
    func text(_ program: TemplateProgram, _ values: inout TemplateValues) -> [UInt8] {
        guard !program.isLiteral else { return program.literals }
        var bytes = GrowingBytes()
        _ = append(program, .none, &values, to: &bytes)
        return Array(bytes.bytes)
    }

    /// A whole number from `low` to `high`, both included.
    static func random(_ low: Int, _ high: Int, _ generator: inout SplitMix64) -> Int {
        let width = UInt64(bitPattern: Int64(high &- low)) &+ 1
        // Only of a range wider than half of all numbers.
        guard width != 0, width <= UInt64(Int.max) else {
            let drawn = generator.next()
            return low &+ Int(truncatingIfNeeded: width == 0 ? drawn : drawn % width)
        }
        return low &+ generator.below(Int(width))
    }

    static func append(_ number: Int, to bytes: inout GrowingBytes) -> Bool {
        // 20 bytes hold every Int.
        var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
        return withUnsafeMutableBytes(of: &digits) { buffer in
            var start = buffer.count
            var left = number.magnitude
            repeat {
                start -= 1
                buffer[start] = UInt8(ascii: "0") + UInt8(left % 10)
                left /= 10
            } while left > 0
            if number < 0 {
                start -= 1
                buffer[start] = UInt8(ascii: "-")
            }
            return bytes.append(UnsafeRawBufferPointer(rebasing: buffer[start...]), limit: .max)
        }
    }

    /// Version 4, RFC 9562 section 5.4.
    private static func appendUUID(_ generator: inout SplitMix64, to bytes: inout GrowingBytes) -> Bool {
        let digits: StaticString = "0123456789abcdef"
        let high = generator.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = generator.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        var isWhole = true
        for place in 0..<32 {
            if place == 8 || place == 12 || place == 16 || place == 20 { isWhole = bytes.append(byte: UInt8(ascii: "-")) && isWhole }
            let word = place < 16 ? high : low
            let digit = Int(word >> UInt64(60 - place % 16 * 4) & 15)
            isWhole = bytes.append(byte: digits.utf8Start[digit]) && isWhole
        }
        return isWhole
    }
}
