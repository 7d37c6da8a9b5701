/// Why a JSON text, or a part of it, is not the GeoJSON that it should be.
public struct GeoJSONError: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// The text is not JSON.
        case json(JSONError.Reason)
        /// A value of another kind than the standard has here.
        case expected(String, found: String)
        /// A member that must be there is not.
        case missing(String)
        /// A `type` that GeoJSON does not have, or has in another place.
        case type(String)
        /// A position of fewer than two numbers.
        case shortPosition(Int)
        /// A reference system other than longitude and latitude in WGS 84.
        case referenceSystem(String)
        /// Collections in collections beyond ``GeoJSON/maximumDepth``.
        case depth
        /// A record of more bytes than this.
        case tooLong(Int)
        /// Something behind the end of the document.
        case trailing
        /// The document ends too early.
        case truncated
        /// The document holds nothing.
        case empty
    }

    public var reason: Reason
    /// Where in the document: `features[17].geometry.coordinates[0][3]`; empty for the document itself.
    public var path: String
    /// The byte of the document, from 0, where that is known.
    public var offset: Int?
    /// The line of that byte, from 1, where that is known.
    public var line: Int?

    public init(reason: Reason, path: String = "", offset: Int? = nil, line: Int? = nil) {
        self.reason = reason
        self.path = path
        self.offset = offset
        self.line = line
    }
}

extension GeoJSONError.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .json(let reason): reason.description
        case .expected(let expected, let found): "\(expected) expected, \(found) found"
        case .missing(let member): "\"\(member)\" is missing"
        case .type(let type): "\"\(type)\" is not a type that can stand here"
        case .shortPosition(let count): "a position has longitude and latitude, this one has \(count) numbers"
        case .referenceSystem(let name):
            "the coordinates are in \(name); reproject them first: ogr2ogr -t_srs EPSG:4326 OUT.geojson IN.geojson"
        case .depth: "geometry collections are nested more than \(GeoJSON.maximumDepth) deep"
        case .tooLong(let limit):
            "this feature, or what stands beside the features, is longer than \(Self.size(limit)), the most that is read at once"
        case .trailing: "something follows the end of the document"
        case .truncated: "the document is truncated"
        case .empty: "the document is empty"
        }
    }
}

extension GeoJSONError.Reason {
    private static func size(_ bytes: Int) -> String {
        bytes >= 1 << 20 ? "\(bytes >> 20) MiB" : "\(bytes) bytes"
    }
}

extension GeoJSONError: CustomStringConvertible {
    /// `line 12, byte 345, features[17].geometry: …`, without what is not known.
    public var description: String {
        var places: [String] = []
        if let line { places.append("line \(line)") }
        if let offset { places.append("byte \(offset)") }
        if !path.isEmpty { places.append(path) }
        return places.isEmpty ? reason.description : "\(places.joined(separator: ", ")): \(reason)"
    }
}

extension GeoJSONError {
    /// A path that goes on with a member or with an index in brackets.
    static func join(_ path: String, _ step: String) -> String {
        path.isEmpty ? step : step.hasPrefix("[") || step.isEmpty ? path + step : "\(path).\(step)"
    }
}
