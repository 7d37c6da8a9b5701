import Synchronization

/// Memory, in bytes, that all streams of a server share for what they make ahead beyond their least.
///
/// A socket's buffers take the first megabytes as fast as a quick client would, so that a slow one cannot be told from
/// it before they are full. Only the sum is a bound that many slow clients cannot pass.
final class StreamRoom: Sendable {
    private let free: Mutex<Int>

    init(bytes: Int) { free = Mutex(bytes) }

    /// Bytes that nobody has taken.
    var bytes: Int { free.withLock { $0 } }

    /// Takes `bytes`; false if so many are not free, and nothing is taken then.
    func take(_ bytes: Int) -> Bool {
        free.withLock { free in
            guard bytes <= free else { return false }
            free -= bytes
            return true
        }
    }

    func giveBack(_ bytes: Int) { free.withLock { $0 += bytes } }
}
