public import Works

/// A layer as it leaves: the works, one kind of them, or a reference layer.
public enum ExportLayer: Hashable, Sendable {
    /// All works, or those of one kind.
    case works(WorkKind?)
    case reference(ReferenceLayer)
}

extension ExportLayer: RawRepresentable, CaseIterable {
    public static let allCases: [ExportLayer] =
        [.works(nil), .works(.roadRepair), .works(.outage), .works(.hazard)]
        + ReferenceLayer.allCases.map { .reference($0) }

    /// The layer's name in addresses and on the command line.
    public var rawValue: String {
        switch self {
        case .works(nil): "works"
        case .works(.roadRepair): "road_repairs"
        case .works(.outage): "outages"
        case .works(.hazard): "hazards"
        case .reference(let layer): layer.rawValue
        }
    }

    public init?(rawValue: String) {
        guard let layer = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = layer
    }
}

/// The forms in which a layer is exported.
public enum ExportFormat: String, Sendable, CaseIterable {
    /// One FeatureCollection (RFC 7946), with the moment as of which deadlines are judged as `timeStamp`.
    case geojson
    /// One feature a line.
    case geojsonl
    /// Comma-separated values (RFC 4180), the geometry as well-known text in the column `wkt`.
    case csv
}
