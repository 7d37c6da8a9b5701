public import Geometry

/// A place as people write it: `LON,LAT` in degrees, WKT, or a GeoJSON geometry or feature.
public enum PlaceText {
    /// - Throws: ``PlaceTextError`` that says what is wrong.
    public static func geometry(_ text: String) throws(PlaceTextError) -> Geometry {
        guard let first = text.first(where: { !$0.isWhitespace }) else { throw PlaceTextError(reason: wanted) }
        if first == "{" { return try geoJSON(text) }
        let numbers = text.split(whereSeparator: { $0 == "," || $0 == ";" || $0.isWhitespace }).map { Double($0) }
        if numbers.count == 2, let longitude = numbers[0], let latitude = numbers[1] {
            return .point(Coordinate(longitude: longitude, latitude: latitude))
        }
        guard first.isLetter else { throw PlaceTextError(reason: wanted) }
        return try wkt(text)
    }

    private static func geoJSON(_ text: String) throws(PlaceTextError) -> Geometry {
        do {
            let value = try JSONParser.parse(text)
            let isFeature = value.object?["type"]?.string == "Feature"
            let geometry = isFeature ? try GeoJSON.feature(from: value).geometry : try GeoJSON.geometry(from: value)
            guard let geometry else { throw PlaceTextError(reason: "the feature has no geometry") }
            return geometry
        } catch { throw PlaceTextError(reason: "\(error)") }
    }

    private static func wkt(_ text: String) throws(PlaceTextError) -> Geometry {
        var text = text
        let result: Result<Geometry?, RowRefusal> = text.withUTF8 { bytes in
            do throws(RowRefusal) { return .success(try WKT.parse(bytes)) } catch { return .failure(error) }
        }
        switch result {
        case .success(let geometry?): return geometry
        case .success(nil): throw PlaceTextError(reason: "the geometry is empty")
        case .failure(let refusal): throw PlaceTextError(reason: "\(refusal)")
        }
    }

    private static let wanted = "LON,LAT in degrees, WKT, or a GeoJSON geometry is wanted"
}

/// Why a text is no place.
public struct PlaceTextError: Error, Hashable, Sendable, CustomStringConvertible {
    public var reason: String
    public var description: String { "geometry: \(reason)" }
}
