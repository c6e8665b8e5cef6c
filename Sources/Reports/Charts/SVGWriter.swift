/// Builds the text of an SVG; coordinates in pixels with at most one decimal, all strings escaped.
struct SVGWriter {
    enum Anchor: String {
        case start, middle, end
    }

    private(set) var markup = ""

    mutating func raw(_ text: String) {
        markup += text
        markup += "\n"
    }

    mutating func rect(_ x: Double, _ y: Double, _ width: Double, _ height: Double, class name: String, radius: Double = 0) {
        guard width > 0, height > 0 else { return }
        let corner = radius > 0 ? " rx=\"\(Self.number(radius))\"" : ""
        raw(
            "<rect class=\"\(name)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" height=\"\(Self.number(height))\"\(corner)/>"
        )
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class name: String) {
        raw(
            "<line class=\"\(name)\" x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" x2=\"\(Self.number(x2))\" y2=\"\(Self.number(y2))\"/>"
        )
    }

    mutating func circle(_ x: Double, _ y: Double, radius: Double, class name: String) {
        raw("<circle class=\"\(name)\" cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(radius))\"/>")
    }

    mutating func path(_ data: String, class name: String) {
        guard !data.isEmpty else { return }
        raw("<path class=\"\(name)\" d=\"\(data)\"/>")
    }

    mutating func text(_ text: String, _ x: Double, _ y: Double, class name: String, anchor: Anchor = .start) {
        let place = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
        raw("<text class=\"\(name)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\"\(place)>\(Escape.xml(text))</text>")
    }

    /// One decimal, none when it is zero.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let tenths = Int((min(max(value, -1e6), 1e6) * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let (whole, rest) = (tenths.magnitude / 10, tenths.magnitude % 10)
        return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
    }

    /// About how wide a text in a wide sans-serif font is; fonts differ, so it is rather too much.
    static func textWidth(_ text: String, size: Double) -> Double {
        text.reduce(0) { width, character in width + share(of: character) } * size
    }

    /// Cut with an ellipsis to what has room.
    static func cut(_ text: String, to width: Double, size: Double) -> String {
        if textWidth(text, size: size) <= width { return text }
        var cut = text
        while !cut.isEmpty, textWidth(cut + "…", size: size) > width { cut.removeLast() }
        return cut + "…"
    }

    private static func share(of character: Character) -> Double {
        switch character {
        case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "!": 0.3
        case "f", "t", "r", " ", "-", "(", ")", "[", "]", "/": 0.4
        case "m", "w", "M", "W", "@", "%", "✗", "✓", "…": 0.92
        case "A"..."Z": 0.7
        default: 0.62 * Double(DisplayWidth.of(String(character)))
        }
    }
}
