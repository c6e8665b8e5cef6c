/// Which part of a run one of several load threads sends.
package struct LoadShare: Hashable, Sendable {
    /// From 0, below ``stride``.
    package let offset: Int
    /// How many threads there are.
    package let stride: Int

    package static let whole = LoadShare(offset: 0, stride: 1)

    package init(offset: Int, stride: Int) {
        precondition(stride >= 1 && (0..<stride).contains(offset), "a share is one of so many")
        self.offset = offset
        self.stride = stride
    }

    /// The number in the run, from 0, of this thread's `count`-th.
    func number(_ count: Int) -> Int { offset + count * stride }
}
