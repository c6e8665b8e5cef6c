import CLinux
import Glibc

/// An epoll instance (epoll(7)), level-triggered.
///
/// Owned and used by one thread. Tags come back with the events unchanged; their meaning is the caller's.
package struct Epoll: ~Copyable {
    private let descriptor: OwnedDescriptor
    private let buffer: UnsafeMutableBufferPointer<epoll_event>

    /// What happened on one registered descriptor.
    package struct Event {
        package let tag: UInt64
        package let readable: Bool
        package let writable: Bool
        package let failed: Bool
        /// The peer has ended its side; with ``readable``, after what there is to read.
        package let ended: Bool
    }

    /// - Parameter capacity: how many events one wait returns at most.
    package init(capacity: Int = 256) throws(SystemError) {
        let raw = seep_epoll()
        guard raw >= 0 else { throw SystemError("epoll_create1") }
        descriptor = OwnedDescriptor(taking: raw)
        buffer = .allocate(capacity: capacity)
    }

    deinit {
        buffer.deallocate()
    }

    /// Registers `fd`, or changes what is watched of it when it is registered already.
    package func set(_ fd: Int32, tag: UInt64, read: Bool, write: Bool) throws(SystemError) {
        var event = epoll_event()
        event.events = (read ? EPOLLIN.rawValue | EPOLLRDHUP.rawValue : 0) | (write ? EPOLLOUT.rawValue : 0)
        event.data.u64 = tag
        if epoll_ctl(descriptor.raw, EPOLL_CTL_MOD, fd, &event) == 0 { return }
        guard errno == ENOENT else { throw SystemError("epoll_ctl") }
        guard epoll_ctl(descriptor.raw, EPOLL_CTL_ADD, fd, &event) == 0 else { throw SystemError("epoll_ctl") }
    }

    /// Forgets `fd`. A descriptor that was closed meanwhile is no error.
    package func remove(_ fd: Int32) {
        _ = epoll_ctl(descriptor.raw, EPOLL_CTL_DEL, fd, nil)
    }

    /// Waits until something happens or `timeoutMilliseconds` have passed (−1: no limit), and hands each event to `body`.
    ///
    /// A signal ends the wait early without an event.
    package func wait(timeoutMilliseconds: Int32, _ body: (Event) -> Void) throws(SystemError) {
        let count = epoll_wait(descriptor.raw, buffer.baseAddress, Int32(buffer.count), timeoutMilliseconds)
        guard count >= 0 else {
            if errno == EINTR { return }
            throw SystemError("epoll_wait")
        }
        for index in 0..<Int(count) {
            let event = buffer[index]
            let bits = event.events
            body(
                Event(
                    tag: event.data.u64,
                    readable: bits & (EPOLLIN.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue | EPOLLRDHUP.rawValue) != 0,
                    writable: bits & EPOLLOUT.rawValue != 0,
                    failed: bits & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0,
                    ended: bits & (EPOLLERR.rawValue | EPOLLHUP.rawValue | EPOLLRDHUP.rawValue) != 0))
        }
    }
}
