import Geometry
import Glibc
import Raster

/// What part of the world a picture shows, and how the world falls on its pixels.
///
///     world units ──× scale, rounded──▶ 1/256 pixel of the whole world ──− origin──▶ 1/256 pixel of this picture
///
/// Rounding happens before the origin is taken off, so that neighbouring tiles draw the very same edges.
struct Scene: Hashable, Sendable {
    /// Pixels.
    let width: Int
    let height: Int
    /// Zoom of the style: 256 pixels at scale 1 are one tile of this zoom. Tiles have whole ones.
    let zoom: Double
    /// Pixels of the picture to one of the style.
    let scale: Int
    /// A world unit is `multiplier` / 2^`shift` of 1/256 pixel.
    let multiplier: UInt64
    let shift: UInt64
    /// The top left corner of the picture, in 1/256 pixel of the whole world. West of 0 and east of the world's end the world repeats.
    let originX: Int
    let originY: Int

    init(_ address: TileAddress, scale: TileScale) {
        width = 256 * scale.rawValue
        height = width
        zoom = Double(address.z)
        self.scale = scale.rawValue
        let level = address.z + (scale == .double ? 1 : 0)
        multiplier = level > 16 ? 1 << UInt64(level - 16) : 1
        shift = level > 16 ? 0 : UInt64(16 - level)
        originX = address.x * width * 256
        originY = address.y * height * 256
    }

    /// The largest scale at which all of the bounds can be seen, with the bounds in the middle.
    ///
    /// - Throws: ``AtlasError``.
    init(_ request: PictureRequest) throws {
        guard (1...Picture.maximumSide).contains(request.width), (1...Picture.maximumSide).contains(request.height)
        else {
            throw AtlasError.pictureSize(width: request.width, height: request.height)
        }
        let bounds = request.bounds
        guard [bounds.west, bounds.east, bounds.south, bounds.north].allSatisfy(\.isFinite),
            bounds.south <= bounds.north,
            bounds.width >= 0, bounds.width <= 360, bounds.south < WebMercator.maximumLatitude,
            bounds.north > -WebMercator.maximumLatitude
        else { throw AtlasError.pictureBounds(bounds.description) }
        let left = WebMercator.x(longitude: bounds.west)
        let (top, bottom) = (WebMercator.y(latitude: bounds.north), WebMercator.y(latitude: bounds.south))
        // Pixels across the world; a single point is shown at the deepest zoom.
        var pixels = min(
            Double(request.width) / (bounds.width / 360), Double(request.height) / (bottom - top),
            256 * 4_194_304 * Double(request.scale.rawValue))
        // Bounds of tiles are not quite exact, but mean a whole zoom.
        let zoom = log2(pixels / 256)
        if abs(zoom - zoom.rounded()) < 1e-7 { pixels = 256 * exp2(zoom.rounded()) }
        self.init(
            left: left + bounds.width / 720 - Double(request.width) / pixels / 2,
            top: (top + bottom) / 2 - Double(request.height) / pixels / 2, pixels: pixels, request)
    }

    private init(left: Double, top: Double, pixels: Double, _ request: PictureRequest) {
        width = request.width
        height = request.height
        scale = request.scale.rawValue
        zoom = log2(pixels / 256 / Double(request.scale.rawValue))
        // As many bits as a product with a position leaves room for; powers of two come out as they do for tiles.
        var shift: UInt64 = 30
        while shift > 0, pixels * 256 / 4_294_967_296 * Double(1 << shift) >= 1_073_741_824 { shift -= 1 }
        self.shift = shift
        multiplier = max(1, UInt64((pixels * 256 / 4_294_967_296 * Double(1 << shift)).rounded()))
        // Whole pixels of the world, so that equal places of two pictures look equal.
        originX = Int((left * pixels).rounded()) * 256
        originY = Int((top * pixels).rounded()) * 256
    }

    @inline(__always)
    func subpixels(_ position: UInt32) -> Int {
        Int(truncatingIfNeeded: (UInt64(position) &* multiplier &+ half) &>> shift)
    }

    /// The least position of which ``subpixels(_:)`` is at least `subpixels`; it may lie beyond the world.
    func firstPosition(notBefore subpixels: Int) -> Int {
        guard subpixels > 0 else { return 0 }
        let (multiplier, bound) = (Int(multiplier), subpixels << Int(shift) - Int(half))
        return bound <= 0 ? 0 : (bound + multiplier - 1) / multiplier
    }

    var half: UInt64 { shift == 0 ? 0 : 1 << (shift - 1) }

    /// 1/256 pixel across the whole world.
    var worldWidth: Int { Int((multiplier << 32) >> shift) }

    /// World units of one pixel of the picture.
    var unitsPerPixel: Double { 256 * Double(1 << shift) / Double(multiplier) }

    /// The largest importance of a vertex that can be seen.
    var importance: UInt8 { Importance.threshold(zoom: 24 - log2(unitsPerPixel)) }

    /// The repetitions of the world of which a part is in the picture or within `reach` pixels of it, and what part.
    func copies(reach: Double) -> [(offsetX: Int, box: WorldBox)] {
        let margin = Int(reach * 256) + 256
        let world = worldWidth
        let (top, bottom) = (originY - margin, originY + height * 256 + margin)
        guard bottom >= 0, top < world else { return [] }
        let (left, right) = (originX - margin, originX + width * 256 + margin)
        let first = left >= 0 ? left / world : -((-left + world - 1) / world)
        let last = right >= 0 ? right / world : -1
        guard first <= last else { return [] }
        return (first...last).map { copy in
            (
                copy * world,
                WorldBox(
                    minX: position(left - copy * world), minY: position(top), maxX: position(right - copy * world),
                    maxY: position(bottom))
            )
        }
    }

    /// The world unit at a place in 1/256 pixel of the world.
    private func position(_ subpixels: Int) -> UInt32 {
        let units = (Double(subpixels) * Double(1 << shift) / Double(multiplier)).rounded()
        return UInt32(max(0, min(4_294_967_295, units)))
    }
}
