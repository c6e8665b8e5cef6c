import Postgres
import TestSupport
import Testing

@Suite("A connection to PostgreSQL") struct PostgresConnectionTests {
    @Test func `gives typed values, NULL as nil, and the names of the columns`() async throws {
        var connection = try PostgresConnection(connecting: try await TestCluster.shared.superuserURL)
        let rows = try connection.query(
            "SELECT $1::int AS whole, 2.5::float8 AS part, true AS yes, $2::text AS nothing, '-9223372036854775808' AS least",
            parameters: ["42", nil])
        #expect(rows.count == 1)
        #expect(rows.columns == ["whole", "part", "yes", "nothing", "least"])
        #expect(rows.int(0, 0) == 42)
        #expect(rows.double(0, 1) == 2.5)
        #expect(rows.bool(0, 2) == true)
        #expect(rows[0, 3] == nil)
        #expect(rows.int(0, 4) == .min)
        #expect(rows[1, 0] == nil)
        #expect(rows.withBytes(0, 0) { $0?.count } == 2)
    }
}
