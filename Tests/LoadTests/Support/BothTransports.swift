import Glibc
import Scenarios
import Testing

/// Runs each test of a suite once for each transport: what ``LoadBench`` makes in it goes over that one.
///
/// `SEEP_TEST_TRANSPORT=direct` runs one of them only, to see which of the two a failure belongs to.
struct BothTransports: SuiteTrait, TestTrait, TestScoping {
    @TaskLocal static var current = HTTPSettings.Transport.auto

    var isRecursive: Bool { true }

    func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
        guard testCase != nil else { return try await function() }
        let only = getenv("SEEP_TEST_TRANSPORT").flatMap { HTTPSettings.Transport(rawValue: String(cString: $0)) }
        for transport in only.map({ [$0] }) ?? [.general, .direct] {
            try await Self.$current.withValue(transport) { try await function() }
        }
    }
}

extension Trait where Self == BothTransports {
    static var bothTransports: Self { Self() }
}
