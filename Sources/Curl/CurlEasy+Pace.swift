internal import CCurl

/// What libcurl's callback needs to know to receive slowly.
struct PaceNotes {
    var isSlow = false
    /// Bytes that may be taken before the next turn; below 0 what was taken too much, as libcurl hands over whole buffers.
    var left = 0
    var taken = 0
    var isPaused = false

    /// Whether so many bytes are taken now; else they come again.
    mutating func takes(_ count: Int) -> Bool {
        guard isSlow else { return true }
        isPaused = left <= 0
        guard !isPaused else { return false }
        left -= count
        taken += count
        return true
    }
}

/// Receiving slowly. libcurl's own limit (`CURLOPT_MAX_RECV_SPEED_LARGE`) lets the first second's worth through at once, so that a
/// response smaller than that is not slow at all: here the transfer is paused between turns.
extension CurlEasy {
    /// Takes the body by ``takeTurn(_:)`` only, or again as it comes.
    package func setSlow(_ isSlow: Bool) {
        notes.pointee.pace = PaceNotes(isSlow: isSlow)
        if isSlow { notes.pointee.listens = true }
    }

    /// Bytes of the body taken since ``takeTurn(_:)`` was first called in the transfer.
    package var takenSlowly: Int { notes.pointee.pace.taken }

    /// Everything that came was taken.
    package var waitsForMore: Bool { !notes.pointee.pace.isPaused }

    /// Begins to count anew, for a transfer that begins or that has nothing to take.
    package func restPace() {
        notes.pointee.pace.taken = 0
        notes.pointee.pace.left = 0
    }

    /// So many bytes may be taken by now. During a transfer only; what is there is taken up at once.
    package func takeTurn(_ bytes: Int) {
        notes.pointee.pace.left = bytes
        guard bytes > 0, notes.pointee.pace.isPaused else { return }
        notes.pointee.pace.isPaused = false
        _ = curl_easy_pause(raw, CURLPAUSE_CONT)
    }
}
