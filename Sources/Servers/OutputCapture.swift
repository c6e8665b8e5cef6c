import Glibc
import LinuxIO
import Synchronization

/// What a process prints: read on a thread of its own, written to a capped log, its last lines kept.
///
/// The process never waits for a reader that is busy with something else. The thread ends when the last holder of the pipe is
/// gone, or soon after `finish`: a process that was left behind may hold it for ever.
final class OutputCapture: Sendable {
    private let state: Mutex<State>
    private let stop: EventFD
    private let thread: Mutex<KernelThread?>
    private let onLine: (@Sendable (String) -> Void)?

    private struct State {
        var tail = LineTail()
        var hasEnded = false
    }

    /// - Parameters:
    ///   - descriptor: the reading end of the pipe; taken over.
    ///   - onLine: called on the reading thread for each line.
    init(
        reading descriptor: consuming OwnedDescriptor, log: consuming CappedLog?, onLine: (@Sendable (String) -> Void)?
    ) throws(SystemError) {
        state = Mutex(State())
        stop = try EventFD()
        self.onLine = onLine
        thread = Mutex(nil)
        // The closure of a thread may run once only, which its type does not say: the handles wait for it in a box.
        let handles = HandleBox(Handles(pipe: descriptor, log: log))
        let started = try KernelThread(name: "seep-output") { [self] in
            guard var handles = handles.take() else { return }
            read(&handles)
        }
        thread.withLock { $0 = started }
    }

    var lastLines: [String] { state.withLock { $0.tail.lines } }

    /// Reads what is in the pipe by now, and stops. To be called once the process has ended.
    func finish() {
        stop.signal()
        let running = thread.withLock { thread in
            let running = thread
            thread = nil
            return running
        }
        running?.join()
    }

    private func read(_ handles: inout Handles) {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            var watched = [
                pollfd(fd: handles.pipe.raw, events: Int16(POLLIN), revents: 0), pollfd(fd: stop.raw, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&watched, 2, -1) >= 0 || errno == EINTR else { return }
            let isLast = watched[1].revents != 0
            // The pipe does not block: once asked to stop, read until it is empty, but not for ever from one who goes on writing.
            var rounds = isLast ? 64 : 1
            while rounds > 0 {
                rounds -= 1
                let count = Glibc.read(handles.pipe.raw, &chunk, chunk.count)
                if count == 0 { return }
                if count < 0 {
                    if errno == EINTR { continue }
                    guard errno == EAGAIN else { return }
                    break
                }
                take(chunk[..<count], into: &handles)
            }
            if isLast { return }
        }
    }

    private func take(_ bytes: ArraySlice<UInt8>, into handles: inout Handles) {
        handles.log?.append(bytes)
        let lines = state.withLock { $0.tail.consume(bytes) }
        if let onLine { lines.forEach(onLine) }
    }

    private struct Handles: ~Copyable {
        let pipe: OwnedDescriptor
        var log: CappedLog?
    }

    private final class HandleBox: Sendable {
        private let content: Mutex<Handles?>

        init(_ handles: consuming sending Handles) {
            content = Mutex(handles)
        }

        func take() -> sending Handles? {
            content.withLock { $0.take() }
        }
    }
}
