import Testing
import Verdicts

/// Queries that are alike have one fingerprint; what PostgreSQL's scanner takes for a string is one here.
@Suite struct QueryFingerprintTests {
    static let table: [(query: String, fingerprint: String)] = [
        // Numbers.
        ("SELECT 1", "select ?"),
        ("SELECT 1.5e-3, .5, 1e10, 0xFF, 1_000", "select ?"),
        ("SELECT a-1, a - 1 FROM t", "select a - ?, a - ? from t"),
        ("SELECT -1", "select ?"),
        ("SELECT x FROM t WHERE a = -5", "select x from t where a = ?"),
        ("SELECT t1.c2 FROM t1", "select t1.c2 from t1"),
        ("SELECT $1, $2", "select ?"),
        ("SELECT x FROM t WHERE a=$1 AND b = $12", "select x from t where a = ? and b = ?"),
        // Strings.
        ("SELECT 'a'", "select ?"),
        ("SELECT 'it''s'", "select ?"),
        ("SELECT '' || 'x'", "select ? || ?"),
        (#"SELECT 'back\' FROM t"#, "select ? from t"),
        (#"SELECT E'it\'s' FROM t"#, "select ? from t"),
        (#"SELECT e'\\' FROM t"#, "select ? from t"),
        (#"SELECT U&'d\0061t' FROM t"#, "select ? from t"),
        ("SELECT B'1010', X'1FF', n'x'", "select ?"),
        ("SELECT 'two\nlines /* no comment */ -- none' FROM t", "select ? from t"),
        // Dollar quotes.
        ("SELECT $$it's$$ FROM t", "select ? from t"),
        ("SELECT $tag$a $$ b$tag$ FROM t", "select ? from t"),
        ("SELECT a$b FROM t", "select a$b from t"),
        // Comments.
        ("SELECT /* one */ 1 -- two\nFROM t", "select ? from t"),
        ("SELECT /* a /* nested */ still */ x", "select x"),
        ("/* only */", ""),
        ("SELECT 1 /*route='%2Fpage'*/", "select ?"),
        ("SELECT a--1\n+ 2", "select a + ?"),
        // Lists.
        ("SELECT x FROM t WHERE a IN (1, 2, 3)", "select x from t where a in (?)"),
        ("SELECT x FROM t WHERE a in ($1)", "select x from t where a in (?)"),
        ("INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y'), (3, 'z')", "insert into t(a, b) values (?)"),
        ("SELECT ARRAY[1,2,3]", "select array[?]"),
        // Names, case and white space.
        ("select  X\n\tfrom   T", "select x from t"),
        (#"SELECT "Weird ""Name""" FROM "T""#, #"select "Weird ""Name""" from "T""#),
        ("SELECT count(*) FROM t;", "select count(*) from t"),
        ("SELECT a::int, b->>'k' FROM s.t", "select a::int, b ->> ? from s.t"),
        ("SELECT naïve FROM straße WHERE x='é'", "select naïve from straße where x = ?"),
        ("WHERE (a, b) = (1, 2) AND (c OR d)", "where (a, b) = (?) and (c or d)"),
        // Cut off by pg_stat_activity.
        ("SELECT x FROM t WHERE a = 'unfinis", "select x from t where a = ?"),
        ("SELECT x /* unfinis", "select x"),
        ("SELECT $tag$unfinis", "select ?"),
        (#"SELECT E'x\"#, "select ?"),
        ("SELECT \"unfinis", "select \"unfinis"),
        ("$", "$"),
        ("", ""),
    ]

    @Test(arguments: table) func `is the query without what differs from call to call`(_ query: String, _ fingerprint: String) {
        #expect(QueryFingerprint(query).text == fingerprint)
    }

    @Test(arguments: table) func `of a fingerprint is the fingerprint`(_ query: String, _ fingerprint: String) {
        // A ? is an operator to PostgreSQL, and stays one character of its own.
        #expect(QueryFingerprint(fingerprint).text.filter { $0 != " " } == fingerprint.filter { $0 != " " })
    }

    @Test func `tells apart what is not alike`() {
        let queries = ["SELECT a FROM t", "SELECT b FROM t", "SELECT a FROM u", "SELECT a FROM t WHERE x = 1", "UPDATE t SET a = 1"]
        #expect(Set(queries.map { QueryFingerprint($0).text }).count == queries.count)
    }

    @Test(arguments: [
        ("SELECT 1 /*controller='index',route='%2Fpolls%2F'*/", ["controller": "index", "route": "/polls/"]),
        ("/* route='a b' , db_driver='django%3A5' */ SELECT 1", ["route": "a b", "db_driver": "django:5"]),
        (#"SELECT 1 /*name='DROP%20TABLE%20\'x\''*/"#, ["name": "DROP TABLE 'x'"]),
        ("SELECT 1 /*a='1'*/ /*b='2'*/", ["a": "1", "b": "2"]),
        ("SELECT 1 /* just words */", [:]),
        ("SELECT 1 /* a = 'b' */", [:]),
        ("SELECT 1 /*a='%zz'*/", [:]),
        ("SELECT 1 /*a='unclosed*/", [:]),
        ("SELECT '/*a=''1''*/'", [:]),
        ("SELECT 1 /*a='1',*/", [:]),
    ]) func `finds the tags of sqlcommenter's comments, and of no others`(_ query: String, _ tags: [String: String]) {
        #expect(QueryFingerprint(query).tags == tags)
    }

    @Test func `bears any bytes`() {
        var random = SplitMix(state: 5)
        let alphabet: [Character] = [
            "'", "\"", "$", "/", "*", "-", "\\", "e", "E", "u", "&", "(", ",", ")", "1", ".", " ", "\n", "é", "?", ";",
        ]
        for _ in 0..<5000 {
            let text = String((0..<Int.random(in: 0..<24, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? " " })
            let once = QueryFingerprint(text).text
            #expect(once.utf8.count <= 3 * text.utf8.count)
        }
    }
}
