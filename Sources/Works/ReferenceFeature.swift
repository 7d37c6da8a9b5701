public import Geometry

/// A layer that works are seen against: it is imported, not worked on.
public enum ReferenceLayer: String, Sendable, CaseIterable {
    case schools
    case districts
    case roads
    case basemap
}

/// One school, district, road or piece of basemap.
public struct ReferenceFeature: Hashable, Sendable {
    /// Unique in its layer; made of source and source id where the source has one.
    public var id: String
    public var name: String?
    /// What it is within its layer: for roads `motorway`, `trunk`, `primary`, `secondary`, `tertiary`, `residential`, `service`, `pedestrian`,
    /// `footway`, `cycleway`, `track`, …; for the basemap `water`, `waterway`, `park`, `wood`, `building`, `address`, `rail`, `bridge`, `landuse`,
    /// `place`, `boundary`, … `geodata/mappings/osm-basemap.yaml` has them all.
    public var featureClass: String?
    public var source: String?
    public var sourceID: String?
    /// Further statements of the source that the city publishes: the text of one JSON object.
    public var extra: String?
    /// Further statements of the source, for staff only: the text of one JSON object. A store takes it in and never reads it out.
    public var privateExtra: String?
    /// True if what is private stays as it is known: the statement comes from a file that cannot have it, such as an export.
    public var keepsPrivateExtra = false
    public var geometry: Geometry?

    public init(
        id: String, name: String? = nil, featureClass: String? = nil, source: String? = nil, sourceID: String? = nil,
        extra: String? = nil, privateExtra: String? = nil, geometry: Geometry?
    ) {
        self.id = id
        self.name = name
        self.featureClass = featureClass
        self.source = source
        self.sourceID = sourceID
        self.extra = extra
        self.privateExtra = privateExtra
        self.geometry = geometry
    }
}
