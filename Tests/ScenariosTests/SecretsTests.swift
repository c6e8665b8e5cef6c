import Foundation
import Scenarios
import Testing

@Suite struct SecretsTests {
    @Test(arguments: [
        ("postgresql://app:hunter2@db/shop", "postgresql://app:***@db/shop"),
        ("postgres://app@db:5432/shop", "postgres://app@db:5432/shop"),
        ("postgresql://app:hunter2@h1:1,h2:2/shop?sslmode=require", "postgresql://app:***@h1:1,h2:2/shop?sslmode=require"),
        ("postgresql:///shop?user=a&password=hunter2&host=b", "postgresql:///shop?user=a&password=***&host=b"),
        ("postgresql:///shop?p%61ssword=hunter2", "postgresql:///shop?p%61ssword=***"),
        ("postgresql://app:hun@ter/2@db/shop", "postgresql://app:***@db/shop"),
        ("host=db password=hunter2 dbname=shop", "host=db password=*** dbname=shop"),
        ("password = 'hunter 2\\'s' host=db sslpassword=x", "password = *** host=db sslpassword=***"),
        ("host=db dbname='password=x'", "host=db dbname='password=x'"), ("host=db hunter2", "***"),
    ]) func `a database URL is shown without its password`(_ url: String, _ shown: String) {
        #expect(ConnectionString.withoutPassword(url) == shown)
    }

    @Test func `a scenario's record holds none of its secrets`() throws {
        let scenario = try read(
            """
            target: http://127.0.0.1:{{port}}
            database: {url: "${DATABASE_URL}", pgbouncer: "host=b user=boss password=hunter5 dbname=pgbouncer"}
            http: {headers: {Authorization: "Bearer ${API_TOKEN}", Accept: text/plain}}
            requests:
              - get: /a?api_key=abc&page=2&q=${API_TOKEN}
                headers: {Cookie: sid=abc, X-Session: "${API_TOKEN}", X-Other: fine}
              - post: /login/
                form: {user: alice, password: "${DB_PASSWORD}", passphrase: typed}
              - post: /json/
                json: {note: "${DB_PASSWORD}", n: 1}
              - get: http://127.0.0.1:8000/users/@me
            servers:
              one:
                pgbouncer: postgresql://boss:hunter6@127.0.0.1:{{port}}/pgbouncer
                command: serve --db ${DATABASE_URL} --dsn "${DSN}" --token ${API_TOKEN} --port {{port}}
                env: {DATABASE_URL: "${DATABASE_URL}", DJANGO_SECRET_KEY: typed, PGPASSWORD: "${DB_PASSWORD}", MODE: "${MODE}"}
            """,
            environment: [
                "DATABASE_URL": "postgresql://app:hunter2@db/shop?password=hunter3", "DSN": "host=db password=hunter4",
                "API_TOKEN": "t0ken&more",
                "DB_PASSWORD": "pä\"ss{{wörd",
                "MODE": "fast",
            ])
        let shown = scenario.withoutSecrets
        let record = try String(decoding: JSONEncoder().encode(shown), as: UTF8.self) + "\(shown)"
        let texts = shown.requests.compactMap { $0.body.map { String(decoding: $0.bytes, as: UTF8.self) } }
        for secret in ["hunter2", "hunter3", "hunter4", "hunter5", "hunter6", "t0ken", "wörd", "abc", "typed"] {
            #expect(!record.contains(secret), "\(secret)")
            #expect(texts.allSatisfy { !$0.contains(secret) }, "\(secret)")
        }
        #expect(texts == ["user=alice&password=***&passphrase=***", #"{"note":"***","n":1}"#])
        #expect(shown.http.headers == [.init(name: "Authorization", value: "***"), .init(name: "Accept", value: "text/plain")])
        #expect(shown.requests[0].url == "/a?api_key=***&page=2&q=***")
        #expect(shown.requests[0].headers.map(\.value) == ["***", "***", "fine"])
        #expect(shown.requests[3].url == "http://127.0.0.1:8000/users/@me")
        #expect(shown.database?.pgbouncer == "host=b user=boss password=*** dbname=pgbouncer")
        #expect(shown.servers[0].pgbouncer == "postgresql://boss:***@127.0.0.1:{{port}}/pgbouncer")
        #expect(
            shown.servers[0].environment == [
                "DATABASE_URL": "postgresql://app:***@db/shop?password=***", "DJANGO_SECRET_KEY": "***", "PGPASSWORD": "***",
                "MODE": "fast",
            ])
        #expect(shown.servers[0].command?.placeholders == ["port"])
        #expect(shown.database?.source == .url("postgresql://app:***@db/shop?password=***"))
        #expect(shown.secretValues.isEmpty)
    }

    @Test func `flows, bodies and connections are recorded without secrets`() throws {
        let scenario = try read(
            """
            target: http://127.0.0.1
            data: {user: users.csv}
            http: {auth: {basic: {user: bob, password: hunter1}}, proxy: "http://me:hunter2@127.0.0.1:3128"}
            requests:
              - before: [{post: /login, form: {user: "{{user.name}}", password: "{{user.password}}hunter3"}}]
                steps:
                  - post: /json?token=hunter4
                    json: {password: hunter5, "deep": {api_key: "hunter\\"6", n: 1}, note: "${TOKEN}"}
                    expect: {headers: {Set-Cookie: hunter7, X: "${TOKEN}"}, json: {a.token: hunter8}, body: "${TOKEN}"}
                    capture: {id: {match: "a ${TOKEN}"}}
                  - post: /upload
                    multipart: {password: hunter9, note: "${TOKEN}", key.pem: {file: key.pem}, n: "{{n}}"}
                  - {post: /file, body: {file: key.pem}}
            """,
            environment: ["TOKEN": "hunter10"],
            files: ["users.csv": Array("name,password\nalice,hunter11\n".utf8), "key.pem": Array("hunter12".utf8)])
        #expect(scenario.data[0].rows.bytes == Array("alicehunter11".utf8))
        let shown = scenario.withoutSecrets
        let bodies = shown.sentRequests.map { String(decoding: $0.body?.bytes ?? [], as: UTF8.self) }
        let record = try String(decoding: JSONEncoder().encode(shown), as: UTF8.self) + "\(shown)" + bodies.joined()
        #expect(!record.contains("hunter"), "\(record)")
        #expect(bodies[0] == "user={{user.name}}&password=***")
        #expect(bodies[1] == #"{"password":"***","deep":{"api_key":"***","n":1},"note":"***"}"#)
        #expect(bodies[2].contains("name=\"n\"\r\n\r\n{{n}}\r\n--"))
        #expect(bodies[3] == "")
        #expect(shown.http.auth == .basic(user: "bob", password: "***"))
        #expect(shown.http.proxy == "http://me:***@127.0.0.1:3128")
        #expect(shown.data[0].rowCount == 1)
        #expect(try JSONDecoder().decode(Scenario.self, from: JSONEncoder().encode(shown)) == shown)
    }

    @Test func `a scenario can be encoded, and is the same when decoded`() throws {
        let scenario = try FullScenarioTests.read().withoutSecrets
        #expect(try JSONDecoder().decode(Scenario.self, from: JSONEncoder().encode(scenario)) == scenario)
    }

    @Test func `a scenario is encoded without the values that are secret`() throws {
        let scenario = try read(ReadingTests.shortest + "name: ${TOKEN:-x}\n", environment: ["TOKEN": "s3cr3t"])
        #expect(scenario.secretValues == ["s3cr3t"])
        let encoded = try JSONEncoder().encode(scenario)
        #expect(try JSONDecoder().decode(Scenario.self, from: encoded).secretValues.isEmpty)
    }
}
