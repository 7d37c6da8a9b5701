/// Symbols that stand on each other: offered from the top to the bottom, then drawn from the bottom to the top without what cannot be seen.
///
///     offered   ●  1   whole                     drawn  3  2  1
///              ◑   2   its left half, row by row
///              ○   3   nothing: left out
///
/// The picture is the same, pixel by pixel, as with all of them. Made to be used again: it keeps its memory, which is its own, since an array
/// would be asked for each symbol whether anybody else has it.
public struct SpritePile: ~Copyable {
    /// A place in 1/256 pixel and the sprite that is to stand there.
    @usableFromInline
    struct Offer {
        @usableFromInline var x: Int32
        @usableFromInline var y: Int32
        @usableFromInline var sprite: Int32

        @inlinable
        init(x: Int32, y: Int32, sprite: Int32) { (self.x, self.y, self.sprite) = (x, y, sprite) }
    }

    private struct Stand {
        /// The anchor's pixel: small numbers, since where nothing is seen nothing stands.
        var x: Int16
        var y: Int16
        /// The phase's place among those of all sprites.
        var phase: Int32
        /// Which of the phase's rows are seen.
        var rows: UInt64
    }

    private var occlusion = Occlusion()
    private var stands: UnsafeMutableBufferPointer<Stand> = .init(start: nil, count: 0)
    private var standCount = 0
    /// Offers that wait to be looked at together.
    @usableFromInline var offers: UnsafeMutableBufferPointer<Offer> = .init(start: nil, count: 0)
    @usableFromInline var offerCount = 0
    private static let patience = 256

    public init() {}

    deinit {
        stands.deallocate()
        offers.deallocate()
    }

    /// Takes everything away, for a picture of this size.
    public mutating func clear(width: Int, height: Int) {
        occlusion.clear(width: width, height: height)
        standCount = 0
        offerCount = 0
        if offers.isEmpty { offers = .allocate(capacity: Self.patience) }
    }

    /// Puts a sprite below all that were offered before, with its anchor at a place in 1/256 pixel, if anything of it can be seen there.
    ///
    /// - Parameters:
    ///   - sprite: Its number in the set.
    ///   - set: The same for all that are offered.
    ///   - isMeant: Whether it is offered at all: told here, it costs no branch.
    @inlinable @inline(__always)
    public mutating func offer(
        _ sprite: Int, of set: borrowing SpriteSet, subpixelX: Int, subpixelY: Int, if isMeant: Bool = true
    ) {
        // What is as far as that is not in any picture.
        guard let x = Int32(exactly: subpixelX), let y = Int32(exactly: subpixelY) else { return }
        if offerCount == offers.count { settle(set) }
        (offers.baseAddress! + offerCount).initialize(
            to: Offer(x: x, y: y, sprite: Int32(truncatingIfNeeded: sprite)))
        offerCount &+= isMeant ? 1 : 0
    }

    /// Looks at the offers that wait.
    @usableFromInline @inline(never)
    mutating func settle(_ set: borrowing SpriteSet) {
        if standCount + offerCount > stands.count { makeRoom(for: standCount + offerCount) }
        guard let stands = stands.baseAddress else { return }
        var count = standCount
        for offer in offers[..<offerCount] {
            let (x, y) = (Int(offer.x), Int(offer.y))
            let phase = Int(offer.sprite) &* Sprite.phases &* Sprite.phases &+ Sprite.phase(x, y)
            let rows = occlusion.seenRows(ofPhase: phase, set.stencils, x: x >> 8, y: y >> 8)
            (stands + count).initialize(
                to: Stand(
                    x: Int16(truncatingIfNeeded: x >> 8), y: Int16(truncatingIfNeeded: y >> 8),
                    phase: Int32(truncatingIfNeeded: phase), rows: rows))
            count &+= rows != 0 ? 1 : 0
        }
        standCount = count
        offerCount = 0
    }

    private mutating func makeRoom(for count: Int) {
        let larger = UnsafeMutableBufferPointer<Stand>.allocate(capacity: max(4 * Self.patience, 2 * count))
        _ = larger.moveInitialize(fromContentsOf: stands[..<standCount])
        stands.deallocate()
        stands = larger
    }

    /// How many stand there.
    public mutating func count(of set: borrowing SpriteSet) -> Int {
        settle(set)
        return standCount
    }

    fileprivate mutating func draw(_ set: borrowing SpriteSet, on canvas: Canvas, patience: () throws -> Void) rethrows
    {
        settle(set)
        try set.pixels.withUnsafeBufferPointer { pixels in
            guard let pixels = pixels.baseAddress else { return }
            try set.phases.withUnsafeBufferPointer { phases in
                for turn in 0..<standCount {
                    if turn % 1024 == 0 { try patience() }
                    let stand = stands[standCount &- 1 &- turn]
                    let phase = phases[Int(stand.phase)]
                    // A large one may have more rows than there are bits.
                    canvas.stamp(
                        phase, rows: stand.rows == .max ? nil : stand.rows, of: pixels, x: Int(stand.x), y: Int(stand.y)
                    )
                }
            }
        }
    }
}

extension Canvas {
    /// Draws what of a pile of symbols is seen.
    public func draw(_ pile: inout SpritePile, of set: borrowing SpriteSet) { pile.draw(set, on: self) {} }

    /// Draws what of a pile of symbols is seen.
    ///
    /// - Parameter patience: Called now and then; what it throws ends the drawing.
    public func draw(
        _ pile: inout SpritePile, of set: borrowing SpriteSet, patience: () throws -> Void
    ) rethrows {
        try pile.draw(set, on: self, patience: patience)
    }
}
