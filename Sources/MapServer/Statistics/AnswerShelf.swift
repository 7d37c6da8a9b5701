import HTTPEdge
import Synchronization
import Works

/// Answers that take long to work out, kept for whoever asks the same of the same state of the works.
///
/// What changes an answer at once (a work, a layer, the passing of a deadline) is part of its key. What the clock alone does is slow: an
/// open work has lasted a minute longer. So an answer may be given again for ``lifetime``, and says itself as of when it is.
final class AnswerShelf: Sendable {
    /// Seconds.
    static let lifetime: Int64 = 60
    /// Octets of all answers together; the oldest give way.
    static let capacity = 32 * 1024 * 1024

    private struct Entry {
        var key: ContentHash
        var bytes: [UInt8]
        var made: Instant
    }

    /// In the order in which they were made.
    private let entries = Mutex<[Entry]>([])

    /// The answer under a key, asked of `make` if it is not there or too old at `now`.
    func answer(_ key: ContentHash, at now: Instant, _ make: () throws -> [UInt8]) rethrows -> [UInt8] {
        let kept = entries.withLock { entries in
            entries.removeAll { now - $0.made >= Self.lifetime || now < $0.made }
            return entries.last { $0.key == key }?.bytes
        }
        if let kept { return kept }
        let bytes = try make()
        entries.withLock { entries in
            entries.append(Entry(key: key, bytes: bytes, made: now))
            var held = entries.reduce(0) { $0 + $1.bytes.count }
            while held > Self.capacity { held -= entries.removeFirst().bytes.count }
        }
        return bytes
    }
}
