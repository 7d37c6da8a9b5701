import Lettering

/// Boxes that are taken, in squares of 64 pixels, so that a free place is found by looking at a few of them.
struct CollisionGrid {
    private static let cell = 64.0

    private let minX: Double
    private let minY: Double
    private let columns: Int
    private let rows: Int
    private var boxes: [TextBox] = []
    private var cells: [[Int32]]

    /// - Parameter region: Boxes beyond it are kept in the squares along its edge.
    init(_ region: TextBox) {
        minX = region.minX
        minY = region.minY
        columns = max(1, Int((region.width / Self.cell).rounded(.up)))
        rows = max(1, Int((region.height / Self.cell).rounded(.up)))
        cells = [[Int32]](repeating: [], count: columns * rows)
    }

    private func span(_ box: TextBox) -> (columns: ClosedRange<Int>, rows: ClosedRange<Int>) {
        func place(_ value: Double, _ count: Int) -> Int { max(0, min(count - 1, Int(value / Self.cell))) }
        return (
            place(box.minX - minX, columns)...place(box.maxX - minX, columns),
            place(box.minY - minY, rows)...place(box.maxY - minY, rows)
        )
    }

    func isFree(_ box: TextBox) -> Bool {
        let span = span(box)
        for row in span.rows {
            for column in span.columns {
                for index in cells[row * columns + column] where boxes[Int(index)].intersects(box) { return false }
            }
        }
        return true
    }

    mutating func take(_ box: TextBox) {
        let span = span(box)
        for row in span.rows {
            for column in span.columns { cells[row * columns + column].append(Int32(boxes.count)) }
        }
        boxes.append(box)
    }
}
