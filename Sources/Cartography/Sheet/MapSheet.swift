public import Geometry
public import Raster

/// A map for a report or a meeting: tilesets as the ground, marks upon it, a title above, a legend beside, a scale bar and credits.
///
///     ┌─────────────────────────────────────┐
///     │ title                               │
///     │ notes                               │
///     │ ┌─────────────────────┐  legend     │
///     │ │                     │  ■ …        │
///     │ │ ground and marks    │  ● …        │
///     │ │ ├──┤ scale bar      │             │
///     │ └─────────────────────┘             │
///     │ credits                             │
///     └─────────────────────────────────────┘
///
/// It knows geometries and colours, not what they stand for: whoever asks a question turns the answer into marks and legend entries.
public struct MapSheet: Sendable {
    public var title: String
    /// Lines below the title.
    public var notes: [String]
    /// Whom to name for the data.
    public var credits: String
    /// The tilesets of the ground, the lowest first.
    public var tilesets = ["basemap"]
    /// How much the ground is paled, so that marks stand out: 0…1.
    public var veil = 0.4
    /// What the map shows at least.
    public var bounds: Bounds
    /// Pixels of the whole sheet, 480…8192; the height follows from the bounds and the legend.
    public var width = 1400
    /// The colour of a surface at a place, laid between ground and marks; nil where there is none.
    public var surface: (@Sendable (Coordinate) -> Color?)?
    /// In the order of drawing.
    public var marks: [SheetMark] = []
    public var legend: [SheetEntry] = []

    public init(title: String, notes: [String] = [], credits: String = "", bounds: Bounds) {
        self.title = title
        self.notes = notes
        self.credits = credits
        self.bounds = bounds
    }
}

/// How something looks on a sheet, on the map as in the legend.
public struct SheetSign: Hashable, Sendable {
    /// Of areas and symbols.
    public var fill: Color?
    /// Of the edges of areas and symbols, and of lines.
    public var line: Color?
    /// Pixels.
    public var lineWidth = 1.0
    /// What stands for a point.
    public var symbol = Symbol.disc
    /// Pixels across a symbol.
    public var size = 8.0
    /// Written on the symbol.
    public var text: String?

    public init(
        fill: Color? = nil, line: Color? = nil, lineWidth: Double = 1, symbol: Symbol = .disc, size: Double = 8,
        text: String? = nil
    ) {
        self.fill = fill
        self.line = line
        self.lineWidth = lineWidth
        self.symbol = symbol
        self.size = size
        self.text = text
    }
}

/// One thing on a sheet.
public struct SheetMark: Sendable {
    public var geometry: Geometry
    public var sign: SheetSign

    public init(_ geometry: Geometry, _ sign: SheetSign) {
        self.geometry = geometry
        self.sign = sign
    }
}

/// One line of a sheet's legend.
public enum SheetEntry: Sendable {
    case heading(String)
    /// A symbol, what it means, and a number or a word at the end of the line.
    case point(SheetSign, String, detail: String = "")
    /// A patch of an area.
    case area(SheetSign, String, detail: String = "")
    /// Colours from few to many.
    case ramp([Color], low: String, high: String)
    /// Small print, broken into lines.
    case note(String)
}
