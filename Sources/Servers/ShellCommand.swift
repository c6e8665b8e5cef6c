/// A command as `/bin/sh -c` is to run it.
enum ShellCommand {
    /// The command with `exec` before it, so that no shell stands between Seep and the server, where that changes nothing else.
    ///
    /// A compound command stays as it is: `exec a && b` would never run `b`. So does one that begins with a variable (`A=1 b`), a
    /// word of the shell's own (`cd`, `if`, `exec`), or anything that this function is not sure of; the shell then waits for it.
    static func execForm(_ command: String) -> String {
        let text = command.trimmed
        guard !text.isEmpty, !isCompound(text), let first = text.split(whereSeparator: \.isWhitespace).first else { return command }
        let word = String(first)
        guard !words.contains(word), !word.contains("="), !word.hasPrefix("\\") else { return command }
        return "exec " + text
    }

    private static let words: Set<String> = [
        "!", ".", ":", "[", "alias", "bg", "break", "case", "cd", "command", "continue", "do", "done", "echo", "elif", "else", "esac",
        "eval", "exec", "exit", "export", "false", "fg", "fi", "for", "function", "getopts", "hash", "if", "in", "jobs", "local", "printf",
        "pwd", "read", "readonly", "return", "set", "shift", "source", "test", "then", "time", "times", "trap", "true", "type",
        "ulimit", "umask", "unalias", "unset", "until", "wait", "while", "{", "}",
    ]

    /// Whether the command holds more than one command, outside of quotes; redirections and variables do not count.
    private static func isCompound(_ text: String) -> Bool {
        var quote: Character?
        var previous: Character = " "
        var isEscaped = false
        for character in text {
            if isEscaped {
                isEscaped = false
                // A line that goes on is one line.
                previous = "x"
                continue
            }
            switch (quote, character) {
            case (nil, "\\"), ("\"", "\\"): isEscaped = true
            case (nil, "'"), (nil, "\""): quote = character
            case ("'", "'"), ("\"", "\""): quote = nil
            case (nil, ";"), (nil, "|"), (nil, "("), (nil, ")"), (nil, "{"), (nil, "}"), (nil, "\n"), (nil, "#"): return true
            // `2>&1` and `>&2` are redirections.
            case (nil, "&"): if previous != ">" && previous != "<" { return true }
            default: break
            }
            previous = character
        }
        return quote != nil
    }
}

extension String {
    var trimmed: String {
        let isKept = { (character: Character) in !character.isWhitespace }
        guard let first = firstIndex(where: isKept), let last = lastIndex(where: isKept) else { return "" }
        return String(self[first...last])
    }
}
