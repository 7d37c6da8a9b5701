import Raster

/// A number that may change with the zoom: linear between stops, constant before the first and after the last.
struct ZoomValue: Hashable, Sendable {
    struct Stop: Hashable, Sendable {
        var zoom: Double
        var value: Double
    }

    /// In ascending order of zoom; at least one.
    let stops: [Stop]

    init(_ constant: Double) { stops = [Stop(zoom: 0, value: constant)] }

    init(stops: [Stop]) { self.stops = stops }

    func at(_ zoom: Double) -> Double {
        guard let after = stops.firstIndex(where: { $0.zoom > zoom }) else { return stops[stops.count - 1].value }
        guard after > 0 else { return stops[0].value }
        let (a, b) = (stops[after - 1], stops[after])
        return a.value + (b.value - a.value) * (zoom - a.zoom) / (b.zoom - a.zoom)
    }

    /// The largest value at any zoom.
    var maximum: Double { stops.reduce(0) { max($0, $1.value) } }
}

/// A colour for each theme.
struct ThemedColor: Hashable, Sendable {
    var light: Color
    var dark: Color

    func of(_ theme: Theme) -> Color { theme == .light ? light : dark }

    func opacity(_ opacity: Double) -> ThemedColor {
        ThemedColor(light: light.opacity(opacity), dark: dark.opacity(opacity))
    }
}

/// What a value of a style may depend on.
enum StyleField: String, Hashable, Sendable, CaseIterable {
    case deadlineState = "deadline_state"
    case kind
    case category
    case status
    case severity
    case trafficImpact = "traffic_impact"
    /// The class of a reference feature.
    case featureClass = "class"
    /// Whether a reference feature lies in a tunnel, on the ground or on a bridge.
    case structure
}

/// A value that is the same for everything, or one of several by what a feature is.
struct Choice<Value: Hashable & Sendable>: Hashable, Sendable {
    /// Nil if ``values`` has one value for all.
    let field: StyleField?
    let values: [Value]
    /// The place in ``values`` of each value of the field that is named.
    let named: [String: Int]
    /// The place in ``values`` for what is not named; nil if such features are not drawn.
    let otherwise: Int?

    init(_ constant: Value) {
        field = nil
        values = [constant]
        named = [:]
        otherwise = 0
    }

    init(field: StyleField, cases: [(String, Value)], otherwise: Value?) {
        self.field = field
        var values = cases.map(\.1)
        var named: [String: Int] = [:]
        for (place, item) in cases.enumerated() { named[item.0] = place }
        self.named = named
        if let otherwise {
            self.otherwise = values.count
            values.append(otherwise)
        } else {
            self.otherwise = nil
        }
        self.values = values
    }

    func place(of name: String) -> Int? { named[name] ?? otherwise }
}
