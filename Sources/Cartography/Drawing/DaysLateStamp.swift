import Raster
import TimeBudgets
import Works

/// By how many days works are late, in figures, made ready for one zoom and theme.
///
/// Places are offered from the top to the bottom, then drawn from the bottom to the top.
struct DaysLateStamp: StandTaker {
    private let paint: DaysLatePaint
    private let brush: Brush
    private var color: Classification.Places
    private let value: Classification.Value
    private var standing: [(x: Int, y: Int, color: Int, days: Int32)] = []

    init(_ paint: DaysLatePaint, _ brush: Brush, codes: Int, _ value: @escaping Classification.Value) {
        self.paint = paint
        self.brush = brush
        self.value = value
        color = Classification.Places(paint.color)
        color.prepare(codes: codes, keeps: false)
    }

    /// Takes a place if the work there is late.
    @inline(__always)
    mutating func take(_ stand: Stand) {
        guard stand.daysLate > 0, let choice = color.place(code: stand.code, state: stand.state, value) else { return }
        standing.append((stand.x, stand.y, choice, stand.daysLate))
    }

    func draw() throws {
        let (scene, theme) = (brush.scene, brush.theme)
        let scale = Double(scene.scale)
        let (size, offset) = (paint.size.at(scene.zoom) * scale, paint.offset.at(scene.zoom) * scale)
        for (turn, place) in standing.reversed().enumerated() {
            if turn % 1024 == 0 { try brush.budget.check() }
            let text = Figures(
                "+\(place.days)", x: Double(place.x) / 256, y: Double(place.y) / 256 + offset, height: size)
            if let halo = paint.halo {
                text.draw(on: brush.canvas, halo.of(theme), wider: paint.haloWidth * 2 * scale)
            }
            text.draw(on: brush.canvas, paint.color.values[place.color].of(theme))
        }
    }
}
