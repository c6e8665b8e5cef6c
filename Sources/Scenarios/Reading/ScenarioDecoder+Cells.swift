/// The check of every cell that servers, matrix and repeats make.
extension ScenarioDecoder {
    func checkCells(_ map: MapReader, _ scenario: Scenario) {
        let combinations = scenario.combinations
        let place = map.has("matrix") ? map.keyPlace("matrix") : map.keyPlace("repeat")
        if combinations.isEmpty { diagnostics.report(place, "the matrix has no cell: `exclude` takes all of them") }
        guard combinations.count * scenario.repeats <= CellPlan.mostCells else {
            diagnostics.report(
                place,
                "there are \(combinations.count * scenario.repeats) cells, \(combinations.count) configurations of \(scenario.repeats) "
                    + (scenario.repeats == 1 ? "run" : "runs"), expected: "at most \(CellPlan.mostCells) cells")
            return
        }
        let names = CellNames.names(of: combinations, axes: scenario.matrix?.axes.map(\.name) ?? [])
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            diagnostics.report(
                place, "the cell `\(SecretText.masking(name))` is there twice", help: "an entry of `include` repeats another")
        }
        let checksReach = !scenario.authorized
        var checked: Set<String> = []
        for (combination, name) in zip(combinations, names) {
            let cell = CellCheck(name: name, values: scenario.matrixValues(of: combination), checksReach: checksReach)
            let server = scenario.servers.first { $0.name == combination.server }
            if server?.target == nil, let value = map["target"], value.scalar?.isUnknown != true {
                check(scenario.target, "`target`", value, cell, isTarget: true, &checked)
            }
            guard let server, let servers = map["servers"], case .mapping(let members) = servers.content,
                let keys = members.first(where: { $0.key == server.name })?.value, case .mapping(let pairs) = keys.content
            else { continue }
            for pair in pairs where !isUnknown(pair.value) { check(pair, of: server, cell, &checked) }
        }
    }

    private struct CellCheck {
        var name: String
        var values: [String: String]
        var checksReach: Bool
    }

    private func isUnknown(_ value: YAMLValue) -> Bool { value.scalar?.isUnknown == true }

    private func check(_ pair: YAMLValue.Member, of server: ServerSpec, _ cell: CellCheck, _ checked: inout Set<String>) {
        let owner = "`\(pair.key)`"
        switch pair.key {
        case "target": if let target = server.target { check(target, owner, pair.value, cell, isTarget: true, &checked) }
        case "command": if let command = server.command { check(command, owner, pair.value, cell, &checked) }
        case "setup": if let setup = server.setup { check(setup, owner, pair.value, cell, &checked) }
        case "prepare": if let prepare = server.prepare { check(prepare, owner, pair.value, cell, &checked) }
        case "pgbouncer":
            guard let pgbouncer = server.pgbouncer, pgbouncer.namesMatrix else { return }
            check(pgbouncer, owner, pair.value, cell, &checked)
            guard let full = try? pgbouncer.puttingIn(matrix: cell.values), checked.insert("\(owner) \(full.text)").inserted else { return }
            check(pgbouncer: full, "\(owner) of the cell `\(SecretText.masking(cell.name))`", at: pair.value.place)
        case "env":
            guard case .mapping(let variables) = pair.value.content else { return }
            for variable in variables where !isUnknown(variable.value) {
                if let text = server.environment[variable.key] { check(text, "`\(variable.key)`", variable.value, cell, &checked) }
            }
        case _ where server.fromMatrix[pair.key] != nil:
            // What is not given to a cell is as if the key were not there.
            guard let text = try? server.text(of: pair.key, matrix: cell.values), !text.isEmpty else { return }
            guard checked.insert("\(server.name) \(pair.key) \(text)").inserted else { return }
            let value = YAMLValue(place: pair.value.place, content: .scalar(ScalarText(verbatim: text)))
            var scratch = server
            read(pair.key, value, "\(owner) of the cell `\(SecretText.masking(cell.name))`", into: &scratch)
        default: break
        }
    }

    /// Reports a value of the matrix that the cell does not have, and a target that is none once its values are put in.
    private func check(
        _ template: Template, _ owner: String, _ value: YAMLValue, _ cell: CellCheck, isTarget: Bool = false, _ checked: inout Set<String>
    ) {
        guard isTarget || template.namesMatrix else { return }
        let shown = "\(owner) of the cell `\(SecretText.masking(cell.name))`"
        do throws(TemplateError) {
            let full = try template.puttingIn(matrix: cell.values)
            guard isTarget, checked.insert("\(owner) \(full.text)").inserted else { return }
            check(target: full, template.namesMatrix ? shown : owner, at: value.place, checksReach: cell.checksReach)
        } catch {
            guard case .unknown(let name, _) = error else { return }
            diagnostics.report(
                value.place, "\(shown) needs `{{\(name)}}`, and the cell has no value for it",
                help: "give the entry of `include` that makes this cell a value for it")
        }
    }
}
