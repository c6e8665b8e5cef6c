import Glibc

/// Draws a block of lines on a terminal over the one before.
///
/// Belongs to one thread. The cursor is hidden while a block stands; `finish` or the end of the painter brings it back, and a
/// signal handler that ends the process writes ``restoreSequence``.
package final class TerminalPainter {
    /// Shows the cursor and ends colours.
    package static let restoreSequence = "\u{1B}[0m\u{1B}[?25h"

    private let descriptor: Int32
    /// The columns of each line drawn last: a terminal made narrower since has broken them, and the block stands higher.
    private var drawn: [Int] = []
    private var isCursorHidden = false

    package init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { finish() }

    /// Columns and rows now; 80 × 24 where it cannot be asked.
    package var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Draws the block in place of the last; on a terminal with fewer rows than lines, as many as there is room for.
    package func draw(_ lines: [String]) {
        let (columns, rows) = size
        let block = Self.block(Array(lines.prefix(max(rows - 1, 1))), over: drawn, columns: columns)
        write((isCursorHidden ? "" : "\u{1B}[?25l") + block.text)
        isCursorHidden = true
        drawn = block.drawn
    }

    /// Writes lines that stay, above the block.
    package func print(_ lines: [String], thenDraw block: [String] = []) {
        erase()
        write(lines.map { $0 + "\n" }.joined())
        if !block.isEmpty { draw(block) }
    }

    package func erase() {
        write(Self.block([], over: drawn, columns: size.columns).text)
        drawn = []
    }

    /// Leaves the block where it is and gives the cursor back.
    package func finish() {
        drawn = []
        guard isCursorHidden else { return }
        isCursorHidden = false
        write(Self.restoreSequence)
    }

    /// What to send to replace lines of the widths `over`, on a terminal of so many columns now.
    static func block(_ lines: [String], over: [Int], columns: Int) -> (text: String, drawn: [Int]) {
        let above = over.reduce(0) { $0 + max(1, ($1 + columns - 1) / max(columns, 1)) }
        var text = above > 0 ? "\r\u{1B}[\(above)A" : "\r"
        for line in lines { text += "\(line)\u{1B}[K\n" }
        text += "\u{1B}[J"
        return (text, lines.map { DisplayWidth.of($0) })
    }

    private func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
