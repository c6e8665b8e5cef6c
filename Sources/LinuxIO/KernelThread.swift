import CLinux
import Glibc

/// A thread of its own for a loop that blocks: the sampler, a load loop.
///
/// The body runs to its end; `join` waits for that. Nothing is cancelled from outside.
package final class KernelThread: Sendable {
    private let handle: pthread_t

    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// - Parameter name: at most 15 bytes are shown by the kernel (`/proc/PID/task/TID/comm`).
    package init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let context = Unmanaged.passRetained(
            Body {
                _ = seep_name_this_thread(name)
                body()
            })
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { raw in
                guard let raw else { return nil }
                Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard code == 0 else {
            context.release()
            throw SystemError("pthread_create", code: code)
        }
        handle = thread
    }

    /// Waits until the body has returned. To be called once.
    package func join() {
        pthread_join(handle, nil)
    }
}
