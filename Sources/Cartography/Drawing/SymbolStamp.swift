import Raster
import Works

/// A symbol made ready for one zoom, scale and theme, with its sprites as far as they were needed, and the places of a picture where it can
/// be seen.
///
/// Places are offered from the top to the bottom, then drawn from the bottom to the top.
struct SymbolStamp {
    private let sheet: SpriteSheet
    private var shape: Classification.Places
    private var fill: Classification.Places
    private var outline: Classification.Places?
    private var halo: Classification.Places?
    private var mark: Classification.Places?
    private var sprites = SpriteSet()
    /// The number among the sprites of each variant.
    private var numbers: [Int: Int32] = [:]
    /// The number for each code and state.
    private var known: [Int32] = []
    /// The painter's own, taken out of it for as long as places are offered: access to a class costs a check each time.
    private var occupancy = Occupancy()
    private var pile = SpritePile()

    private static let unknown: Int32 = -1
    private static let none: Int32 = -2
    private static let states = DeadlineStateNames.all.count

    init(_ symbol: SymbolPaint, _ scene: Scene, _ theme: Theme) {
        sheet = SpriteSheet(symbol, scene, theme)
        shape = Classification.Places(symbol.shape)
        fill = Classification.Places(symbol.fill)
        outline = symbol.outline.map { Classification.Places($0) }
        halo = symbol.halo.map { Classification.Places($0) }
        mark = symbol.mark.map { Classification.Places($0) }
    }

    /// Makes room for a number of codes, which mean what they meant before or else are all looked up again.
    mutating func prepare(codes: Int, keeps: Bool) {
        known.prepare(codes: codes * Self.states, keeps: keeps, unknown: Self.unknown)
        shape.prepare(codes: codes, keeps: keeps)
        fill.prepare(codes: codes, keeps: keeps)
        outline?.prepare(codes: codes, keeps: keeps)
        halo?.prepare(codes: codes, keeps: keeps)
        mark?.prepare(codes: codes, keeps: keeps)
    }

    /// Begins a picture.
    mutating func begin(_ brush: Brush) {
        exchange(brush.painter)
        occupancy.clear(brush.scene, reach: brush.reach)
        pile.clear(width: brush.scene.width, height: brush.scene.height)
    }

    private mutating func exchange(_ painter: Painter) {
        swap(&occupancy, &painter.occupancy)
        swap(&pile, &painter.pile)
    }

    /// Takes a place, in 1/256 pixel of the scene, unless another symbol was offered on the same half pixel or those before cover it.
    @inline(__always)
    mutating func offer(x: Int, y: Int, code: Int, state: UInt8, _ value: Classification.Value) {
        var number = known[code * Self.states + Int(state)]
        if number < 0 {
            if number == Self.unknown { number = look(code, state, value) }
            if number == Self.none { return }
        }
        if occupancy.take(x: x, y: y) { pile.offer(Int(number), of: sprites, subpixelX: x, subpixelY: y) }
    }

    @inline(never)
    private mutating func look(_ code: Int, _ state: UInt8, _ value: Classification.Value) -> Int32 {
        var number = Self.none
        if let shape = shape.place(code: code, state: state, value),
            let fill = fill.place(code: code, state: state, value)
        {
            number = sprite(
                SpriteSheet.Variant(
                    shape: shape, fill: fill, outline: outline?.place(code: code, state: state, value) ?? 0,
                    halo: halo?.place(code: code, state: state, value) ?? 0,
                    mark: mark?.place(code: code, state: state, value) ?? 0))
        }
        known[code * Self.states + Int(state)] = number
        return number
    }

    private mutating func sprite(_ variant: SpriteSheet.Variant) -> Int32 {
        if let number = numbers[variant.code] { return number }
        let number = Int32(sprites.add(sheet.draw(variant)))
        numbers[variant.code] = number
        return number
    }

    /// Draws what was taken. Nothing can be offered until the next picture begins.
    mutating func draw(_ brush: Brush) throws {
        defer { exchange(brush.painter) }
        try brush.canvas.draw(pile, of: sprites) { try brush.budget.check() }
    }
}
