/// The colours of a chart, as a style sheet.
///
/// The areas are of Okabe and Ito's palette, which people with any kind of colour vision can tell apart; text has a contrast of
/// 4.5 : 1 or more. Classes and no variables, because not every program that draws SVG knows those.
package enum ChartVariant: String, Hashable, Sendable, CaseIterable {
    /// Light, and dark where the reader prefers it.
    case automatic
    case light
    case dark
}

struct ChartTheme {
    var surface: String
    var ink: String
    var muted: String
    var grid: String
    var band: String
    var block: String
    var idle: String
    var active: String
    var inTransaction: String
    var aborted: String
    var other: String
    var outline: String
    var budget: String
    var limit: String
    var good: String
    var bad: String
    var unsure: String
    var onTone: String

    static let light = ChartTheme(
        surface: "#ffffff", ink: "#1b2330", muted: "#566173", grid: "#e4e8ee", band: "#eef3fa", block: "#c9d6e6", idle: "#8fc9ee",
        active: "#e69f00", inTransaction: "#cc79a7", aborted: "#d55e00", other: "#a5adb8", outline: "#0072b2", budget: "#8a5a00",
        limit: "#b3261e", good: "#17724a", bad: "#b3261e", unsure: "#7d5300", onTone: "#ffffff")

    static let dark = ChartTheme(
        surface: "#11151c", ink: "#e9edf3", muted: "#a6b0be", grid: "#262e39", band: "#1a222d", block: "#33465c", idle: "#2f7fb3",
        active: "#f0b429", inTransaction: "#d98cb9", aborted: "#f07a3c", other: "#717c8a", outline: "#8fd0f7", budget: "#f0c05a",
        limit: "#ff8f86", good: "#62d69e", bad: "#ff8f86", unsure: "#f0c05a", onTone: "#11151c")

    static func styleSheet(_ variant: ChartVariant) -> String {
        let font = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"
        let shapes = """
            .sx text{\(font);font-size:12px}
            .sx .sx-title{font-size:20px;font-weight:650}
            .sx .sx-panel{font-size:15px;font-weight:650}
            .sx .sx-reason{font-size:13px}
            .sx .sx-small{font-size:11px}
            .sx .sx-pill{font-size:13px;font-weight:700;letter-spacing:.02em}
            .sx .sx-value{font-size:11px;font-weight:700;stroke-width:3px;paint-order:stroke;stroke-linejoin:round}
            .sx .sx-mark{font-weight:600;stroke-width:3px;paint-order:stroke;stroke-linejoin:round}
            .sx .sx-outline{fill:none;stroke-width:1.5;stroke-linejoin:round}
            .sx .sx-floorline{fill:none;stroke-width:1.5;stroke-dasharray:3 3}
            .sx .sx-floor{stroke-width:2}
            .sx .sx-budgetline{stroke-width:1.5;stroke-dasharray:7 4}
            .sx .sx-limitline{stroke-width:2}
            .sx .sx-guardline{stroke-width:1.5;stroke-dasharray:2 3}
            .sx .sx-hatch{stroke-width:1.5;fill:none}
            .sx .sx-break{fill:none;stroke-width:1.5}
            """
        switch variant {
        case .light: return shapes + "\n" + light.rules
        case .dark: return shapes + "\n" + dark.rules
        case .automatic: return "\(shapes)\n\(light.rules)\n@media (prefers-color-scheme:dark){\n\(dark.rules)\n}"
        }
    }

    private var rules: String {
        """
        .sx .sx-surface{fill:\(surface)}
        .sx .sx-ink{fill:\(ink)}
        .sx .sx-muted{fill:\(muted)}
        .sx .sx-grid{stroke:\(grid)}
        .sx .sx-axis{stroke:\(muted)}
        .sx .sx-band{fill:\(band)}
        .sx .sx-rest{fill:\(band)}
        .sx .sx-block{fill:\(block)}
        .sx .sx-idle{fill:\(idle)}
        .sx .sx-active{fill:\(active)}
        .sx .sx-intransaction{fill:\(inTransaction)}
        .sx .sx-aborted{fill:\(aborted)}
        .sx .sx-other{fill:\(other)}
        .sx .sx-outline{stroke:\(outline)}
        .sx .sx-floorline{stroke:\(ink)}
        .sx .sx-floor{fill:\(surface);stroke:\(ink)}
        .sx .sx-value{fill:\(ink);stroke:\(surface)}
        .sx .sx-budgetline{stroke:\(budget)}
        .sx .sx-limitline,.sx .sx-guardline{stroke:\(limit)}
        .sx .sx-mark{stroke:\(surface)}
        .sx .sx-budgettext{fill:\(budget)}
        .sx .sx-limittext{fill:\(limit)}
        .sx .sx-hatch{stroke:\(muted)}
        .sx .sx-gap{fill:\(surface)}
        .sx .sx-break{stroke:\(muted)}
        .sx .sx-good{fill:\(good)}
        .sx .sx-bad{fill:\(bad)}
        .sx .sx-unsure{fill:\(unsure)}
        .sx .sx-ontone{fill:\(onTone)}
        """
    }
}
