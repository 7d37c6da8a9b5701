import Geometry
import Raster
import Works

/// Reads a style sheet.
struct StyleParser {
    private var colors: [String: ThemedColor] = [:]
    private var marks: [String: Mark] = [:]

    /// - Throws: ``StyleProblem`` with the line and the key.
    static func parse(_ text: [UInt8], file: String) throws(StyleProblem) -> StyleSheet {
        let value: JSONValue
        do { value = try JSONParser.parse(text) } catch {
            throw StyleProblem(file: file, line: error.line, key: "", reason: "\(error.reason)")
        }
        do {
            var parser = StyleParser()
            return try parser.sheet(StyleNode(value: value, path: []), file: file)
        } catch let fault as StyleNode.Fault {
            throw StyleProblem(
                file: file, line: JSONLocator.line(of: fault.path, in: text), key: fault.path.description,
                reason: fault.reason)
        } catch {
            throw StyleProblem(file: file, line: 1, key: "", reason: "\(error)")
        }
    }

    // MARK: The sheet

    private mutating func sheet(_ node: StyleNode, file: String) throws -> StyleSheet {
        try node.allow(["tilesets", "attribution", "colors", "marks", "background", "layers", "about"])
        for (name, node) in try node.optional("colors")?.members ?? [] { colors[name] = try color(node) }
        for (name, node) in try node.optional("marks")?.members ?? [] { marks[name] = try mark(node) }
        return StyleSheet(
            file: file, tilesets: try node["tilesets"].elements.map(head),
            attribution: try node.optional("attribution")?.text, background: try node.optional("background").map(color),
            layers: try node["layers"].elements.map(layer))
    }

    private func head(_ node: StyleNode) throws -> StyleSheet.Head {
        try node.allow(["name", "title", "kinds", "zooms", "palette"])
        let zooms = try node.optional("zooms")?.elements.map { try $0.integer(0...22) } ?? [0, 22]
        guard zooms.count == 2, zooms[0] <= zooms[1] else {
            throw try node["zooms"].fault("two zooms in ascending order are expected")
        }
        var title: [String: String] = [:]
        for (language, text) in try node["title"].members { title[language] = try text.text }
        let name = try node["name"].text
        guard !name.isEmpty, name.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 95 })
        else {
            throw try node["name"].fault("a name consists of small letters, digits and _")
        }
        return StyleSheet.Head(
            name: name, title: title,
            kinds: Set(try node.optional("kinds")?.elements.map { try $0.one(of: WorkKind.self) } ?? []),
            minimumZoom: zooms[0], maximumZoom: zooms[1], hasPalette: try node.optional("palette")?.flag ?? false)
    }

    private func layer(_ node: StyleNode) throws -> StyleLayer {
        try node.allow(["name", "source", "geometry", "where", "zooms", "paint"])
        let source: StyleLayer.Source
        switch try node["source"].text {
        case "works": source = .works
        case let name:
            guard let layer = ReferenceLayer(rawValue: name) else {
                let known = ["works"] + ReferenceLayer.allCases.map(\.rawValue)
                throw try node["source"].fault("`\(name)` is none of \(known.joined(separator: ", "))")
            }
            source = .reference(layer)
        }
        var geometry = GeometrySet.all
        if let names = node.optional("geometry") {
            geometry = []
            for name in try names.elements {
                switch try name.text {
                case "point": geometry.insert(.points)
                case "line": geometry.insert(.lines)
                case "area": geometry.insert(.areas)
                case let other: throw name.fault("`\(other)` is none of point, line, area")
                }
            }
        }
        var conditions: [StyleField: Set<String>] = [:]
        var states: UInt8 = 0xFF
        for (name, values) in try node.optional("where")?.members ?? [] {
            guard let field = StyleField(rawValue: name) else {
                throw values.fault(
                    "there is no such field; known: \(StyleField.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            let names = try values.elements.map { try checked($0, of: field) }
            if field == .deadlineState {
                states = names.reduce(0) { $0 | 1 << UInt8(DeadlineState(rawValue: $1)?.index ?? 7) }
            } else {
                conditions[field] = Set(names)
            }
        }
        let zooms = try node.optional("zooms")?.elements.map { try $0.number(0...30) } ?? [0, 30]
        guard zooms.count == 2, zooms[0] < zooms[1] else {
            throw try node["zooms"].fault("two zooms in ascending order are expected")
        }
        return StyleLayer(
            name: try node["name"].text, source: source, geometry: geometry, conditions: conditions, states: states,
            zooms: zooms[0]..<zooms[1], paints: try node["paint"].elements.map(paint))
    }

    /// A value of a field: of those with known values only these.
    private func checked(_ node: StyleNode, of field: StyleField) throws -> String {
        switch field {
        case .deadlineState: try node.one(of: DeadlineState.self).rawValue
        case .kind: try node.one(of: WorkKind.self).rawValue
        case .status: try node.one(of: WorkStatus.self).rawValue
        case .severity: try node.one(of: Severity.self).rawValue
        case .trafficImpact: try node.one(of: TrafficImpact.self).rawValue
        case .structure: try node.one(of: Structure.self).rawValue
        case .category, .featureClass: try node.text
        }
    }

    // MARK: Paints

    private func paint(_ node: StyleNode) throws -> StylePaint {
        try node.allow(["fill", "line", "symbol", "count", "days_late", "label"])
        guard let (name, inner) = try node.members.first, try node.members.count == 1 else {
            throw node.fault("one of fill, line, symbol, count, days_late, label is expected")
        }
        switch name {
        case "fill": return .fill(try fill(inner))
        case "line": return .line(try line(inner))
        case "symbol": return .symbol(try symbol(inner))
        case "count": return .count(try count(inner))
        case "days_late": return .daysLate(try daysLate(inner))
        default: return .label(try label(inner))
        }
    }

    private func fill(_ node: StyleNode) throws -> FillPaint {
        try node.allow(["color", "opacity", "hatch"])
        return FillPaint(
            color: try choice(try node["color"], color),
            opacity: try zoomValue(node.optional("opacity"), 0...1, default: 1),
            hatch: try node.optional("hatch").map { try choice($0, hatch) })
    }

    private func hatch(_ node: StyleNode) throws -> HatchPattern {
        try node.allow(["direction", "spacing", "width"])
        return HatchPattern(
            direction: try node["direction"].one(of: Hatch.Direction.self),
            spacing: try node.optional("spacing")?.integer(2...256) ?? 8,
            width: try node.optional("width")?.number(0.1...64) ?? 1.5)
    }

    private func line(_ node: StyleNode) throws -> LinePaint {
        try node.allow(["color", "width", "opacity", "cap", "join", "miter_limit", "dash"])
        let cap: Stroke.Cap
        switch try node.optional("cap")?.text ?? "round" {
        case "butt": cap = .butt
        case "round": cap = .round
        case "square": cap = .square
        case let other: throw try node["cap"].fault("`\(other)` is none of butt, round, square")
        }
        let join: Stroke.Join
        switch try node.optional("join")?.text ?? "round" {
        case "miter": join = .miter
        case "round": join = .round
        case "bevel": join = .bevel
        case let other: throw try node["join"].fault("`\(other)` is none of miter, round, bevel")
        }
        let miterLimit = node.optional("miter_limit")
        if let miterLimit, join != .miter { throw miterLimit.fault("it has a meaning only where `join` is `miter`") }
        return LinePaint(
            color: try choice(try node["color"], color), width: try zoomValue(node["width"], 0...256),
            opacity: try zoomValue(node.optional("opacity"), 0...1, default: 1), cap: cap, join: join,
            miterLimit: try miterLimit?.number(1...16) ?? 4,
            dash: try node.optional("dash")?.elements.map { try $0.number(0.1...1000) } ?? [])
    }

    private func symbol(_ node: StyleNode) throws -> SymbolPaint {
        try node.allow([
            "shape", "size", "fill", "outline", "outline_width", "halo", "halo_width", "mark", "mark_color",
        ])
        return SymbolPaint(
            shape: try choice(try node["shape"]) { try $0.one(of: Symbol.self) },
            size: try zoomValue(node["size"], 0.5...256),
            fill: try choice(try node["fill"], color),
            outline: try node.optional("outline").map { try choice($0, color) },
            outlineWidth: try zoomValue(node.optional("outline_width"), 0...64, default: 1),
            halo: try node.optional("halo").map { try choice($0, color) },
            haloWidth: try zoomValue(node.optional("halo_width"), 0...64, default: 1),
            mark: try node.optional("mark").map { try choice($0, namedMark) },
            markColor: try node.optional("mark_color").map(color) ?? ThemedColor(light: .white, dark: .white))
    }

    private func count(_ node: StyleNode) throws -> CountPaint {
        try node.allow(["grid", "size", "growth", "fill", "outline", "text", "ring", "ring_width"])
        return CountPaint(
            grid: try node["grid"].integer(16...256), size: try node["size"].number(4...64),
            growth: try node.optional("growth")?.number(0...32) ?? 4, fill: try color(try node["fill"]),
            outline: try color(try node["outline"]), text: try color(try node["text"]),
            ring: try node.optional("ring").map(ring), ringWidth: try node.optional("ring_width")?.number(0.5...16) ?? 3
        )
    }

    /// Works of one disc differ in everything, but only what the clock changes is worth a ring.
    private func ring(_ node: StyleNode) throws -> Choice<ThemedColor> {
        let ring = try choice(node, color)
        guard ring.field == .deadlineState else {
            throw node.fault("a ring depends on deadline_state: { \"by\": \"deadline_state\", … } is expected")
        }
        return ring
    }

    private func daysLate(_ node: StyleNode) throws -> DaysLatePaint {
        try node.allow(["size", "color", "halo", "halo_width", "offset"])
        return DaysLatePaint(
            size: try zoomValue(node["size"], 4...64), color: try choice(try node["color"], color),
            halo: try node.optional("halo").map(color),
            haloWidth: try node.optional("halo_width")?.number(0...8) ?? 1.5,
            offset: try zoomValue(node.optional("offset"), -64...64, default: 0))
    }

    private func label(_ node: StyleNode) throws -> LabelPaint {
        try node.allow([
            "field", "placement", "size", "color", "halo", "halo_width", "weight", "case", "spacing", "priority",
            "repeat", "wrap", "offset", "gap", "fit", "places",
        ])
        func flag(_ key: String, _ no: String, _ yes: String) throws -> Bool {
            guard let value = node.optional(key) else { return false }
            let text = try value.text
            guard text == no || text == yes else { throw value.fault("`\(text)` is none of \(no), \(yes)") }
            return text == yes
        }
        return LabelPaint(
            field: try node.optional("field")?.one(of: LabelPaint.Field.self) ?? .name,
            placement: try node["placement"].one(of: LabelPaint.Placement.self),
            size: try zoomValue(node["size"], 4...72), color: try color(try node["color"]),
            halo: try node.optional("halo").map(color),
            haloWidth: try zoomValue(node.optional("halo_width"), 0...8, default: 1.5),
            isBold: try flag("weight", "regular", "bold"), isUpperCase: try flag("case", "mixed", "upper"),
            spacing: try node.optional("spacing")?.number(0...1) ?? 0,
            priority: try node.optional("priority")?.integer(0...1000) ?? 0,
            repeatDistance: try node.optional("repeat")?.number(0...10000) ?? 0,
            wrap: try node.optional("wrap")?.number(0...1000) ?? 0,
            offset: try node.optional("offset")?.number(0...64) ?? 0,
            gap: try node.optional("gap")?.number(0...32) ?? 2, fit: try node.optional("fit")?.number(0...10) ?? 1,
            places: Set(try node.optional("places")?.elements.map { try $0.text } ?? []))
    }

    // MARK: Values

    private func zoomValue(_ node: StyleNode?, _ range: ClosedRange<Double>, default value: Double) throws -> ZoomValue
    {
        try node.map { try zoomValue($0, range) } ?? ZoomValue(value)
    }

    private func zoomValue(_ node: StyleNode, _ range: ClosedRange<Double>) throws -> ZoomValue {
        guard node.value.array != nil else { return ZoomValue(try node.number(range)) }
        var stops: [ZoomValue.Stop] = []
        for stop in try node.elements {
            let pair = try stop.elements
            guard pair.count == 2 else { throw stop.fault("[zoom, value] is expected") }
            let zoom = try pair[0].number(0...30)
            if let last = stops.last, zoom <= last.zoom { throw stop.fault("zooms must ascend") }
            stops.append(ZoomValue.Stop(zoom: zoom, value: try pair[1].number(range)))
        }
        guard !stops.isEmpty else { throw node.fault("at least one stop is expected") }
        return ZoomValue(stops: stops)
    }

    /// A constant, or `{"by": FIELD, VALUE: …, "else": …}`.
    private func choice<Value: Hashable & Sendable>(
        _ node: StyleNode, _ read: (StyleNode) throws -> Value
    ) throws -> Choice<Value> {
        guard let by = node.optional("by") else { return Choice(try read(node)) }
        let field = try by.one(of: StyleField.self)
        var cases: [(String, Value)] = []
        var otherwise: Value?
        for (name, value) in try node.members where name != "by" {
            if name == "else" {
                otherwise = try read(value)
            } else {
                _ = try checked(StyleNode(value: .string(name), path: value.path), of: field)
                cases.append((name, try read(value)))
            }
        }
        return Choice(field: field, cases: cases, otherwise: otherwise)
    }

    private func color(_ node: StyleNode) throws -> ThemedColor {
        if node.value.object != nil {
            try node.allow(["light", "dark"])
            return ThemedColor(light: try color(try node["light"]).light, dark: try color(try node["dark"]).dark)
        }
        let text = try node.text
        if let named = colors[text] { return named }
        guard let color = Color(text) else {
            throw node.fault("`\(text)` is neither #rgb, #rgba, #rrggbb, #rrggbbaa nor a name from `colors`")
        }
        return ThemedColor(light: color, dark: color)
    }

    private func mark(_ node: StyleNode) throws -> Mark {
        try node.allow(["lines", "width"])
        return Mark(
            lines: try node["lines"].elements.map { line in
                try line.elements.map { point in
                    let pair = try point.elements
                    guard pair.count == 2 else { throw point.fault("[x, y] is expected") }
                    return SIMD2(try pair[0].number(-1...1), try pair[1].number(-1...1))
                }
            }, width: try node["width"].number(0.01...1))
    }

    private func namedMark(_ node: StyleNode) throws -> Mark {
        let name = try node.text
        guard let mark = marks[name] else { throw node.fault("there is no mark `\(name)` in `marks`") }
        return mark
    }
}
