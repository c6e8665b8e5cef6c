/// The value of a `Set-Cookie` header, taken apart as RFC 6265 section 5.2 says.
struct SetCookie: Equatable {
    let name: [UInt8]
    let value: [UInt8]
    /// In lower case, without a dot before it; `nil`: the host that sent it.
    private(set) var domain: String?
    /// `nil`: that of the request.
    private(set) var path: [UInt8]?
    private(set) var isSecure = false
    /// Seconds since 1970; `nil`: not said.
    private(set) var expires: Int64?

    /// Of name and value together.
    static let longest = 4096

    /// `nil`: no cookie.
    init?(_ text: UnsafeRawBufferPointer, now: Int64) {
        guard !text.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else { return nil }
        var parts = text.split(separator: 0x3B, omittingEmptySubsequences: false)[...]
        guard let pair = parts.popFirst(), let equals = pair.firstIndex(of: 0x3D) else { return nil }
        name = Self.trimmed(pair[..<equals])
        value = Self.trimmed(pair[pair.index(after: equals)...])
        guard !name.isEmpty, name.count + value.count <= Self.longest else { return nil }
        var age: Int64?
        for part in parts {
            let equals = part.firstIndex(of: 0x3D) ?? part.endIndex
            let key = String(decoding: Self.trimmed(part[..<equals]), as: UTF8.self).lowercased()
            let word = equals == part.endIndex ? [] : Self.trimmed(part[part.index(after: equals)...])
            switch key {
            case "expires": expires = CookieDate.seconds(word) ?? expires
            case "max-age": age = Self.age(word) ?? age
            case "domain":
                let name = String(decoding: word.first == 0x2E ? word.dropFirst() : word[...], as: UTF8.self).lowercased()
                domain = name.isEmpty ? nil : name
            case "path": path = word.first == 0x2F ? word : nil
            case "secure": isSecure = true
            default: break
            }
        }
        // Whatever Expires says.
        if let age { expires = age <= 0 ? 0 : now.addingReportingOverflow(age).overflow ? .max : now + age }
    }

    private static func trimmed(_ text: some BidirectionalCollection<UInt8>) -> [UInt8] {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        return Array(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }

    private static func age(_ word: [UInt8]) -> Int64? {
        let digits = word.first == 0x2D ? word.dropFirst() : word[...]
        guard !digits.isEmpty, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        if word.first == 0x2D { return 0 }
        return Int64(String(decoding: digits, as: UTF8.self)) ?? .max
    }
}

/// A date as servers write it in `Expires`, in any of the ways that RFC 6265 section 5.1.1 takes.
enum CookieDate {
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    /// Seconds since 1970; `nil`: no date.
    static func seconds(_ text: [UInt8]) -> Int64? {
        var time: (Int, Int, Int)?
        var day: Int?
        var month: Int?
        var year: Int?
        for token in text.split(whereSeparator: isDelimiter) {
            let word = String(decoding: token, as: UTF8.self).lowercased()
            if time == nil, let found = clock(word) {
                time = found
            } else if day == nil, let found = number(word, digits: 1...2) {
                day = found
            } else if month == nil, let found = months.firstIndex(of: String(word.prefix(3))) {
                month = found + 1
            } else if year == nil, let found = number(word, digits: 2...4) {
                year = found < 70 ? found + 2000 : found < 100 ? found + 1900 : found
            }
        }
        guard let time, let day, let month, let year, (1...31).contains(day), year >= 1601 else { return nil }
        guard time.0 < 24, time.1 < 60, time.2 < 60 else { return nil }
        return days(year, month, day) * 86_400 + Int64(time.0 * 3600 + time.1 * 60 + time.2)
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x09, 0x20...0x2F, 0x3B...0x40, 0x5B...0x60, 0x7B...0x7E: true
        default: false
        }
    }

    /// `12:34:56`, and whatever follows.
    private static func clock(_ word: String) -> (Int, Int, Int)? {
        let fields = word.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count >= 3, let hours = number(String(fields[0]), digits: 1...2, isWhole: true),
            let minutes = number(String(fields[1]), digits: 1...2, isWhole: true), let seconds = number(String(fields[2]), digits: 1...2)
        else { return nil }
        return (hours, minutes, seconds)
    }

    /// So many digits at the beginning, and no further digit.
    private static func number(_ word: String, digits: ClosedRange<Int>, isWhole: Bool = false) -> Int? {
        let leading = word.utf8.prefix { $0 >= 0x30 && $0 <= 0x39 }
        guard digits.contains(leading.count), !isWhole || leading.count == word.utf8.count else { return nil }
        return Int(String(decoding: leading, as: UTF8.self))
    }

    /// Days since 1970-01-01 in the Gregorian calendar: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }
}
