import Glibc

/// A file descriptor that is closed when its owner goes away.
package struct OwnedDescriptor: ~Copyable {
    package let raw: Int32

    /// Takes over `raw`, which must be open and nobody else's.
    package init(taking raw: Int32) {
        self.raw = raw
    }

    deinit {
        _ = Glibc.close(raw)
    }

    /// Gives the descriptor away; the caller closes it.
    package consuming func release() -> Int32 {
        let value = raw
        discard self
        return value
    }
}
