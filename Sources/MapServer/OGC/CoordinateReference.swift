import Geometry
import Glibc
import HTTPEdge
import HTTPTypes

/// The coordinate reference systems that features come in, with the order of axes that their authorities define.
enum CoordinateReference: String, Sendable, CaseIterable {
    /// Longitude and latitude in degrees, in that order.
    case crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    /// Latitude and longitude in degrees, in that order.
    case epsg4326 = "http://www.opengis.net/def/crs/EPSG/0/4326"
    /// Web Mercator: metres east and north.
    case epsg3857 = "http://www.opengis.net/def/crs/EPSG/0/3857"

    /// - Throws: ``Problem`` if the service does not know the system.
    init(_ name: String, parameter: String) throws(Problem) {
        // Besides the addresses of OGC's registry, the short and the URN forms that clients send.
        switch name {
        case "OGC:CRS84", "urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84": self = .crs84
        case "EPSG:4326", "urn:ogc:def:crs:EPSG::4326": self = .epsg4326
        case "EPSG:3857", "urn:ogc:def:crs:EPSG::3857": self = .epsg3857
        default:
            // Safe CURIEs of OGC API stand in one pair of brackets.
            if name.hasPrefix("["), name.hasSuffix("]"), !name.hasPrefix("[[") {
                try self.init(String(name.dropFirst().dropLast()), parameter: parameter)
                return
            }
            guard let known = Self(rawValue: name) else {
                throw .malformedParameter(
                    parameter,
                    "“\(name.prefix(80))” is not known here; known are \(Self.allCases.map(\.rawValue).joined(separator: ", "))"
                )
            }
            self = known
        }
    }

    /// A position of this system as two numbers in the order of its axes.
    func position(_ coordinate: Coordinate) -> (Double, Double) {
        switch self {
        case .crs84: (coordinate.longitude, coordinate.latitude)
        case .epsg4326: (coordinate.latitude, coordinate.longitude)
        case .epsg3857:
            (
                (WebMercator.x(longitude: coordinate.longitude) * 2 - 1) * WebMercator.halfCircumference,
                (1 - WebMercator.y(latitude: coordinate.latitude) * 2) * WebMercator.halfCircumference
            )
        }
    }

    /// The coordinate at a position of this system; nil where the system ends.
    func coordinate(_ first: Double, _ second: Double) -> Coordinate? {
        guard first.isFinite, second.isFinite else { return nil }
        let coordinate: Coordinate
        switch self {
        case .crs84: coordinate = Coordinate(longitude: first, latitude: second)
        case .epsg4326: coordinate = Coordinate(longitude: second, latitude: first)
        case .epsg3857:
            // A box around everything often reaches a little over the edge of the square.
            guard max(first.magnitude, second.magnitude) <= WebMercator.halfCircumference * 1.01 else { return nil }
            coordinate = Coordinate(
                longitude: min(
                    max(WebMercator.longitude(x: (first / WebMercator.halfCircumference + 1) / 2), -180), 180),
                latitude: WebMercator.latitude(y: (1 - second / WebMercator.halfCircumference) / 2))
        }
        return coordinate.isValid ? coordinate : nil
    }

    /// The geometry with its positions in this system; the type's longitude holds the first axis.
    func geometry(_ geometry: Geometry) -> Geometry {
        geometry.mapped { coordinate in
            let (first, second) = position(coordinate)
            return Coordinate(longitude: first, latitude: second)
        }
    }

    /// The box that a `bbox` parameter in this system describes.
    ///
    /// - Throws: ``Problem`` if it is no box of four or six numbers inside the system.
    func bounds(_ text: String) throws(Problem) -> Bounds {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
        guard numbers.count == 4 || numbers.count == 6, numbers.allSatisfy(\.isFinite) else {
            throw .malformedParameter("bbox", "“\(text.prefix(80))” is not four finite numbers joined by commas")
        }
        let half = numbers.count / 2
        guard let lower = coordinate(numbers[0], numbers[1]), let upper = coordinate(numbers[half], numbers[half + 1])
        else { throw .malformedParameter("bbox", "“\(text.prefix(80))” reaches out of \(rawValue)") }
        guard lower.latitude <= upper.latitude else {
            throw .malformedParameter("bbox", "“\(text.prefix(80))” has its north south of its south in \(rawValue)")
        }
        return Bounds(
            west: lower.longitude, south: lower.latitude, east: upper.longitude, north: upper.latitude)
    }
}

extension HTTPField.Name {
    static let contentCRS = Self("Content-Crs")!
}
