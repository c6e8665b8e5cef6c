import ArgumentParser

/// The shapes as the help tells of them.
enum ShapeHelp {
    static var text: String {
        """
        Opens and closes PostgreSQL sessions in the way that --shape names, so that a leak detector has something to find, or to \
        pass. Routes: \(Route.allCases.map(\.rawValue).joined(separator: " ")).

        SHAPES THAT LEAK
        \(list(Shape.allCases.filter(\.isLeak)))

        SHAPES THAT ONLY LOOK LIKE IT
        \(list(Shape.allCases.filter { !$0.isLeak }))
        """
    }

    private static func list(_ shapes: [Shape]) -> String {
        shapes.map { shape in
            let note = shape.note
            return "  \(shape.rawValue): \(note.does). Seen: \(note.curve). Wanted: \(note.verdict).\(defaults(note))"
        }.joined(separator: "\n")
    }

    /// The shape's own flags with their defaults.
    static func defaults(_ note: ShapeNote) -> String {
        var flags: [String] = []
        if let size = note.size { flags.append("--size \(size)") }
        if let timer = note.timer { flags.append("--after \(TimeArgument(timer).defaultValueDescription)") }
        if note.knobs.contains(.every) { flags.append("--every \(ShapeSettings.defaultEvery)") }
        if note.knobs.contains(.whenExhausted) { flags.append("--when-exhausted refuse") }
        return flags.isEmpty ? "" : " [\(flags.joined(separator: ", "))]"
    }
}
