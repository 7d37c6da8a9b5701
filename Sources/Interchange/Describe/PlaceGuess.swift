import Geometry

/// The place of a file's rows, as far as columns and geometries tell.
public enum PlaceGuess: Hashable, Sendable {
    /// Features have geometries of their own.
    case feature
    case columns(longitude: String, latitude: String)
    /// Both numbers in one column: `(42.35, -71.06)`.
    case pair(column: String, isLatitudeFirst: Bool)
    case wkt(String)
    case wkb(String)
    case geoJSON(String)
    /// Numbers that are metres or feet of a projected system; `candidates` are systems of that magnitude, with their names.
    case projected(x: String, y: String, candidates: [String])
    case none
}

/// Search for the place among the columns of a file.
struct PlaceSearch {
    let columns: [ColumnProfile]
    let geometries: GeometryProfile

    private static let longitudes = [
        "longitude", "lon_", "lng", "long_", "x_", "xcoord", "x coord", "easting", "east_", "rechtswert", "ostwert",
        "долгота", "laengengrad", "längengrad", "longitud",
    ]
    private static let latitudes = [
        "latitude", "lat_", "y_", "ycoord", "y coord", "northing", "north_", "hochwert", "nordwert", "широта",
        "breitengrad", "latitud",
    ]

    var guess: PlaceGuess {
        if geometries.count > 0 { return .feature }
        let pair = pair
        if let (longitude, latitude) = pair, isDegrees(longitude, 180), isDegrees(latitude, 90) {
            return .columns(longitude: longitude.name, latitude: latitude.name)
        }
        for column in columns where column.rows > 0 {
            if let one = Self.oneColumn(column) { return one }
        }
        guard let (longitude, latitude) = pair else { return PlaceGuess.none }
        let candidates = Self.systems(x: middle(longitude), y: middle(latitude))
        return candidates.isEmpty
            ? PlaceGuess.none : .projected(x: longitude.name, y: latitude.name, candidates: candidates)
    }

    /// Extent by the place that was guessed; nil if it is not known from the survey.
    func bounds(of guess: PlaceGuess) -> Bounds? {
        switch guess {
        case .feature: return geometries.bounds
        case .columns(let longitude, let latitude):
            guard let x = column(longitude), let y = column(latitude) else { return nil }
            let (xs, ys) = (numbers(x), numbers(y))
            guard let west = xs.min(), let east = xs.max(), let south = ys.min(), let north = ys.max() else {
                return nil
            }
            return Bounds(west: west, south: south, east: east, north: north)
        case .pair(let name, let isLatitudeFirst):
            guard let column = column(name) else { return nil }
            let pairs = column.order.compactMap(Self.numbersOfPair)
            let (xs, ys) = isLatitudeFirst ? (pairs.map(\.1), pairs.map(\.0)) : (pairs.map(\.0), pairs.map(\.1))
            guard let west = xs.min(), let east = xs.max(), let south = ys.min(), let north = ys.max() else {
                return nil
            }
            return Bounds(west: west, south: south, east: east, north: north)
        case .wkt(let name):
            // Longer texts are kept in part only, so that an extent is known of points alone.
            guard let column = column(name),
                column.order.allSatisfy({ $0.uppercased().contains("POINT") && !$0.uppercased().contains("MULTI") })
            else { return nil }
            let places = firstPositions(of: guess)
            guard let first = places.first else { return nil }
            var bounds = Bounds(
                west: first.longitude, south: first.latitude, east: first.longitude, north: first.latitude)
            for place in places { bounds.extend(to: place) }
            return bounds
        default: return nil
        }
    }

    /// First positions of geometries in a column of texts, as far as they can be degrees.
    private func firstPositions(of guess: PlaceGuess) -> [Coordinate] {
        let name: String
        switch guess {
        case .wkt(let column), .geoJSON(let column): name = column
        default: return []
        }
        return (column(name)?.order ?? []).compactMap { text in
            let parts = text.drop { $0 != "(" && $0 != "[" }.drop { "([ ".contains($0) }
                .prefix { !")]".contains($0) }.split { ", ".contains($0) }
            guard parts.count >= 2, let x = Self.number(String(parts[0])), let y = Self.number(String(parts[1])),
                x.magnitude <= 180, y.magnitude <= 90
            else { return nil }
            return Coordinate(longitude: x, latitude: y)
        }
    }

    /// A place amid the others: a few that lie far away do not move it.
    func centre(of guess: PlaceGuess) -> Coordinate? {
        if guess == .feature { return geometries.centre }
        if case .columns(let longitude, let latitude) = guess, let x = column(longitude), let y = column(latitude) {
            return Coordinate(longitude: middle(x), latitude: middle(y))
        }
        let places = firstPositions(of: guess)
        // The one in the middle by longitude lies where most do.
        if !places.isEmpty { return places.sorted { $0.longitude < $1.longitude }[places.count / 2] }
        return bounds(of: guess).map {
            Coordinate(longitude: ($0.west + $0.east) / 2, latitude: ($0.south + $0.north) / 2)
        }
    }

    private func column(_ name: String) -> ColumnProfile? { columns.first { $0.name == name } }

    // MARK: Two columns

    /// The columns of a longitude and a latitude, by their names and because both hold numbers.
    private var pair: (ColumnProfile, ColumnProfile)? {
        func best(_ stems: [String]) -> ColumnProfile? {
            columns.filter {
                $0.rows > 0 && $0.order.count(where: { Self.number($0) != nil }) * 10 >= $0.order.count * 8
            }
            .map { ($0, FoldedText($0.name, isName: true).match(stems)) }
            .filter { $0.1 > 0 }
            // Degrees come before metres.
            .max {
                (isDegrees($0.0, 180) ? 100 : 0, $0.1, $0.0.rows) < (
                    isDegrees($1.0, 180) ? 100 : 0, $1.1, $1.0.rows
                )
            }?.0
        }
        guard let longitude = best(Self.longitudes), let latitude = best(Self.latitudes),
            longitude.name != latitude.name
        else { return nil }
        return (longitude, latitude)
    }

    private func numbers(_ column: ColumnProfile) -> [Double] {
        column.order.compactMap { Self.number($0) }.filter { $0 != 0 }
    }

    private func isDegrees(_ column: ColumnProfile, _ most: Double) -> Bool {
        let numbers = numbers(column)
        return !numbers.isEmpty && numbers.count { $0.magnitude <= most } * 20 >= numbers.count * 19
    }

    private func middle(_ column: ColumnProfile) -> Double {
        let numbers = numbers(column).sorted()
        return numbers.isEmpty ? 0 : numbers[numbers.count / 2]
    }

    /// A number with a point or a decimal comma.
    static func number(_ text: String) -> Double? {
        var text = text.contains(".") ? text : text.replacing(",", with: ".")
        return text.withUTF8 { Decimal.parse($0) }
    }

    /// Projected systems in use by cities whose numbers are of this magnitude.
    private static func systems(x: Double, y: Double) -> [String] {
        var found: [String] = []
        func add(_ name: String, _ xs: ClosedRange<Double>, _ ys: ClosedRange<Double>) {
            if xs.contains(x), ys.contains(y) { found.append(name) }
        }
        add("EPSG:31466 (Gauss-Krüger zone 2)", 2_400_000...2_700_000, 5_200_000...6_100_000)
        add("EPSG:31467 (Gauss-Krüger zone 3)", 3_300_000...3_750_000, 5_200_000...6_100_000)
        add("EPSG:31468 (Gauss-Krüger zone 4)", 4_300_000...4_750_000, 5_200_000...6_100_000)
        add("EPSG:2056 (Switzerland LV95)", 2_480_000...2_840_000, 1_070_000...1_300_000)
        add("EPSG:2154 (France Lambert-93)", 100_000...1_300_000, 6_000_000...7_200_000)
        add("EPSG:27700 (British National Grid)", 0...700_000, 0...1_300_000)
        add("EPSG:25832 or 25833 (ETRS89, UTM zone 32 or 33)", 166_000...834_000, 5_200_000...6_200_000)
        add("EPSG:326nn (WGS 84, UTM zone nn of the north)", 166_000...834_000, 500_000...9_400_000)
        add("EPSG:284nn (Pulkovo 1942, zone nn)", 4_000_000...32_999_999, 4_000_000...9_000_000)
        add(
            "a State Plane system of the United States, in metres or feet (EPSG:26918 and on, EPSG:2225 and on)",
            0...12_000_000, 0...12_000_000)
        add("EPSG:3857 (Web Mercator)", -20_037_509 ... -1000, -20_048_967...20_048_967)
        add("EPSG:3857 (Web Mercator)", 1000...20_037_509, -20_048_967...20_048_967)
        return found
    }

    // MARK: One column

    /// True if the values of a column are geometries.
    static func isGeometry(_ column: ColumnProfile) -> Bool { oneColumn(column) != nil }

    private static func oneColumn(_ column: ColumnProfile) -> PlaceGuess? {
        if column.holdsGeometry { return .geoJSON(column.name) }
        let values = column.order.prefix(200)
        guard !values.isEmpty else { return nil }
        func most(_ holds: (String) -> Bool) -> Bool { values.count(where: holds) * 10 >= values.count * 9 }
        if most(isWKT) { return .wkt(column.name) }
        if most({ $0.hasPrefix("{") && $0.contains("\"coordinates\"") }) { return .geoJSON(column.name) }
        if most(isWKB) { return .wkb(column.name) }
        let pairs = values.compactMap(numbersOfPair)
        guard pairs.count * 10 >= values.count * 9 else { return nil }
        let first = pairs.map(\.0), second = pairs.map(\.1)
        guard first.allSatisfy({ $0.magnitude <= 180 }), second.allSatisfy({ $0.magnitude <= 180 }) else { return nil }
        let isFirstLatitude = first.allSatisfy { $0.magnitude <= 90 }
        let isSecondLatitude = second.allSatisfy { $0.magnitude <= 90 }
        guard isFirstLatitude || isSecondLatitude else { return nil }
        let isNamedLongitude = FoldedText(column.name, isName: true).match(["lon_", "lng lat", "lnglat", "lonlat"]) > 0
        return .pair(column: column.name, isLatitudeFirst: isFirstLatitude && !(isSecondLatitude && isNamedLongitude))
    }

    private static func isWKT(_ text: String) -> Bool {
        let upper = text.prefix(40).uppercased()
        let body = upper.hasPrefix("SRID=") ? upper.drop { $0 != ";" }.dropFirst() : upper[...]
        return ["POINT", "LINESTRING", "POLYGON", "MULTI", "GEOMETRYCOLLECTION"].contains { body.hasPrefix($0) }
            && text.contains("(")
    }

    private static func isWKB(_ text: String) -> Bool {
        text.utf8.count >= 42 && (text.hasPrefix("01") || text.hasPrefix("00")) && text.utf8.count % 2 == 0
            && text.utf8.prefix(400).allSatisfy { (48...57).contains($0) || (65...70).contains($0 & 0xDF) }
    }

    /// Two numbers with fractions in parentheses or parted by a comma, also behind an address.
    static func numbersOfPair(_ text: String) -> (Double, Double)? {
        let inner = text.lastIndex(of: "(").map { text[text.index(after: $0)...].prefix { $0 != ")" } } ?? text[...]
        let parts = inner.split { ",; ".contains($0) }
        guard parts.count == 2, parts.allSatisfy({ $0.contains(".") }), let a = number(String(parts[0])),
            let b = number(String(parts[1]))
        else { return nil }
        return (a, b)
    }
}
