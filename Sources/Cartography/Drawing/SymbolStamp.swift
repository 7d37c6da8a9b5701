import Raster
import TimeBudgets
import Works

/// Where the symbols of one paint can be seen in a picture: offered from the top to the bottom, at most one on each half pixel, then drawn
/// from the bottom to the top.
///
/// Made to be used again: it keeps its memory.
struct SymbolPile: ~Copyable {
    fileprivate var occupancy = Occupancy()
    fileprivate var sprites = SpritePile()

    /// Begins a picture.
    mutating func begin(_ scene: Scene, reach: Double) {
        occupancy.clear(scene, reach: reach)
        sprites.clear(width: scene.width, height: scene.height)
    }
}

/// A symbol made ready for one zoom, scale and theme, with its sprites as far as they were needed.
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

    private static let unknown: Int32 = -1
    private static let none: Int32 = -2
    private let states = DeadlineStateNames.all.count

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
        known.prepare(codes: codes * states, keeps: keeps, unknown: Self.unknown)
        shape.prepare(codes: codes, keeps: keeps)
        fill.prepare(codes: codes, keeps: keeps)
        outline?.prepare(codes: codes, keeps: keeps)
        halo?.prepare(codes: codes, keeps: keeps)
        mark?.prepare(codes: codes, keeps: keeps)
    }

    /// Puts a symbol on a pile unless another one was offered on the same half pixel or those before cover it.
    @inline(__always)
    mutating func offer(_ stand: Stand, to pile: inout SymbolPile, _ value: Classification.Value) {
        var number = known[stand.code * states + Int(stand.state)]
        if number < 0 {
            if number == Self.unknown { number = look(stand.code, stand.state, value) }
            if number == Self.none { return }
        }
        let isFree = pile.occupancy.take(x: stand.x, y: stand.y)
        pile.sprites.offer(Int(number), of: sprites, subpixelX: stand.x, subpixelY: stand.y, if: isFree)
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
        known[code * states + Int(state)] = number
        return number
    }

    private mutating func sprite(_ variant: SpriteSheet.Variant) -> Int32 {
        if let number = numbers[variant.code] { return number }
        let number = Int32(sprites.add(sheet.draw(variant)))
        numbers[variant.code] = number
        return number
    }

    /// Draws a pile of nothing but this symbol.
    func draw(_ pile: inout SymbolPile, _ brush: Brush) throws {
        try brush.canvas.draw(&pile.sprites, of: sprites) { try brush.budget.check() }
    }
}

/// A symbol and the pile of its places, together for as long as they are offered.
struct SymbolCrowd: ~Copyable, StandTaker {
    var stamp: SymbolStamp
    var pile = SymbolPile()
    private let value: Classification.Value

    init(_ stamp: consuming SymbolStamp, _ value: @escaping Classification.Value) {
        self.stamp = stamp
        self.value = value
    }

    @inline(__always)
    mutating func take(_ stand: Stand) { stamp.offer(stand, to: &pile, value) }

    mutating func draw(_ brush: Brush) throws { try stamp.draw(&pile, brush) }
}
