import Testing

@testable import Postgres

@Suite("Text of libpq") struct TextTests {
    @Test(arguments: [
        ("x failed: FATAL:  53300: sorry, too many clients already", "53300", "x failed: FATAL:  sorry, too many clients already"),
        ("x failed: SCHWERWIEGEND:  28P01: Passwort falsch", "28P01", "x failed: SCHWERWIEGEND:  Passwort falsch"),
    ])
    func `a SQLSTATE is taken out of a verbose message in any language`(_ line: String, _ state: String, _ rest: String) throws {
        let split = try #require(ServerMessage.splitState(line))
        #expect(split.sqlstate == state)
        #expect(split.line == rest)
    }

    @Test(arguments: ["", ":  ", "could not translate host name \"a:  b\" to address: x", "FATAL:  5330: short", "FATAL:  53300:no space"])
    func `a line without one is left alone`(_ line: String) {
        #expect(ServerMessage.splitState(line) == nil)
    }

    @Test(arguments: [
        (
            "FATAL:  remaining connection slots are reserved for non-replication superuser connections",
            PostgresError.Kind.tooManyConnections
        ),
        ("FATAL:  too many connections for role \"a\"", .tooManyConnections),
        ("FATAL:  no more connections allowed (max_client_conn)", .tooManyConnections),
        ("fe_sendauth: no password supplied", .authenticationFailed),
        ("FATAL:  no such database: x", .databaseMissing),
        ("could not connect to server: Connection refused", .connectionFailed),
    ])
    func `words tell the kind where there is no SQLSTATE`(_ text: String, _ kind: PostgresError.Kind) {
        #expect(ServerMessage(connecting: text).kind == kind)
    }

    @Test func `an address that answered says more than one that refused`() {
        let said = ServerMessage(
            connecting:
                "server at \"::1\" failed: Connection refused\n\tIs it running?\nserver at \"127.0.0.1\" failed: FATAL:  53300: sorry\n")
        #expect(said.kind == .tooManyConnections)
        #expect(said.line == "server at \"127.0.0.1\" failed: FATAL:  sorry")
    }

    @Test(arguments: [
        ("postgresql://me:pa/ss@host/db", "invalid integer value \"pa\" for \"port\"", "invalid integer value \"…\" for \"port\""),
        ("postgresql://me:p@ss@host/db", "could not translate host name \"ss@host\"", "could not translate host name \"…\""),
        ("postgresql://me:x@host/db?password=zz", "bad \"zz\" and \"db\"", "bad \"…\" and \"db\""),
        ("postgresql://postgres:postgres@h/d", "role \"postgres\" does not exist", "role \"postgres\" does not exist"),
        ("host=h password=a zz", "missing \"=\" after \"zz\"", "missing \"=\" after \"…\""),
    ])
    func `what may be a piece of a password is struck out of a message`(_ conninfo: String, _ message: String, _ struck: String) {
        #expect(Redaction.strike(message, secretsOf: conninfo, plain: ["postgres"]) == struck)
    }

    @Test func `a connection string is taken apart, changed, and put together again`() throws {
        let info = try ConnectionInfo(parsing: "postgresql://me:it's%20\\@db.example:6543/shop?application_name=cms")
        #expect(info.host == "db.example")
        #expect(info.port == 6543)
        #expect(info.user == "me")
        #expect(info.database == "shop")
        #expect(info.options["password"] == "it's \\")
        #expect(info.description == "me@db.example:6543/shop")
        let other = try ConnectionInfo(parsing: info.withDatabase("other").withRole("you", password: "").keywords)
        #expect(other.description == "you@db.example:6543/other")
        #expect(try ConnectionInfo(parsing: info.keywords) == info)
    }

    @Test(arguments: [
        ("0", 0), ("-1", -1), ("9223372036854775807", Int.max), ("-9223372036854775808", .min), ("9223372036854775808", nil),
        ("-9223372036854775809", nil), ("", nil), ("-", nil), ("1.5", nil), (" 1", nil), ("99999999999999999999999", nil),
    ])
    func `whole numbers are read exactly or not at all`(_ text: String, _ value: Int?) {
        #expect(Array(text.utf8).withUnsafeBytes(PostgresRows.wholeNumber) == value)
    }

    @Test func `a random whole number is read as Swift reads it`() {
        for _ in 0..<1_000 {
            let text = String(Int.random(in: .min ... .max) >> Int.random(in: 0..<64))
            #expect(Array(text.utf8).withUnsafeBytes(PostgresRows.wholeNumber) == Int(text))
        }
    }
}
