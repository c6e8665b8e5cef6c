/// One epoll instance that several owners on one thread share: a loop, its transports, their sockets.
///
/// A class, because what C calls back has to reach it by reference. Not for more than one thread.
package final class Poller {
    package let epoll: Epoll

    /// - Parameter capacity: how many events one wait returns at most.
    package init(capacity: Int) throws(SystemError) {
        epoll = try Epoll(capacity: capacity)
    }
}
