public import Geometry
public import Works

/// How the columns of a source become our properties. `docs/mappings.md` describes the file that it is read from.
public struct Mapping: Hashable, Sendable {
    /// The name that it is chosen by, or the file that it was read from.
    public var name: String
    /// The name under which works from here are known.
    public var source: String?
    /// Whom the data's licence asks to name, such as `© OpenStreetMap contributors`.
    public var attribution: String?
    /// The layer that rows go to, unless the user says another.
    public var layer: ImportLayer?
    public var format: InputFormat?
    /// The coordinate system of the positions, as PROJ knows it (`EPSG:25832`); the one that the file states, or WGS 84, if nil.
    public var crs: String?
    /// What text files are in, if not UTF-8.
    public var encoding: String?
    public var delimiter: UInt8?
    /// The line of a CSV file that has the names of the columns, from 1; found out if nil.
    public var headerRow: Int?
    /// Path to the list of rows in a JSON or XML document; empty if the document is the list.
    public var records: [String] = []
    /// Which of several rows with one id is taken.
    public var sameID = SameID.first
    /// The IANA name of the clocks that the source's times are by.
    public var timeZone: String
    public var timeFormats: [TimeFormat]
    /// Texts that mean that there is no value.
    public var emptyValues: [String]
    /// Points that mean that the place is not known.
    public var emptyPlaces: [Coordinate] = []
    var observedAt: ObservedAt?
    /// True if the mapping, or a variant of it, says where the time of a list is.
    public var statesListTime: Bool { observedAt != nil || variants.contains { $0.mapping.observedAt != nil } }
    /// Whether a file is the whole list of what is open, so that works that are gone from it are closed.
    public var isFullSnapshot: Bool
    /// The share of a source's open works, 0 to 1, that a list may close by lacking them; ``usualClosings`` if nil.
    public var closeAtMost: Double?
    /// Fields that stay although the source no longer states them.
    public var kept = WorkFields()
    /// Points outside are refused.
    public var bounds: Bounds?
    var geometry: GeometrySource
    var conditions: [Condition]
    /// Properties without which a row is not taken.
    var neededFields: Set<MappedField> = []
    var refusals: [Refusal]
    /// Columns that are not even kept for staff.
    var omitted: Set<String>
    /// Columns that no property takes over and that are public all the same.
    public var published = PublishedColumns.none
    var fields: [MappedField: FieldRule]
    /// The columns that the mapping names.
    var columns: [Column]
    /// Whether the property `extra` of a row is our own, and properties that we compute are to be left out.
    var hasOwnNames: Bool
    /// The columns by which rows of our own exports are known.
    var exportMarks: ExportMarks?
    /// Mappings for other shapes of the same source, tried in order before this one.
    var variants: [Variant]

    /// The share of closings that a list may have without being confirmed, unless the mapping says another.
    public static let usualClosings = 0.3

    /// A column that the mapping names.
    struct Column: Hashable, Sendable {
        var name: String
        /// Whether a file may lack it.
        var isOptional: Bool
        /// True if its text becomes a property of ours, so that it need not be kept beside.
        var isPassedOn: Bool
        /// Where the mapping names it first.
        var line: Int?
    }

    /// Where the moment of a list comes from.
    enum ObservedAt: Hashable, Sendable {
        /// A member of the feature collection, as a path.
        case collection(String)
        case fileName(TimeFormat)
        /// A column, row by row.
        case column
        /// A column; rows with the same time in it are one list, and the file holds several.
        case series(ColumnReference)
    }

    /// Choice between rows with one id.
    public enum SameID: String, Sendable, CaseIterable {
        /// The first; the others are refused.
        case first
        /// That whose geometry says the most: an area before a line before a point. The others are skipped.
        case richestGeometry = "richest_geometry"
    }

    /// Rows that are taken.
    struct Condition: Hashable, Sendable {
        var column: ColumnReference
        var test: Test

        enum Test: Hashable, Sendable {
            case isOneOf(TextTable)
            case isNoneOf(TextTable)
            case isPresent(Bool)
        }
    }

    /// Rows that are refused, and why.
    struct Refusal: Hashable, Sendable {
        var condition: Condition
        var reason: String
    }

    struct Variant: Hashable, Sendable {
        /// The columns by which the shape is recognised.
        var needs: [String]
        var mapping: Mapping
    }
}

/// Where a row's place comes from.
indirect enum GeometrySource: Hashable, Sendable {
    /// The feature's own geometry; in CSV the columns that are named as such columns usually are.
    case feature
    case columns(longitude: ColumnReference, latitude: ColumnReference)
    /// WKT, or another text that ``PlaceColumn/wkt(_:)`` reads.
    case wkt(ColumnReference)
    /// WKB in hexadecimal digits.
    case wkb(ColumnReference)
    /// Both numbers in one column.
    case pair(ColumnReference, isLatitudeFirst: Bool)
    /// Only for rows of which all conditions hold.
    case when([Mapping.Condition], GeometrySource)
    /// A property that holds a GeoJSON geometry, or a column with its text.
    case geoJSON(ColumnReference)
    /// The first that gives a geometry.
    case first([GeometrySource])
    case none
}

/// One of our properties as a mapping may set it.
enum MappedField: String, CaseIterable, Sendable {
    case source, sourceID = "source_id"
    case kind, category, title, description, address, status, severity, district, organisation, contractor
    case reportedAt = "reported_at"
    case startsAt = "starts_at"
    case dueAt = "due_at"
    case originalDueAt = "original_due_at"
    case completedAt = "completed_at"
    case onSiteAt = "on_site_at"
    case dailyFrom = "daily_from"
    case dailyUntil = "daily_until"
    case trafficImpact = "traffic_impact"
    case observedAt = "observed_at"
    case name
    case featureClass = "class"
    case completedEstimated = "completed_estimated"

    var isTime: Bool {
        switch self {
        case .reportedAt, .startsAt, .dueAt, .originalDueAt, .completedAt, .onSiteAt, .observedAt: true
        default: false
        }
    }

    /// The values that there are, where there are only some.
    var allowedValues: [String]? {
        switch self {
        case .kind: WorkKind.allCases.map(\.rawValue)
        case .status: WorkStatus.allCases.map(\.rawValue)
        case .severity: Severity.allCases.map(\.rawValue)
        case .trafficImpact: TrafficImpact.allCases.map(\.rawValue)
        default: nil
        }
    }

    /// Whether a value that a table does not list is refused rather than taken as it is.
    var isCode: Bool { allowedValues != nil || self == .category || self == .featureClass }

    var isOfReference: Bool { [.name, .featureClass, .source, .sourceID].contains(self) }

    var isOfWork: Bool { ![.name, .featureClass].contains(self) }
}

/// How one property is made.
struct FieldRule: Hashable, Sendable {
    var expression: FieldExpression?
    var formats: [TimeFormat]?
    /// A date without a time of day means its last second rather than its first.
    var endOfDay = false
    /// For a status that the source does not say: from the moment of the list and the start.
    var byStart: ByStart?

    struct ByStart: Hashable, Sendable {
        var before: String
        var after: String
    }
}

/// Where imported rows go.
public enum ImportLayer: Hashable, Sendable {
    /// Works whose kind the mapping or the row says.
    case works
    case roadRepairs, outages, hazards
    case reference(ReferenceLayer)
}

extension ImportLayer: RawRepresentable, CaseIterable {
    public static let allCases: [ImportLayer] =
        [.works, .roadRepairs, .outages, .hazards] + ReferenceLayer.allCases.map { .reference($0) }

    public var rawValue: String {
        switch self {
        case .works: "works"
        case .roadRepairs: "road_repairs"
        case .outages: "outages"
        case .hazards: "hazards"
        case .reference(let layer): layer.rawValue
        }
    }

    public init?(rawValue: String) {
        guard let layer = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = layer
    }

    /// The kind of works that the layer holds, if it is one kind.
    var kind: WorkKind? {
        switch self {
        case .roadRepairs: .roadRepair
        case .outages: .outage
        case .hazards: .hazard
        case .works, .reference: nil
        }
    }

    /// True for schools, districts, roads and the basemap.
    public var isReference: Bool { reference != nil }

    var reference: ReferenceLayer? { if case .reference(let layer) = self { layer } else { nil } }
}

/// What a file's bytes are.
public enum InputFormat: String, Sendable, CaseIterable {
    case csv
    /// GeoJSON, GeoJSON lines and arrays of JSON objects.
    case geojson
    /// Features as servers of Esri's write them.
    case esriJSON = "esri_json"
    /// Elements that are records, such as those of Open311.
    case xml
}
