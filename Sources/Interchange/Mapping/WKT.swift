import Geometry

/// Well-known text (OGC 06-103r4 section 7), as CSV files carry geometries.
enum WKT {
    /// The geometry that a text says, Z and M left out; `SRID=4326;` in front is allowed.
    static func parse(_ text: UnsafeBufferPointer<UInt8>) throws(RowRefusal) -> Geometry? {
        let reading = try read(text)
        guard let system = reading.system else { return reading.geometry }
        throw RowRefusal("the geometry is in \(system); reproject it to EPSG:4326")
    }

    /// Content of a text.
    struct Reading {
        /// Nil if the geometry is empty.
        var geometry: Geometry?
        /// The coordinate system that `SRID=…;` names, as `EPSG:…`; nil for WGS 84 and without it.
        var system: String?
        /// True if Z or M was left out.
        var hasFurtherOrdinates: Bool
    }

    /// The geometry that a text says, Z and M left out, in whatever system `SRID=…;` in front names.
    static func read(_ text: UnsafeBufferPointer<UInt8>) throws(RowRefusal) -> Reading {
        var parser = Parser(text: text)
        let srid = try parser.referenceSystem()
        let geometry = try parser.geometry()
        guard parser.peek() == nil else { throw parser.error("nothing may follow the geometry") }
        return Reading(
            geometry: geometry.isEmpty ? nil : geometry, system: srid.flatMap { $0 == 4326 ? nil : "EPSG:\($0)" },
            hasFurtherOrdinates: parser.hasFurtherOrdinates)
    }

    /// The geometry that begins at an octet of a longer text, and where the text goes on behind it; nil if the geometry is empty.
    static func parse(_ text: UnsafeBufferPointer<UInt8>, from start: Int) throws(RowRefusal) -> (Geometry?, end: Int) {
        var parser = Parser(text: text, at: start)
        let geometry = try parser.geometry()
        return (geometry.isEmpty ? nil : geometry, parser.at)
    }

    /// How deep collections may lie in each other.
    private static let maximumDepth = 64

    /// A geometry as text, with 7 decimals: a centimetre.
    static func text(of geometry: Geometry) -> String {
        func run(_ run: [Coordinate]) -> String { "(" + run.map(position).joined(separator: ",") + ")" }
        func position(_ position: Coordinate) -> String {
            let position = position.isValid ? position.rounded : position
            return "\(position.longitude) \(position.latitude)"
        }
        func rings(_ polygon: Polygon) -> String { "(" + polygon.rings.map(run).joined(separator: ",") + ")" }
        if geometry.isEmpty { return "\(geometry.type.rawValue.uppercased()) EMPTY" }
        switch geometry {
        case .point(let point): return "POINT (\(position(point)))"
        case .multiPoint(let points):
            return "MULTIPOINT (" + points.map { "(\(position($0)))" }.joined(separator: ",") + ")"
        case .lineString(let line): return "LINESTRING " + run(line)
        case .multiLineString(let lines): return "MULTILINESTRING (" + lines.map(run).joined(separator: ",") + ")"
        case .polygon(let polygon): return "POLYGON " + rings(polygon)
        case .multiPolygon(let polygons): return "MULTIPOLYGON (" + polygons.map(rings).joined(separator: ",") + ")"
        case .geometryCollection(let members):
            return "GEOMETRYCOLLECTION (" + members.map(text(of:)).joined(separator: ",") + ")"
        }
    }

    private struct Parser {
        let text: UnsafeBufferPointer<UInt8>
        var at: Int
        private var depth = 0
        private(set) var hasFurtherOrdinates = false

        init(text: UnsafeBufferPointer<UInt8>, at start: Int = 0) {
            self.text = text
            at = start
        }

        func error(_ what: String) -> RowRefusal {
            let characters = text[..<at].count { $0 & 0xC0 != 0x80 }
            return RowRefusal("the geometry is not WKT: \(what) (at character \(characters + 1))")
        }

        mutating func peek() -> UInt8? {
            while at < text.count, text[at] <= 0x20 { at += 1 }
            return at < text.count ? text[at] : nil
        }

        mutating func take(_ byte: UInt8) -> Bool {
            guard peek() == byte else { return false }
            at += 1
            return true
        }

        mutating func expect(_ byte: UInt8) throws(RowRefusal) {
            guard take(byte) else { throw error("“\(Character(Unicode.Scalar(byte)))” expected") }
        }

        mutating func word() -> String {
            var word = ""
            while let byte = peek(), case let letter = byte & 0xDF, (65...90).contains(letter) {
                // Words end at white space, which `peek` skips.
                word.unicodeScalars.append(Unicode.Scalar(letter))
                at += 1
                if at < text.count, text[at] <= 0x20 { break }
            }
            return word
        }

        /// The number of the coordinate system in front of the geometry; nil if there is none.
        mutating func referenceSystem() throws(RowRefusal) -> Int? {
            let start = at
            guard word() == "SRID", take(UInt8(ascii: "=")) else {
                at = start
                return nil
            }
            guard let srid = number(), take(UInt8(ascii: ";")) else { throw error("SRID=4326; expected") }
            return Int(saturating: srid)
        }

        mutating func geometry() throws(RowRefusal) -> Geometry {
            let name = word()
            let dimensions = at
            if !["Z", "M", "ZM"].contains(word()) { at = dimensions }
            let mark = at
            let isEmpty = word() == "EMPTY"
            if !isEmpty { at = mark }
            switch name {
            case "POINT":
                if isEmpty { return .multiPoint([]) }
                try expect(UInt8(ascii: "("))
                let point = try position()
                try expect(UInt8(ascii: ")"))
                return .point(point)
            case "LINESTRING": return .lineString(isEmpty ? [] : try run())
            case "POLYGON": return .polygon(Polygon(rings: isEmpty ? [] : try runs()))
            case "MULTIPOINT":
                return .multiPoint(
                    isEmpty
                        ? []
                        : try list { (parser: inout Parser) throws(RowRefusal) in
                            guard parser.take(UInt8(ascii: "(")) else { return try parser.position() }
                            let point = try parser.position()
                            try parser.expect(UInt8(ascii: ")"))
                            return point
                        })
            case "MULTILINESTRING": return .multiLineString(isEmpty ? [] : try runs())
            case "MULTIPOLYGON":
                return .multiPolygon(
                    isEmpty
                        ? []
                        : try list { (parser: inout Parser) throws(RowRefusal) in Polygon(rings: try parser.runs()) })
            case "GEOMETRYCOLLECTION":
                guard depth < WKT.maximumDepth else {
                    throw error("collections lie more than \(WKT.maximumDepth) deep in each other")
                }
                depth += 1
                defer { depth -= 1 }
                return .geometryCollection(
                    isEmpty ? [] : try list { (parser: inout Parser) throws(RowRefusal) in try parser.geometry() })
            default:
                let found = name.isEmpty ? String(decoding: text.prefix(40), as: UTF8.self) : name
                throw error("“\(found)” is no type of geometry that can be read")
            }
        }

        mutating func list<Element>(_ element: (inout Parser) throws(RowRefusal) -> Element) throws(RowRefusal)
            -> [Element]
        {
            try expect(UInt8(ascii: "("))
            var elements: [Element] = []
            repeat { elements.append(try element(&self)) } while take(UInt8(ascii: ","))
            try expect(UInt8(ascii: ")"))
            return elements
        }

        mutating func run() throws(RowRefusal) -> [Coordinate] {
            try list { (parser: inout Parser) throws(RowRefusal) in try parser.position() }
        }

        mutating func runs() throws(RowRefusal) -> [[Coordinate]] {
            try list { (parser: inout Parser) throws(RowRefusal) in try parser.run() }
        }

        mutating func position() throws(RowRefusal) -> Coordinate {
            guard let longitude = number(), let latitude = number() else { throw error("two numbers expected") }
            while number() != nil { hasFurtherOrdinates = true }
            return Coordinate(longitude: longitude, latitude: latitude)
        }

        mutating func number() -> Double? {
            _ = peek()
            let start = at
            while at < text.count, case let byte = text[at], byte > 0x20, byte != 0x2C, byte != 0x28, byte != 0x29,
                byte != 0x3B
            {
                at += 1
            }
            guard at > start, let value = Decimal.parse(UnsafeBufferPointer(rebasing: text[start..<at])) else {
                at = start
                return nil
            }
            return value
        }
    }
}

/// Numbers in text.
enum Decimal {
    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21,
        1e22,
    ]

    /// The double nearest to a decimal number, which may have a comma for its point; nil if the text is not one, also for `nan`.
    ///
    /// Up to 15 digits and 22 places are exact in doubles, so one division rounds correctly (Clinger, *How to Read Floating Point
    /// Numbers Accurately*, 1990); other texts take the long way.
    static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        var mantissa: UInt64 = 0
        var digits = 0
        var places = -1
        var at = 0
        var isNegative = false
        var hasDigit = false
        if at < text.count, text[at] == UInt8(ascii: "-") || text[at] == UInt8(ascii: "+") {
            isNegative = text[at] == UInt8(ascii: "-")
            at += 1
        }
        while at < text.count {
            let byte = text[at]
            if byte &- 48 < 10 {
                mantissa = mantissa &* 10 &+ UInt64(byte &- 48)
                hasDigit = true
                if mantissa > 0 { digits += 1 }
                if places >= 0 { places += 1 }
            } else if byte == UInt8(ascii: ".") || byte == UInt8(ascii: ","), places < 0 {
                places = 0
            } else {
                return slow(text)
            }
            at += 1
        }
        guard hasDigit else { return nil }
        guard digits <= 15, places <= 22 else { return slow(text) }
        let value = Double(mantissa) / powersOfTen[max(places, 0)]
        return isNegative ? -value : value
    }

    private static func slow(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }
}
