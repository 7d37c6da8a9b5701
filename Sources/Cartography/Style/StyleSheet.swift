import Raster
import Works

/// How tilesets are drawn: one file of the folder `tiles/`. The format is described in `docs/styles.md`.
struct StyleSheet: Hashable, Sendable {
    var file: String
    var tilesets: [Head]
    var attribution: String?
    /// Filled in below everything; nil in overlays.
    var background: ThemedColor?
    /// From the bottom to the top.
    var layers: [StyleLayer]

    /// What a sheet says about one of its tilesets.
    struct Head: Hashable, Sendable {
        var name: String
        var title: [String: String]
        /// The works that are shown; all if empty.
        var kinds: Set<WorkKind>
        var minimumZoom: Int
        var maximumZoom: Int
        /// Whether its pictures have up to 256 colours: a third of the bytes.
        var hasPalette: Bool
    }
}

/// One layer of a drawing: which features, and the strokes of the brush for each.
struct StyleLayer: Hashable, Sendable {
    enum Source: Hashable, Sendable {
        case works
        case reference(ReferenceLayer)
    }

    var name: String
    var source: Source
    /// Which parts of geometries are drawn.
    var geometry: GeometrySet
    /// What features must be, by field: one of the named values. Deadline states are in ``states``.
    var conditions: [StyleField: Set<String>]
    /// One bit for each `DeadlineState`.
    var states: UInt8
    /// Drawn from the first to below the second zoom.
    var zooms: Range<Double>
    var paints: [StylePaint]
}

/// Points, lines, areas.
struct GeometrySet: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    static let points = GeometrySet(rawValue: 1)
    static let lines = GeometrySet(rawValue: 2)
    static let areas = GeometrySet(rawValue: 4)
    static let all: GeometrySet = [.points, .lines, .areas]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init(_ role: PartRole) {
        switch role {
        case .point: self = .points
        case .line: self = .lines
        case .exterior, .hole: self = .areas
        }
    }
}

/// One stroke of the brush.
enum StylePaint: Hashable, Sendable {
    case fill(FillPaint)
    case line(LinePaint)
    case symbol(SymbolPaint)
    case count(CountPaint)
    case daysLate(DaysLatePaint)
    case label(LabelPaint)

    var isLabel: Bool { if case .label = self { true } else { false } }
}

/// The inside of areas.
struct FillPaint: Hashable, Sendable {
    var color: Choice<ThemedColor>
    var opacity: ZoomValue
    /// Parallel lines instead of the whole area.
    var hatch: Choice<HatchPattern>?
}

/// Parallel lines; `none` where the area stays empty.
struct HatchPattern: Hashable, Sendable {
    var direction: Hatch.Direction
    var spacing: Int
    var width: Double
}

/// Lines, and the borders of areas.
struct LinePaint: Hashable, Sendable {
    var color: Choice<ThemedColor>
    /// Pixels.
    var width: ZoomValue
    var opacity: ZoomValue
    var cap: Stroke.Cap
    var join: Stroke.Join
    /// See ``Stroke/miterLimit``.
    var miterLimit: Double
    /// Pixels of dash and gap in turn; empty for an unbroken line.
    var dash: [Double]
}

extension LinePaint {
    /// Half widths that the line may reach from its vertices: as far as its miters, or the corners of its caps.
    fileprivate var reach: Double {
        max(1, join == .miter ? miterLimit : 0, cap == .square ? 2.0.squareRoot() : 0)
    }
}

/// A symbol on each point, or at the anchor of a line or an area.
struct SymbolPaint: Hashable, Sendable {
    var shape: Choice<Symbol>
    /// Pixels across.
    var size: ZoomValue
    var fill: Choice<ThemedColor>
    var outline: Choice<ThemedColor>?
    var outlineWidth: ZoomValue
    var halo: Choice<ThemedColor>?
    var haloWidth: ZoomValue
    /// What is written on the symbol.
    var mark: Choice<Mark>?
    var markColor: ThemedColor
}

/// Strokes upon a symbol, in a box from −1 to 1 that is as wide as the symbol.
struct Mark: Hashable, Sendable {
    var lines: [[SIMD2<Double>]]
    /// Across each stroke, in the same units.
    var width: Double
}

/// Discs that tell how many works there are, one for each square of a grid.
struct CountPaint: Hashable, Sendable {
    /// Pixels across the squares of the grid.
    var grid: Int
    /// Pixels across the disc of one work, and how much wider it is for each ten times as many.
    var size: Double
    var growth: Double
    var fill: ThemedColor
    var outline: ThemedColor
    var text: ThemedColor
    /// Around the disc, from the top clockwise: a part of each colour, as large as the share of the works that have it.
    var ring: Choice<ThemedColor>?
    /// Pixels.
    var ringWidth: Double
}

/// By how many days a work is late, as `+12` below its place; nothing for works that are not.
struct DaysLatePaint: Hashable, Sendable {
    /// Pixels of the figures' height.
    var size: ZoomValue
    var color: Choice<ThemedColor>
    var halo: ThemedColor?
    /// Pixels around the figures.
    var haloWidth: Double
    /// Pixels from the place down to the middle of the figures.
    var offset: ZoomValue
}

extension StylePaint {
    /// Pixels that the paint may reach from the geometry.
    var reach: Double {
        switch self {
        case .fill: 1
        case .line(let line): line.width.maximum / 2 * line.reach + 2
        case .symbol(let symbol):
            symbol.size.maximum * 1.1 + symbol.outlineWidth.maximum * 2 + symbol.haloWidth.maximum * 2 + 3
        case .count(let count): Double(count.grid) + count.size + count.growth * 7 + count.ringWidth + 2
        case .daysLate(let days): days.offset.maximum + days.size.maximum * 3 + days.haloWidth
        // Labels are placed for more than one picture: what reaches into this one is known then.
        case .label: 1
        }
    }
}
