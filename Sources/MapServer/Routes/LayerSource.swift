import HTTPEdge
import Interchange
import NIOCore
import Synchronization
import TimeBudgets

/// A whole layer as batches of a body, compressed if the client wants that.
///
/// A class, because the reading goes on from batch to batch, each perhaps on another thread.
final class LayerSource: Sendable {
    private struct Progress {
        var reading: LayerReading
        var hasEnded = false
    }

    private let progress: Mutex<Progress>
    private let gzip: Mutex<GzipEncoder?>

    init(_ reading: LayerReading, gzip: Bool) {
        progress = Mutex(Progress(reading: reading))
        self.gzip = Mutex(gzip ? GzipEncoder() : nil)
    }

    /// The batch that about so many octets of the layer's text make; nil at the end.
    func next(octets: Int, budget: TimeBudget) throws -> ByteBuffer? {
        try progress.withLock { progress -> ByteBuffer? in
            guard !progress.hasEnded else { return nil }
            var batch = ByteBuffer()
            let goesOn = try progress.reading.next(octets: octets, budget: budget) { text in
                batch = encoded(text, last: false)
            }
            guard !goesOn else { return batch }
            progress.hasEnded = true
            var ending = encoded([], last: true)
            batch.writeBuffer(&ending)
            return batch
        }
    }

    private func encoded(_ text: [UInt8], last: Bool) -> ByteBuffer {
        gzip.withLock { gzip -> ByteBuffer in
            gzip == nil ? ByteBuffer(bytes: text) : ByteBuffer(bytes: gzip!.encode(text, last: last))
        }
    }
}
