extension Scenario {
    /// What `seep watch` takes in the place of a scenario file: a database, and no load. Checked as a file is; problems have the flag's
    /// name as their place.
    ///
    /// - Parameters:
    ///   - database: a libpq URI or keyword string.
    ///   - sessions: `application_name=cms`, with commas between several.
    ///   - budget: a number of sessions, or `80%`.
    ///   - name: the name of the results folder.
    package static func watching(
        database: String, sessions: String?, budget: String?, name: String, folder: String
    ) throws(ScenarioProblems) -> Scenario {
        let tree = FlagTree(ScenarioFlags(urls: []))
        let decoder = ScenarioDecoder(diagnostics: tree.diagnostics, folder: folder, defaultName: name, secretValues: [])
        var entries = [("url", tree.scalar(database, "--database"))]
        if let sessions { entries.append(("sessions", tree.filter(sessions))) }
        if let budget { entries.append(("budget", tree.scalar(budget, "--budget"))) }
        let settings = decoder.database(tree.map(entries, flag: "--database"))
        if settings?.source == .throwaway {
            tree.diagnostics.report(
                .flag(name: "--database", text: database, column: 1), "there is nobody in a throwaway whom one could watch",
                expected: "the URL of the application's database")
        }
        _ = tree.diagnostics.folderName(name, "`--name`", at: .flag(name: "--name", text: name, column: 1))
        guard tree.diagnostics.isEmpty, let settings else { throw tree.diagnostics.sorted }
        return Scenario(name: name, folder: folder, target: "", database: settings, requests: [])
    }
}
