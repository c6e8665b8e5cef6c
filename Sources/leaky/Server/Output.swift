import Glibc

/// Prints a line on stderr at once.
func printError(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(2, bytes, bytes.count)
}

/// Why the server did not start: what, where, and what to do, in one line.
struct StartError: Error, Equatable, CustomStringConvertible {
    let description: String
}
