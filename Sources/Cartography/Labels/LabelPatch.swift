import Lettering

/// A part of the world in which labels are decided on their own.
///
/// The world of a zoom is cut into blocks of 1024 pixels, 4 × 4 tiles. A label that lies wholly in a block belongs to its interior; one
/// that crosses a border belongs to that border, and near a corner to the corner:
///
///          │         │           C   corner: what crosses a border within 256 pixels of it, decided first
///       ───C────H────C───        V H borders: decided knowing the labels of their two corners
///          │         │           I   interior: decided knowing the borders and corners around it
///          V    I    V
///          │         │           A label that crosses is at most 256 pixels wide and high, so that no two corners, and no
///       ───C────H────C───        vertical and horizontal border, can want the same place.
///          │         │
///
/// So each part follows from the world alone, and whoever needs it finds the same labels, however the map was cut into tiles.
struct LabelPatch: Hashable, Sendable {
    enum Kind: UInt8, Hashable, Sendable {
        case corner, vertical, horizontal, interior
    }

    var kind: Kind
    /// Of the block to the right of a vertical border and below a horizontal one; of a corner the block right below it.
    var column: Int
    var row: Int

    /// Pixels of the style along a block's side.
    static let side = 1024.0
    /// Pixels that a label which crosses a border may measure, and that a corner reaches along its borders.
    static let reach = 256.0

    /// Whose decision a label with this box is; nil if it is too large to cross a border.
    init?(of box: TextBox) {
        func block(_ value: Double) -> Int { Int((value / Self.side).rounded(.down)) }
        let (left, right) = (block(box.minX), block(box.maxX))
        let (top, bottom) = (block(box.minY), block(box.maxY))
        if left == right, top == bottom {
            self.init(kind: .interior, column: left, row: top)
            return
        }
        guard box.width <= Self.reach, box.height <= Self.reach else { return nil }
        func nearest(_ low: Double, _ high: Double) -> Int { Int(((low + high) / 2 / Self.side).rounded()) }
        let column = left == right ? nearest(box.minX, box.maxX) : right
        let row = top == bottom ? nearest(box.minY, box.maxY) : bottom
        let corner = TextBox(
            minX: Double(column) * Self.side, minY: Double(row) * Self.side, maxX: Double(column) * Self.side,
            maxY: Double(row) * Self.side
        ).grown(by: Self.reach)
        if corner.intersects(box) {
            self.init(kind: .corner, column: column, row: row)
        } else if left != right {
            self.init(kind: .vertical, column: right, row: top)
        } else {
            self.init(kind: .horizontal, column: left, row: bottom)
        }
    }

    init(kind: Kind, column: Int, row: Int) {
        self.kind = kind
        self.column = column
        self.row = row
    }

    /// The patches whose labels are there before those of this one.
    var before: [LabelPatch] {
        func corner(_ dx: Int, _ dy: Int) -> LabelPatch {
            LabelPatch(kind: .corner, column: column + dx, row: row + dy)
        }
        switch kind {
        case .corner: return []
        case .vertical: return [corner(0, 0), corner(0, 1)]
        case .horizontal: return [corner(0, 0), corner(1, 0)]
        case .interior:
            return [
                corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1),
                LabelPatch(kind: .vertical, column: column, row: row),
                LabelPatch(kind: .vertical, column: column + 1, row: row),
                LabelPatch(kind: .horizontal, column: column, row: row),
                LabelPatch(kind: .horizontal, column: column, row: row + 1),
            ]
        }
    }

    /// Boxes that do not overlap and that hold the homes of all labels of the patch, in pixels of the world.
    var regions: [TextBox] {
        let (x, y, side, reach) = (Double(column) * Self.side, Double(row) * Self.side, Self.side, Self.reach)
        func box(_ minX: Double, _ minY: Double, _ maxX: Double, _ maxY: Double) -> TextBox {
            TextBox(minX: minX, minY: minY, maxX: maxX, maxY: maxY)
        }
        switch kind {
        case .interior: return [box(x, y, x + side, y + side)]
        case .vertical: return [box(x - reach, y, x + reach, y + side)]
        case .horizontal: return [box(x, y - reach, x + side, y + reach)]
        case .corner:
            return [
                box(x - 2 * reach, y - reach, x + 2 * reach, y + reach),
                box(x - reach, y - 2 * reach, x + reach, y - reach),
                box(x - reach, y + reach, x + reach, y + 2 * reach),
            ]
        }
    }

    /// All patches that labels in a box, in pixels of the world, may belong to: in the order of drawing.
    static func touching(_ box: TextBox) -> [LabelPatch] {
        func block(_ value: Double) -> Int { Int((value / side).rounded(.down)) }
        // The right and the lower edge belong to what comes after.
        let columns = block(box.minX)...max(block(box.minX), block(box.maxX.nextDown))
        let rows = block(box.minY)...max(block(box.minY), block(box.maxY.nextDown))
        var patches: [LabelPatch] = []
        for row in rows.lowerBound...rows.upperBound + 1 {
            for column in columns.lowerBound...columns.upperBound + 1 {
                patches.append(LabelPatch(kind: .corner, column: column, row: row))
            }
        }
        for row in rows {
            for column in columns.lowerBound...columns.upperBound + 1 {
                patches.append(LabelPatch(kind: .vertical, column: column, row: row))
            }
        }
        for row in rows.lowerBound...rows.upperBound + 1 {
            for column in columns { patches.append(LabelPatch(kind: .horizontal, column: column, row: row)) }
        }
        for row in rows {
            for column in columns { patches.append(LabelPatch(kind: .interior, column: column, row: row)) }
        }
        return patches
    }
}
