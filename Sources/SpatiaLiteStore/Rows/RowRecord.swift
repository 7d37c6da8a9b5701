import Geometry
import Works

/// A row of `works` with all its columns, out of the engine's memory and in a block of its own.
///
/// A class, because it owns the block and many readers share it. Nothing of it changes, so they may do so on any thread.
final class RowRecord: @unchecked Sendable {
    let number: Int64
    private let dueChanges: Int
    private let revision: Int
    /// The length of each text, or ``null``; then the geometry; then the texts.
    private let block: UnsafeMutableRawPointer
    private let geometryCount: Int?
    /// How much memory it takes, with what keeps it in a table.
    let size: Int

    /// The length that stands for a null.
    private static let null = UInt32.max
    private static let lengthsSize = WorkColumn.allCases.count * MemoryLayout<UInt32>.stride

    /// A copy of a row.
    ///
    /// - Parameter geometry: SpatiaLite's blob, as the row has it.
    init(_ row: WorkRow, geometry: UnsafeRawBufferPointer?) {
        let count = Self.lengthsSize + (geometry?.count ?? 0) + row.textSize
        number = row.number
        dueChanges = row.dueChanges
        revision = row.revision
        geometryCount = geometry?.count
        block = .allocate(byteCount: count, alignment: 8)
        size = count + 160
        let lengths = block.bindMemory(to: UInt32.self, capacity: WorkColumn.allCases.count)
        var place = block + Self.lengthsSize
        func append(_ bytes: UnsafeRawBufferPointer) {
            if let base = bytes.baseAddress { place.copyMemory(from: base, byteCount: bytes.count) }
            place += bytes.count
        }
        if let geometry { append(geometry) }
        for column in WorkColumn.allCases {
            let text = row.utf8(column)
            lengths[column.rawValue] = text.map { UInt32($0.count) } ?? Self.null
            if let text { append(UnsafeRawBufferPointer(text)) }
        }
    }

    deinit { block.deallocate() }

    /// The row, valid as long as this record and what is put into `texts`, which has a place for each column.
    func row(texts: UnsafeMutableBufferPointer<UnsafeRawBufferPointer>) -> WorkRow {
        let lengths = UnsafePointer(block.assumingMemoryBound(to: UInt32.self))
        var place = UnsafeRawPointer(block + Self.lengthsSize + (geometryCount ?? 0))
        for index in texts.indices {
            let length = lengths[index]
            if length == Self.null {
                texts[index] = UnsafeRawBufferPointer(start: nil, count: 0)
            } else {
                texts[index] = UnsafeRawBufferPointer(start: place, count: Int(length))
                place += Int(length)
            }
        }
        return WorkRow(
            number: number, dueChanges: dueChanges, revision: revision, geometry: geometry.map { .spatiaLite($0) },
            columns: UnsafeBufferPointer(texts))
    }

    /// True if the geometry intersects a box, or is none, as ``SearchFunctions/meetsBox`` has it.
    func meets(_ bounds: Bounds) -> Bool { geometry.flatMap { SpatiaLiteBlob.intersects($0, bounds) } ?? true }

    private var geometry: UnsafeRawBufferPointer? {
        geometryCount.map { UnsafeRawBufferPointer(start: block + Self.lengthsSize, count: $0) }
    }
}
