import LinuxIO

/// Runs what blocks on a thread of its own: the few threads of Swift's concurrency are for all tests of the process together.
package func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    let (results, continuation) = AsyncStream<Result<Value, any Error>>.makeStream()
    let thread = try KernelThread(name: "test-blocks") {
        continuation.yield(Result { try body() })
        continuation.finish()
    }
    for await result in results {
        thread.join()
        return try result.get()
    }
    throw CancellationError()
}
