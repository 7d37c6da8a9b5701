/// A feature as GeoJSON has it.
public struct GeoJSONFeature: Hashable, Sendable {
    /// A string or a number, or nil if the feature has no id.
    public var id: JSONValue?
    /// nil if the feature has no place.
    public var geometry: Geometry?
    /// True if positions had more numbers than longitude and latitude (Z, M), which were left out.
    public var hasFurtherOrdinates = false
    /// The coordinate system of the geometry if the feature names another than WGS 84; only a stream that is told to reads it.
    public var referenceSystem: String?
    public var properties: JSONObject
    /// What the feature has beside the members that RFC 7946 names.
    public var foreignMembers: JSONObject

    public init(
        id: JSONValue? = nil, geometry: Geometry? = nil, properties: JSONObject = JSONObject(),
        foreignMembers: JSONObject = JSONObject()
    ) {
        self.id = id
        self.geometry = geometry
        self.properties = properties
        self.foreignMembers = foreignMembers
    }
}

extension JSONWriter {
    /// A feature.
    public mutating func feature(_ feature: GeoJSONFeature) {
        beginObject()
        key("type")
        string("Feature")
        if let id = feature.id {
            key("id")
            value(id)
        }
        geometryMember(feature.geometry)
        key("properties")
        object(feature.properties)
        for member in feature.foreignMembers.members {
            key(member.name)
            value(member.value)
        }
        endObject()
    }
}
