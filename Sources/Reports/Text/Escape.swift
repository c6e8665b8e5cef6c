/// Makes strings from outside safe for the format that they are put into.
package enum Escape {
    /// For text and quoted attributes of XML 1.0 and HTML. Characters that XML cannot hold become U+FFFD.
    package static func xml(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\n": result.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result.unicodeScalars.append("\u{FFFD}")
            case _ where isDirection(scalar): result.unicodeScalars.append("\u{FFFD}")
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// For a cell of a Markdown table: one line, and nothing that means something to Markdown or HTML.
    package static func markdown(_ text: String) -> String {
        var result = ""
        for scalar in terminal(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\\", "|", "`", "*", "_", "[", "]", "#", "~", "!", "$":
                result += "\\"
                result.unicodeScalars.append(scalar)
            // A zero-width space: nobody is called by a name in a report.
            case "@": result += "@\u{200B}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// For a terminal: one line without control characters, so that no name moves the cursor, rings, or hides what stands beside it.
    package static func terminal(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\t", "\n", "\r", "\u{2028}", "\u{2029}": if result.last != " " { result.append(" ") }
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": continue
            case _ where isDirection(scalar): continue
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// The characters that turn the direction of text round, with which a name can look like another.
    private static func isDirection(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0x061C: true
        default: false
        }
    }
}
