import Glibc

/// Puts the calling thread to sleep.
enum Pause {
    static func milliseconds(_ count: Int) {
        usleep(UInt32(count) * 1000)
    }
}
