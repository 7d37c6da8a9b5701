import Geometry
import HTTPEdge
import NIOCore

/// The text of a page as it grows: taken from the writer in pieces that still lie in the processor's cache, into the buffer in which it
/// leaves, and into its entity tag.
struct PageText {
    private(set) var buffer = ByteBuffer()
    private var hash = ContentHash()
    /// How many features the page is to have.
    private let features: Int

    /// How much the writer gathers before it is taken, in octets.
    private static let pieceSize = 32 << 10
    /// No page is expected to be larger than this: one that is makes the buffer grow.
    private static let largestGuess = 16 << 20

    init(features: Int) {
        self.features = features
    }

    /// A writer with room for a piece.
    static func writer() -> JSONWriter { JSONWriter(capacity: 2 * pieceSize) }

    /// Takes what the writer has, if it is worth a piece.
    ///
    /// - Parameter written: How many features have been written so far: the first piece tells how long the page may become.
    mutating func takePiece(of json: inout JSONWriter, written: Int) {
        guard json.bytes.count >= Self.pieceSize else { return }
        if buffer.readableBytes == 0 {
            let guess = json.bytes.count / max(written, 1) * features
            buffer.reserveCapacity(min(guess + guess / 16 + Self.pieceSize, Self.largestGuess))
        }
        take(&json)
    }

    /// Takes all that the writer has.
    mutating func take(_ json: inout JSONWriter) {
        json.bytes.withUnsafeBytes { hash.combine(bytes: $0) }
        buffer.writeBytes(json.bytes)
        json.removeAll()
    }

    /// The weak entity tag of what was taken until now.
    var entityTag: String { hash.weakEntityTag }
}
