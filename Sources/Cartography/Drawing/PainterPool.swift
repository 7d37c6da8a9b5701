import Synchronization

/// Painters that are free, for reuse: each holds canvases and buffers that would be costly to make for every tile.
final class PainterPool: Sendable {
    private let free = Mutex<[Painter]>([])
    private static let limit = 64
    private let labeler: Labeler

    init(labeler: Labeler) { self.labeler = labeler }

    /// Lends a painter to `body`, which has it for itself.
    func withPainter<Result>(_ body: (Painter) throws -> Result) rethrows -> Result {
        let painter = free.withLock { $0.popLast() } ?? Painter(labeler: labeler)
        defer { free.withLock { if $0.count < Self.limit { $0.append(painter) } } }
        return try body(painter)
    }
}
