import CSpatiaLite
import GRDB
import Geometry

/// An R*Tree built in one go: rows sorted along a Hilbert curve, nodes filled one after the other, written as SQLite's rtree keeps them.
///
/// Inserting row by row costs ten microseconds a row, this less than one. Kamel and Faloutsos, "On Packing R-trees", 1993.
struct PackedRTree {
    struct Entry {
        var number: Int64
        var box: RTreeBox
    }

    /// One node: which run of the level below it holds.
    private struct Node {
        var members: Range<Int>
        var box: RTreeBox
        /// The number that a member of a node above bears.
        var number: Int64 = 0
    }

    private let entries: [Entry]
    /// The entries in the order of the curve.
    private let order: [Int32]

    /// - Parameter entries: The rows, in the order of their numbers.
    init(_ entries: [Entry]) {
        self.entries = entries
        var extent = entries.first?.box ?? RTreeBox(west: 0, east: 0, south: 0, north: 0)
        for entry in entries { extent.formUnion(entry.box) }
        let width = max(extent.east - extent.west, .leastNormalMagnitude)
        let height = max(extent.north - extent.south, .leastNormalMagnitude)
        var keys = entries.enumerated().map { index, entry -> UInt64 in
            let x = ((entry.box.west + entry.box.east) / 2 - extent.west) / width * 65_535
            let y = ((entry.box.south + entry.box.north) / 2 - extent.south) / height * 65_535
            let key = HilbertCurve.distance(x: UInt32(min(max(x, 0), 65_535)), y: UInt32(min(max(y, 0), 65_535)))
            return UInt64(key) << 32 | UInt64(index)
        }
        keys.sort()
        order = keys.map { Int32(truncatingIfNeeded: $0) }
    }

    /// The rows that the R*Tree of a table has, in the order of their numbers.
    static func entries(of table: String, in database: Database) throws -> [Entry] {
        let statement = try PreparedStatement(database, "SELECT pkid, xmin, xmax, ymin, ymax FROM idx_\(table)_geom")
        defer { statement.reset() }
        var entries: [Entry] = []
        while try statement.step() {
            let box = RTreeBox(
                west: Float(statement.real(1)), east: Float(statement.real(2)), south: Float(statement.real(3)),
                north: Float(statement.real(4)))
            entries.append(Entry(number: statement.integer(0), box: box))
        }
        entries.sort { $0.number < $1.number }
        return entries
    }

    // MARK: Writing

    /// Writes the tree in the place of the one that a table has.
    func write(to table: String, in database: Database) throws {
        let index = "idx_\(table)_geom"
        let nodeSize = Int(try database.integer("SELECT length(data) FROM \(index)_node WHERE nodeno = 1") ?? 1228)
        let capacity = (nodeSize - RTreeNode.headerSize) / RTreeNode.cellSize
        try database.run("DELETE FROM \(index)_rowid; DELETE FROM \(index)_parent; DELETE FROM \(index)_node")

        let levels = levels(capacity: capacity)
        let nodes = try PreparedStatement(database, "INSERT INTO \(index)_node VALUES (?, ?)")
        let parents = try PreparedStatement(database, "INSERT INTO \(index)_parent VALUES (?, ?)")
        var bytes = [UInt8](repeating: 0, count: nodeSize)
        // From the root down, because the nodes are numbered so, and the engine appends to its tables faster than it inserts.
        for (level, members) in levels.enumerated().reversed() {
            let isRoot = level == levels.count - 1
            for node in members {
                bytes.withUnsafeMutableBytes { bytes in
                    bytes.initializeMemory(as: UInt8.self, repeating: 0)
                    if isRoot { bytes.storeBytes(of: UInt16(level).bigEndian, as: UInt16.self) }
                    bytes.storeBytes(of: UInt16(node.members.count).bigEndian, toByteOffset: 2, as: UInt16.self)
                    for (cell, member) in node.members.enumerated() {
                        let entry = level == 0 ? entries[Int(order[member])] : nil
                        Self.store(
                            entry?.number ?? levels[level - 1][member].number,
                            entry?.box ?? levels[level - 1][member].box, cell: cell, in: bytes)
                    }
                }
                nodes.bind(1, node.number)
                nodes.bind(2, bytes)
                try nodes.run()
                guard level > 0 else { continue }
                for member in node.members {
                    parents.bind([.integer(levels[level - 1][member].number), .integer(node.number)])
                    try parents.run()
                }
            }
        }

        var leaves = [Int64](repeating: 0, count: entries.count)
        for leaf in levels[0] { for member in leaf.members { leaves[Int(order[member])] = leaf.number } }
        let rows = try PreparedStatement(database, "INSERT INTO \(index)_rowid VALUES (?, ?)")
        for (entry, leaf) in zip(entries, leaves) {
            rows.bind(1, entry.number)
            rows.bind(2, leaf)
            try rows.run()
        }
    }

    /// The nodes of each level, leaves first, numbered from the root, which is 1.
    private func levels(capacity: Int) -> [[Node]] {
        var levels: [[Node]] = []
        var boxes = order.map { entries[Int($0)].box }
        repeat {
            var level: [Node] = []
            for start in stride(from: 0, to: max(boxes.count, 1), by: capacity) {
                let members = start..<min(start + capacity, boxes.count)
                var box = boxes.first ?? RTreeBox(west: 0, east: 0, south: 0, north: 0)
                if let first = members.first { box = boxes[first] }
                for member in members { box.formUnion(boxes[member]) }
                level.append(Node(members: members, box: box))
            }
            boxes = level.map(\.box)
            levels.append(level)
        } while boxes.count > 1
        var number: Int64 = 0
        for level in levels.indices.reversed() {
            for node in levels[level].indices {
                number += 1
                levels[level][node].number = number
            }
        }
        return levels
    }

    private static func store(_ number: Int64, _ box: RTreeBox, cell: Int, in bytes: UnsafeMutableRawBufferPointer) {
        let offset = RTreeNode.headerSize + cell * RTreeNode.cellSize
        bytes.storeBytes(of: number.bigEndian, toByteOffset: offset, as: Int64.self)
        for (field, value) in [box.west, box.east, box.south, box.north].enumerated() {
            bytes.storeBytes(of: value.bitPattern.bigEndian, toByteOffset: offset + 8 + field * 4, as: UInt32.self)
        }
    }
}

/// The order of points along a Hilbert curve of 2¹⁶ by 2¹⁶ cells.
enum HilbertCurve {
    /// How far along the curve a cell lies. Wikipedia, "Hilbert curve", `xy2d`.
    static func distance(x: UInt32, y: UInt32) -> UInt32 {
        var (x, y) = (x, y)
        var distance: UInt32 = 0
        var side: UInt32 = 1 << 15
        while side > 0 {
            let right: UInt32 = x & side > 0 ? 1 : 0
            let upper: UInt32 = y & side > 0 ? 1 : 0
            distance += side * side * (3 * right ^ upper)
            if upper == 0 {
                if right == 1 {
                    x = 0xFFFF - x
                    y = 0xFFFF - y
                }
                swap(&x, &y)
            }
            side >>= 1
        }
        return distance
    }
}
