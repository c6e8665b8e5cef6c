import CLinux
import Glibc

/// A wake-up that one thread sends to another through a descriptor (eventfd(2)).
///
/// `signal` may be called from any thread; the receiver watches `raw` for reading and then calls `drain`.
package final class EventFD: Sendable {
    package let raw: Int32
    private let others: [EventFD]

    /// - Parameter others: signalled with it, for receivers on threads of their own.
    package init(with others: [EventFD] = []) throws(SystemError) {
        self.others = others
        raw = seep_eventfd()
        guard raw >= 0 else { throw SystemError("eventfd") }
    }

    deinit {
        _ = Glibc.close(raw)
    }

    /// Wakes the receiver. Signals sent before it drains count as one.
    package func signal() {
        var one: UInt64 = 1
        _ = write(raw, &one, 8)
        for other in others { other.signal() }
    }

    /// Takes back all signals sent so far, and says whether there were any.
    @discardableResult
    package func drain() -> Bool {
        var value: UInt64 = 0
        return read(raw, &value, 8) == 8
    }
}
