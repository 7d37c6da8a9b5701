import Raster
import Works

/// A symbol made ready for one zoom and theme, and the places where it can be seen.
///
/// Places are offered from the top to the bottom, then drawn from the bottom to the top.
struct SymbolStamp {
    private let brush: Brush
    private let key: SpriteSheet.Key
    private var shape: Classification.Places
    private var fill: Classification.Places
    private var outline: Classification.Places?
    private var halo: Classification.Places?
    private var mark: Classification.Places?
    /// The number in the pile for each code and state.
    private var known: [Int32]
    /// The painter's own, taken out of it for as long as places are offered: access to a class costs a check each time.
    private var occupancy = Occupancy()
    private var pile = SpritePile()

    private static let unknown: Int32 = -1
    private static let none: Int32 = -2
    private static let states = DeadlineStateNames.all.count

    init(_ symbol: SymbolPaint, _ brush: Brush, codes: Int, value: @escaping (StyleField, Int) -> String?) {
        self.brush = brush
        key = SpriteSheet.Key(paint: symbol, theme: brush.theme, zoom: brush.scene.zoom, scale: brush.scene.scale)
        shape = Classification.Places(symbol.shape, codes: codes, value: value)
        fill = Classification.Places(symbol.fill, codes: codes, value: value)
        outline = symbol.outline.map { Classification.Places($0, codes: codes, value: value) }
        halo = symbol.halo.map { Classification.Places($0, codes: codes, value: value) }
        mark = symbol.mark.map { Classification.Places($0, codes: codes, value: value) }
        known = [Int32](repeating: Self.unknown, count: codes * Self.states)
        exchange()
        occupancy.clear(brush.scene, reach: brush.reach)
        pile.clear(width: brush.scene.width, height: brush.scene.height)
    }

    private mutating func exchange() {
        swap(&occupancy, &brush.painter.occupancy)
        swap(&pile, &brush.painter.pile)
    }

    /// Takes a place, in 1/256 pixel of the scene, unless another symbol was offered on the same half pixel or those before cover it.
    @inline(__always)
    mutating func offer(x: Int, y: Int, code: Int, state: UInt8) {
        var number = known[code * Self.states + Int(state)]
        if number < 0 {
            if number == Self.unknown { number = look(code, state) }
            if number == Self.none { return }
        }
        if occupancy.take(x: x, y: y) { pile.offer(Int(number), subpixelX: x, subpixelY: y) }
    }

    @inline(never)
    private mutating func look(_ code: Int, _ state: UInt8) -> Int32 {
        var number = Self.none
        if let shape = shape.place(code: code, state: state), let fill = fill.place(code: code, state: state) {
            let variant = SpriteSheet.Variant(
                shape: shape, fill: fill, outline: outline?.place(code: code, state: state) ?? 0,
                halo: halo?.place(code: code, state: state) ?? 0, mark: mark?.place(code: code, state: state) ?? 0)
            number = Int32(pile.add(brush.painter.withSprites(key) { $0.sprite(variant) }))
        }
        known[code * Self.states + Int(state)] = number
        return number
    }

    /// Draws what was taken. Nothing can be offered any more.
    mutating func draw() throws {
        defer { exchange() }
        try brush.canvas.draw(pile) { try brush.budget.check() }
    }
}
