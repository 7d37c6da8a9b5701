/// The types of what filters are about.
public enum FilterType: Hashable, Sendable {
    case text, number, truth, time, interval, geometry
}

/// Which properties of a feature can be asked for, and what they are.
public struct FilterVocabulary: Hashable, Sendable {
    /// Names and types, in the order in which people read them.
    public let properties: [Property]
    private let types: [String: FilterType]

    public struct Property: Hashable, Sendable {
        public let name: String
        public let type: FilterType
    }

    init(_ properties: [(String, FilterType)]) {
        self.properties = properties.map(Property.init)
        types = Dictionary(uniqueKeysWithValues: properties)
    }

    /// The type of a property; nil if there is none of this name.
    ///
    /// Works have one for each class of districts, `district.ward`; which classes there are is a matter of the city.
    public subscript(name: String) -> FilterType? {
        if let type = types[name] { return type }
        return types["district"] != nil && DistrictClass.inProperty(name) != nil ? .text : nil
    }

    /// What works can be asked for: everything but what sources say on top.
    public static let works = FilterVocabulary(
        WorkColumn.allCases.filter { ![.extra, .completedEstimated, .districts].contains($0) }.map {
            ($0.propertyName, $0.isMoment ? .time : .text)
        }
            + [
                (WorkProperty.dueChanges, .number), (WorkProperty.revision, .number),
                (WorkProperty.completedEstimated, .truth), (WorkProperty.movedLate, .truth),
                (WorkProperty.deadlineState, .text),
                (WorkProperty.geometry, .geometry),
            ])

    /// What features of a reference layer can be asked for.
    public static let references = FilterVocabulary([
        ("id", .text), ("name", .text), ("class", .text), ("source", .text), ("source_id", .text),
        (WorkProperty.geometry, .geometry),
    ])
}

/// The names of the properties of works that no column of texts holds.
public enum WorkProperty {
    public static let dueChanges = "due_changes"
    public static let revision = "revision"
    public static let deadlineState = "deadline_state"
    public static let completedEstimated = "completed_estimated"
    public static let movedLate = "moved_late"
    public static let geometry = "geometry"
}

extension WorkColumn {
    /// Whether moments stand in it.
    public var isMoment: Bool {
        switch self {
        case .reportedAt, .startsAt, .dueAt, .originalDueAt, .completedAt, .updatedAt, .onSiteAt, .passedDueAt: true
        default: false
        }
    }
}
