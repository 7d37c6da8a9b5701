public import Geometry
public import Works

/// Writes features of the reference layers as GeoJSON features.
public struct ReferenceFeatureWriter: Sendable {
    public init() {}

    public func write(_ feature: ReferenceFeature, to json: inout JSONWriter) throws {
        json.beginObject()
        json.key("type")
        json.raw("\"Feature\"")
        json.key("id")
        json.string(feature.id)
        json.geometryMember(feature.geometry)
        json.key("properties")
        json.beginObject()
        member("name", feature.name, &json)
        member("class", feature.featureClass, &json)
        member("source", feature.source, &json)
        member("source_id", feature.sourceID, &json)
        json.key("extra")
        if let extra = feature.extra { json.raw(Array(extra.utf8)) } else { json.null() }
        json.endObject()
        json.endObject()
    }

    private func member(_ name: StaticString, _ text: String?, _ json: inout JSONWriter) {
        json.key(name)
        if let text { json.string(text) } else { json.null() }
    }
}
