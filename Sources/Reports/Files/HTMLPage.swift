/// The frame of a page that needs nothing else: no script, no font, no picture from elsewhere.
enum HTMLPage {
    static func page(title: String, body: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>\(Escape.xml(title))</title>
        <style>
        \(styleSheet)
        </style>
        </head>
        <body><main>
        \(body)
        </main></body>
        </html>

        """
    }

    /// - Parameter figures: the columns, counted from 0, that hold figures.
    static func table(_ headings: [String], _ rows: [[String]], figures: Set<Int> = [], code: Set<Int> = []) -> String {
        let classes = { (column: Int) in figures.contains(column) ? " class=\"n\"" : code.contains(column) ? " class=\"c\"" : "" }
        var text = "<div class=\"t\"><table><thead><tr>"
        for (column, heading) in headings.enumerated() { text += "<th scope=\"col\"\(classes(column))>\(Escape.xml(heading))</th>" }
        text += "</tr></thead><tbody>\n"
        for row in rows {
            text += "<tr>"
            for (column, cell) in row.enumerated() { text += "<td\(classes(column))>\(Escape.xml(cell))</td>" }
            text += "</tr>\n"
        }
        return text + "</tbody></table></div>\n"
    }

    /// Headed, or nothing when there are no rows.
    static func section(_ title: String, note: String = "", _ table: @autoclosure () -> String, unless isEmpty: Bool) -> String {
        if isEmpty { return "" }
        return "<section><h2>\(Escape.xml(title))</h2>\(note.isEmpty ? "" : "<p class=\"m\">\(Escape.xml(note))</p>")\(table())</section>\n"
    }

    private static let styleSheet = """
        :root{color-scheme:light dark;--s:#f4f6f9;--p:#ffffff;--i:#1b2330;--m:#566173;--l:#dfe4ea;--good:#17724a;--bad:#b3261e;--unsure:#7d5300;--o:#ffffff}
        @media (prefers-color-scheme:dark){:root{--s:#0b0e13;--p:#11151c;--i:#e9edf3;--m:#a6b0be;--l:#262e39;--good:#62d69e;--bad:#ff8f86;--unsure:#f0c05a;--o:#11151c}}
        body{margin:0;background:var(--s);color:var(--i);font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}
        main{max-width:1000px;margin:0 auto;padding:28px 20px 60px}
        h1{font-size:24px;margin:0 0 4px;display:flex;gap:14px;align-items:center;flex-wrap:wrap}
        h2{font-size:16px;margin:34px 0 8px}
        .v{font-size:14px;font-weight:700;color:var(--o);border-radius:99px;padding:3px 14px}
        .v.good{background:var(--good)}.v.bad{background:var(--bad)}.v.unsure{background:var(--unsure)}
        .r{font-size:17px;margin:6px 0 18px}
        .m{color:var(--m);margin:0 0 8px}
        .chart svg{width:100%;height:auto;display:block;border:1px solid var(--l);border-radius:11px;box-sizing:border-box}
        dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(270px,1fr));gap:12px;margin:18px 0}
        dl div{background:var(--p);border:1px solid var(--l);border-radius:10px;padding:10px 14px;min-width:0}
        dt{color:var(--m);font-size:13px}dd{margin:0;font-weight:600;overflow-wrap:anywhere}
        .t{overflow-x:auto;background:var(--p);border:1px solid var(--l);border-radius:10px}
        table{border-collapse:collapse;width:100%;font-size:14px}
        th,td{text-align:left;padding:7px 14px;border-top:1px solid var(--l);vertical-align:top;overflow-wrap:anywhere}
        thead th{border-top:0;color:var(--m);font-weight:600;font-size:13px}
        .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        .c{font-family:ui-monospace,'SF Mono',Menlo,'DejaVu Sans Mono',monospace;font-size:13px;white-space:pre-wrap}
        td.c{width:100%}
        .w td:first-child,.w th:first-child{min-width:11em}
        footer{color:var(--m);font-size:13px;margin-top:34px;overflow-wrap:anywhere}
        """
}
