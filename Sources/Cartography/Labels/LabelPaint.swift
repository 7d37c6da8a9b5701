/// A name or a number written on the map.
struct LabelPaint: Hashable, Sendable {
    /// What is written.
    enum Field: String, Hashable, Sendable, CaseIterable {
        case name
        /// Of a building; never crosses the border of a block.
        case housenumber
    }

    /// How the text lies.
    enum Placement: String, Hashable, Sendable, CaseIterable {
        /// Straight, on each point or at the anchor of what is no point.
        case point
        /// Along lines, those of one name joined where they meet.
        case line
        /// Straight, well inside an area that is large enough.
        case area
    }

    var field: Field
    var placement: Placement
    /// Pixels to the em.
    var size: ZoomValue
    var color: ThemedColor
    var halo: ThemedColor?
    var haloWidth: ZoomValue
    var isBold: Bool
    var isUpperCase: Bool
    /// Ems more between letters.
    var spacing: Double
    /// The higher goes first where there is not room for all.
    var priority: Int
    /// Pixels between labels of the same text.
    var repeatDistance: Double
    /// Pixels beyond which a text is broken into lines; 0 for never.
    var wrap: Double
    /// Pixels from the place down to the top of the text; 0 puts its middle there.
    var offset: Double
    /// Pixels kept free around.
    var gap: Double
    /// The least part of the text's width and height that an area's box must have.
    var fit: Double
    /// Which kinds of places are named, as in `city`, `suburb`; all if empty.
    var places: Set<String>
}
