import CLinux
import Glibc

/// A timer that fires through a descriptor (timerfd_create(2)), on the monotonic clock, with nanosecond deadlines.
package struct TimerFD: ~Copyable {
    private let descriptor: OwnedDescriptor

    package var raw: Int32 { descriptor.raw }

    package init() throws(SystemError) {
        let raw = seep_timerfd()
        guard raw >= 0 else { throw SystemError("timerfd_create") }
        descriptor = OwnedDescriptor(taking: raw)
    }

    /// Fires once at `deadline`; a deadline that has passed fires at once.
    package func arm(at deadline: MonotonicInstant) {
        let nanoseconds = max(deadline.nanoseconds, 1)
        var value = itimerspec()
        value.it_value.tv_sec = Int(nanoseconds / 1_000_000_000)
        value.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
        _ = seep_timerfd_set(descriptor.raw, &value, 1)
    }

    package func disarm() {
        var value = itimerspec()
        _ = seep_timerfd_set(descriptor.raw, &value, 0)
    }

    /// Acknowledges that the timer has fired.
    package func drain() {
        var expirations: UInt64 = 0
        _ = read(descriptor.raw, &expirations, 8)
    }
}
