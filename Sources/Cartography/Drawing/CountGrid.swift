import Glibc
import Raster
import TimeBudgets
import Works

/// Discs with numbers: how many works there are in each square of a grid.
///
/// The squares lie on the pixels of the whole world, so that a disc is the same in every tile that it reaches into.
struct CountGrid: StandTaker {
    private let paint: CountPaint
    private let brush: Brush
    /// Across a square, in 1/256 pixel.
    private let side: Int
    private var squares: [Square: Content] = [:]

    init(_ paint: CountPaint, _ brush: Brush) {
        self.paint = paint
        self.brush = brush
        side = paint.grid * brush.scene.scale * 256
    }

    private struct Square: Hashable, Comparable {
        var row: Int
        var column: Int

        static func < (a: Square, b: Square) -> Bool { (a.row, a.column) < (b.row, b.column) }
    }

    /// The works of a square.
    private struct Content {
        var count = 0
        var x = 0
        var y = 0
        /// How many are in each state of their deadline.
        var states = SIMD8<Int32>()

        mutating func add(_ x: Int, _ y: Int, _ state: UInt8) {
            count += 1
            self.x += x
            self.y += y
            states[Int(state)] += 1
        }
    }

    /// Counts a work.
    mutating func take(_ stand: Stand) {
        // In the pixels of the world, so that sums and means do not depend on the tile.
        let (x, y) = (stand.x + brush.scene.originX, stand.y + brush.scene.originY)
        let square = Square(row: floored(y, side), column: floored(x, side))
        squares[square, default: Content()].add(x - square.column * side, y - square.row * side, stand.state)
    }

    func draw() throws {
        let scene = brush.scene
        try brush.budget.check()
        for (square, sum) in squares.sorted(by: { $0.key < $1.key }) {
            let x = square.column * side + sum.x / sum.count - scene.originX
            let y = square.row * side + sum.y / sum.count - scene.originY
            draw(sum, x: Double(x) / 256, y: Double(y) / 256)
        }
    }

    private func floored(_ value: Int, _ divisor: Int) -> Int {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }

    private func draw(_ content: Content, x: Double, y: Double) {
        let scale = Double(brush.scene.scale)
        let count = content.count
        let size = (paint.size + paint.growth * log10(Double(count))) * scale
        let reach = size + paint.ringWidth * scale
        // Beyond what a picture shows there are discs of which the counts are not complete.
        guard x > -reach, y > -reach, x < Double(brush.scene.width) + reach, y < Double(brush.scene.height) + reach
        else { return }
        let canvas = brush.canvas
        if let ring = paint.ring { draw(ring, content, x: x, y: y, radius: size / 2) }
        let disc = Symbol.disc.path(x: x, y: y, size: size)
        canvas.fill(disc, paint.fill.of(brush.theme))
        canvas.stroke(disc, Stroke(width: 1.5 * scale, join: .round), paint.outline.of(brush.theme))
        let text = Self.text(count)
        Figures(text, x: x, y: y, height: size / (text.count > 2 ? 2.9 : 2.3)).draw(
            on: canvas, paint.text.of(brush.theme))
    }

    /// The shares of the works, from the top clockwise in the order of the style.
    private func draw(_ ring: Choice<ThemedColor>, _ content: Content, x: Double, y: Double, radius: Double) {
        let scale = Double(brush.scene.scale)
        let outer = radius + paint.ringWidth * scale
        brush.canvas.fill(
            Symbol.disc.path(x: x, y: y, size: (outer + 1.2 * scale) * 2), paint.outline.of(brush.theme))
        var counts = [Int](repeating: 0, count: ring.values.count)
        for (state, name) in DeadlineStateNames.all.enumerated() {
            if let place = ring.place(of: name) { counts[place] += Int(content.states[state]) }
        }
        var begun = 0
        for (place, count) in counts.enumerated() where count > 0 {
            brush.canvas.fill(
                Self.sector(
                    x: x, y: y, radius: outer, from: Double(begun) / Double(content.count),
                    to: Double(begun + count) / Double(content.count)), ring.values[place].of(brush.theme))
            begun += count
        }
    }

    /// A slice of a disc between two shares of the whole turn.
    private static func sector(x: Double, y: Double, radius: Double, from: Double, to: Double) -> Path {
        var path = Path()
        path.move(x: x, y: y)
        // The corners of a polygon with 64 sides are not to be told from a circle of this size.
        let steps = max(1, Int(((to - from) * 64).rounded(.up)))
        for step in 0...steps {
            let angle = (from + (to - from) * Double(step) / Double(steps)) * 2 * .pi
            path.line(x: x + radius * sin(angle), y: y - radius * cos(angle))
        }
        path.close()
        return path
    }

    /// At most three characters: `7`, `86`, `940`, `12k`.
    static func text(_ count: Int) -> String {
        switch count {
        case ..<1000: "\(count)"
        case ..<100_000: "\(count / 1000)k"
        case ..<1_000_000: "\(count / 1000)k"
        default: "\(count / 1_000_000)M"
        }
    }
}
