import Foundation

/// `servers`: the configurations of the application under test.
extension ScenarioDecoder {
    private static let signals = ["TERM", "INT", "QUIT", "HUP", "USR1", "USR2", "KILL"]
    private static let verdicts = ["leak", "stuck", "starved", "over-budget", "inconclusive", "bounded", "clean"]

    func servers(_ value: YAMLValue) -> [ServerSpec] {
        let expected = "a map of names and servers"
        guard let members = diagnostics.members(value, "`servers`", expected: expected) else { return [] }
        if members.isEmpty { diagnostics.report(value.place, "`servers` is empty", expected: expected) }
        return members.compactMap { member in
            guard diagnostics.folderName(member.key, "a server's name", at: member.keyPlace) else { return nil }
            return server(member)
        }
    }

    private func server(_ member: YAMLValue.Member) -> ServerSpec? {
        guard let map = MapReader(member.value, .server, diagnostics) else { return nil }
        let counts = ["workers": 1...10_000, "threads": 1...100_000, "pool": 1...100_000]
        func count(_ key: String) -> Int? {
            map[key].flatMap { value in counts[key].flatMap { diagnostics.integer(value, "`\(key)`", in: $0) } }
        }
        let known = ["port", "cache"] + counts.keys.filter(map.has).sorted()
        let setup = map["setup"].flatMap { template($0, "`setup`", known: ["cache"], map) }
        let command = map.required("command", expected: "what starts the server, for `/bin/sh -c`")
            .flatMap { template($0, "`command`", known: known, map) }
        let workdir = map["workdir"].flatMap(self.workdir)
        let environment = map["env"].map { self.environment($0, known: known, map) }
        let ready = map["ready"].flatMap(self.ready)
        let readyWithin = map["ready_within"].flatMap {
            diagnostics.duration($0, "`ready_within`", in: .milliseconds(100)...(.seconds(3600)))
        }
        let stop = map["stop"].flatMap(self.stop)
        let workers = count("workers")
        let threads = count("threads")
        let pool = count("pool")
        let expect = map["expect"].flatMap { diagnostics.word($0, "`expect`", of: Self.verdicts) }
        let pgbouncer = map["pgbouncer"].flatMap(self.pgbouncer)
        guard let command else { return nil }
        return ServerSpec(
            name: member.key, setup: setup, command: command, workdir: workdir ?? ".", environment: environment ?? [:], ready: ready,
            readyWithin: readyWithin ?? .seconds(60), stop: stop ?? ServerSpec.Stop(), workers: workers, threads: threads, pool: pool,
            expect: expect, pgbouncer: pgbouncer)
    }

    /// Text with placeholders, not empty and without NUL; a declared count may be named only where it is declared.
    private func template(_ value: YAMLValue, _ owner: String, known: [String], _ map: MapReader) -> Template? {
        guard let template = diagnostics.template(value, owner, known: known) else { return nil }
        if template.text.allSatisfy(\.isWhitespace), value.scalar?.isUnknown != true {
            diagnostics.report(value.place, "\(owner) is empty", expected: "a command for `/bin/sh -c`")
            return nil
        }
        return checkNUL(template.text, owner, at: value.place) ? template : nil
    }

    private func checkNUL(_ text: String, _ owner: String, at place: Place) -> Bool {
        guard text.utf8.contains(0) else { return true }
        diagnostics.report(place, "\(owner) holds a NUL character, which no process can be given")
        return false
    }

    private func environment(_ value: YAMLValue, known: [String], _ map: MapReader) -> [String: Template] {
        guard let members = diagnostics.members(value, "`env`", expected: "a map of names and values") else { return [:] }
        var environment: [String: Template] = [:]
        for member in members {
            let isName =
                member.key.first?.isNumber == false && member.key.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            guard isName else {
                diagnostics.report(
                    member.keyPlace, "this cannot be the name of an environment variable", expected: "letters, digits and `_`")
                continue
            }
            guard case .scalar(let scalar) = member.value.content, CoreScalar(scalar) != .null else {
                diagnostics.reportType(member.value, "`\(member.key)`", expected: "text", help: "write \"\" for an empty value")
                continue
            }
            if let template = diagnostics.template(member.value, "`\(member.key)`", known: known),
                checkNUL(template.text, "`\(member.key)`", at: member.value.place)
            {
                environment[member.key] = template
            }
        }
        return environment
    }

    private func workdir(_ value: YAMLValue) -> String? {
        guard let path = diagnostics.text(value, "`workdir`", expected: "a folder, relative to the scenario's") else { return nil }
        if value.scalar?.isUnknown == true { return path }
        let absolute = path.hasPrefix("/") ? path : "\(folder)/\(path)"
        var isFolder: ObjCBool = false
        guard checkNUL(path, "`workdir`", at: value.place) else { return nil }
        let exists = FileManager.default.fileExists(atPath: absolute, isDirectory: &isFolder)
        guard exists, isFolder.boolValue else {
            diagnostics.report(
                value.place, exists ? "`workdir` is no folder" : "`workdir` does not exist",
                expected: "a folder, relative to the scenario's")
            return nil
        }
        return path
    }

    private func ready(_ value: YAMLValue) -> String? {
        let expected = "a path that begins with `/`"
        guard let path = diagnostics.text(value, "`ready`", expected: expected) else { return nil }
        if value.scalar?.isUnknown == true { return path }
        guard path.hasPrefix("/") else {
            diagnostics.report(value.place, "`ready` is no path", expected: expected)
            return nil
        }
        guard let problem = HTTPURL.problem(ofCharacters: path) else { return path }
        diagnostics.report(value.place, "`ready` cannot be sent: \(problem.reason)", expected: expected, help: problem.help)
        return nil
    }

    private func stop(_ value: YAMLValue) -> ServerSpec.Stop? {
        guard let map = MapReader(value, .stop, diagnostics) else { return nil }
        var stop = ServerSpec.Stop()
        let withoutPrefix = { (name: String) in name.hasPrefix("SIG") ? String(name.dropFirst(3)) : name }
        if let signal = map["signal"].flatMap({ diagnostics.word($0, "`signal`", of: Self.signals, normal: withoutPrefix) }) {
            stop.signal = signal
        }
        if let within = map["within"].flatMap({ diagnostics.duration($0, "`within`", in: .milliseconds(100)...(.seconds(600))) }) {
            stop.within = within
        }
        return stop
    }
}
