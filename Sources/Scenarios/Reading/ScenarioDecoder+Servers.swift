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
        let known = ["port", "cache"] + Self.counts.filter(map.has) + matrixPlaceholders
        let isManaged = map.has("command") || map.wasMeant("command") || !map.has("target")
        if !isManaged { checkExternal(map) }
        let setup = map["setup"].flatMap { template($0, "`setup`", known: ["cache"] + matrixPlaceholders, map) }
        let prepare = map["prepare"].flatMap { template($0, "`prepare`", known: known, map) }
        let command =
            isManaged
            ? map.required("command", expected: "what starts the server, for `/bin/sh -c`").flatMap {
                template($0, "`command`", known: known, map)
            }
            : nil
        var server = ServerSpec(
            name: member.key, target: map["target"].flatMap { target($0, isManaged: isManaged) }, setup: setup, prepare: prepare,
            command: command)
        if let environment = map["env"].map({ self.environment($0, known: known, map) }) { server.environment = environment }
        if let within = map["ready_within"].flatMap({
            diagnostics.duration($0, "`ready_within`", in: .milliseconds(100)...(.seconds(3600)))
        }) {
            server.readyWithin = within
        }
        if let stop = map["stop"].flatMap(self.stop) { server.stop = stop }
        server.pgbouncer = map["pgbouncer"].flatMap { pgbouncer($0, known: (isManaged ? ["port"] : []) + matrixPlaceholders) }
        for key in Self.fromMatrix {
            guard let value = map[key] else { continue }
            if namesMatrix(value) {
                server.fromMatrix[key] = diagnostics.template(value, "`\(key)`", known: matrixPlaceholders)
            } else {
                read(key, value, "`\(key)`", into: &server)
            }
        }
        return isManaged && command == nil ? nil : server
    }

    static let counts = ["pool", "threads", "workers"]
    /// Keys that may be put together from values of the matrix.
    static let fromMatrix = counts + ["expect", "ready", "workdir"]

    /// Reads one of the keys of ``fromMatrix``; `owner` is how a message calls it.
    func read(_ key: String, _ value: YAMLValue, _ owner: String, into server: inout ServerSpec) {
        switch key {
        case "workers": server.workers = diagnostics.integer(value, owner, in: 1...10_000)
        case "threads": server.threads = diagnostics.integer(value, owner, in: 1...100_000)
        case "pool": server.pool = diagnostics.integer(value, owner, in: 1...100_000)
        case "expect": server.expect = diagnostics.word(value, owner, of: Self.verdicts)
        case "ready": server.ready = ready(value, owner)
        case "workdir": server.workdir = workdir(value, owner) ?? "."
        default: preconditionFailure("`\(key)` is read elsewhere")
        }
    }

    /// Reports what only a server that Seep starts can have.
    private func checkExternal(_ map: MapReader) {
        for key in ["setup", "prepare", "workdir", "env", "ready", "ready_within", "stop"] where map.has(key) {
            diagnostics.report(
                map.keyPlace(key), "`\(key)` needs a `command`",
                help: "a server with a `target` and no `command` is started by somebody else")
        }
    }

    /// A server's own base URL.
    private func target(_ value: YAMLValue, isManaged: Bool) -> Template? {
        diagnostics.template(
            value, "`target`", known: (isManaged ? ["port"] : []) + matrixPlaceholders, expected: "a base URL like `http://127.0.0.1:8000`")
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

    private func workdir(_ value: YAMLValue, _ owner: String) -> String? {
        guard let path = diagnostics.text(value, owner, expected: "a folder, relative to the scenario's") else { return nil }
        if value.scalar?.isUnknown == true { return path }
        let absolute = path.hasPrefix("/") ? path : "\(folder)/\(path)"
        var isFolder: ObjCBool = false
        guard checkNUL(path, owner, at: value.place) else { return nil }
        let exists = FileManager.default.fileExists(atPath: absolute, isDirectory: &isFolder)
        guard exists, isFolder.boolValue else {
            diagnostics.report(
                value.place, exists ? "\(owner) is no folder" : "\(owner) does not exist",
                expected: "a folder, relative to the scenario's")
            return nil
        }
        return path
    }

    private func ready(_ value: YAMLValue, _ owner: String) -> String? {
        let expected = "a path that begins with `/`"
        guard let path = diagnostics.text(value, owner, expected: expected) else { return nil }
        if value.scalar?.isUnknown == true { return path }
        guard path.hasPrefix("/") else {
            diagnostics.report(value.place, "\(owner) is no path", expected: expected)
            return nil
        }
        guard let problem = HTTPURL.problem(ofCharacters: path) else { return path }
        diagnostics.report(value.place, "\(owner) cannot be sent: \(problem.reason)", expected: expected, help: problem.help)
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
