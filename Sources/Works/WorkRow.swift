public import Geometry

/// The text columns of a work as a store hands them out.
public enum WorkColumn: Int, Sendable, CaseIterable {
    case id, kind, category, title, description, address, status, severity, district, organisation, contractor
    case reportedAt, startsAt, dueAt, originalDueAt, completedAt, updatedAt, dailyFrom, dailyUntil, onSiteAt
    case trafficImpact, source, sourceID, extra, completedEstimated, passedDueAt, districts
}

extension WorkColumn {
    /// The name of the property in the published interface, and of the column in a store.
    public var propertyName: String {
        switch self {
        case .id: "id"
        case .kind: "kind"
        case .category: "category"
        case .title: "title"
        case .description: "description"
        case .address: "address"
        case .status: "status"
        case .severity: "severity"
        case .district: "district"
        case .organisation: "organisation"
        case .contractor: "contractor"
        case .reportedAt: "reported_at"
        case .startsAt: "starts_at"
        case .dueAt: "due_at"
        case .originalDueAt: "original_due_at"
        case .completedAt: "completed_at"
        case .updatedAt: "updated_at"
        case .dailyFrom: "daily_from"
        case .dailyUntil: "daily_until"
        case .onSiteAt: "on_site_at"
        case .trafficImpact: "traffic_impact"
        case .source: "source"
        case .sourceID: "source_id"
        case .extra: "extra"
        case .completedEstimated: WorkProperty.completedEstimated
        case .passedDueAt: "passed_due_at"
        case .districts: "districts"
        }
    }
}

/// A set of columns, to fetch no more than is needed.
public struct WorkColumns: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public init(_ columns: WorkColumn...) {
        rawValue = columns.reduce(0) { $0 | 1 << UInt32($1.rawValue) }
    }

    public func contains(_ column: WorkColumn) -> Bool { rawValue & 1 << UInt32(column.rawValue) != 0 }

    public static let all = WorkColumns(rawValue: 1 << UInt32(WorkColumn.allCases.count) - 1)
}

/// A work as the store steps over it: its text still lies in the engine's memory.
///
/// A row is valid only inside the closure that receives it. Reading it copies nothing; ``work()`` makes a value that lasts. This is what
/// lets a whole layer stream out without a string per field.
public struct WorkRow {
    /// The store's own number of the work: it never changes and grows with insertion, so it orders pages.
    public let number: Int64
    public let dueChanges: Int
    public let revision: Int
    /// The geometry in SpatiaLite's or plain (E)WKB form; nil if the work has none or it was not asked for.
    public let geometry: EncodedGeometry?
    @usableFromInline let columns: UnsafeBufferPointer<UnsafeRawBufferPointer>

    /// - Parameter columns: One buffer for each ``WorkColumn``, in order, of UTF-8; without a base address where the value is null or
    ///   was not asked for.
    public init(
        number: Int64, dueChanges: Int, revision: Int, geometry: EncodedGeometry?,
        columns: UnsafeBufferPointer<UnsafeRawBufferPointer>
    ) {
        precondition(columns.count == WorkColumn.allCases.count)
        self.number = number
        self.dueChanges = dueChanges
        self.revision = revision
        self.geometry = geometry
        self.columns = columns
    }

    /// The UTF-8 of a column; nil if it is null.
    @inlinable
    public func utf8(_ column: WorkColumn) -> UnsafeBufferPointer<UInt8>? {
        let bytes = columns[column.rawValue]
        return bytes.baseAddress == nil ? nil : bytes.assumingMemoryBound(to: UInt8.self)
    }

    /// How many octets the texts have together.
    @inlinable
    public var textSize: Int {
        var size = 0
        for column in columns { size += column.count }
        return size
    }

    /// The text of a column; nil if it is null.
    public func text(_ column: WorkColumn) -> String? {
        utf8(column).map { String(decoding: $0, as: UTF8.self) }
    }

    /// True if the column is not null, for those that say nothing but that something is so.
    @inlinable
    public func isSet(_ column: WorkColumn) -> Bool { columns[column.rawValue].baseAddress != nil }

    /// The moment in a column; nil if it is null.
    public func instant(_ column: WorkColumn) -> Instant? {
        utf8(column).flatMap { Instant(rfc3339: $0) }
    }

    /// The enumeration value in a column. It is compared in the engine's memory: whole layers are read by it.
    @inlinable
    public func value<Value: RawRepresentable & CaseIterable>(
        _ column: WorkColumn, as type: Value.Type = Value.self
    ) -> Value? where Value.RawValue == String {
        guard let bytes = utf8(column) else { return nil }
        return Value.allCases.first { value in
            var text = value.rawValue
            return text.withUTF8 { $0.count == bytes.count && $0.elementsEqual(bytes) }
        }
    }

    /// A copy that outlives the row. All columns must have been fetched.
    ///
    /// - Throws: ``StoreError/corrupt(_:)`` if a column holds what no work can have.
    public func work() throws -> Work {
        func required<Value>(_ value: Value?, _ column: WorkColumn) throws -> Value {
            guard let value else {
                throw StoreError.corrupt("work \(number) has \(text(column) ?? "nothing") as \(column)")
            }
            return value
        }
        return Work(
            id: try required(utf8(.id).flatMap { WorkID(utf8: $0) }, .id), kind: try required(value(.kind), .kind),
            category: try required(text(.category), .category), title: text(.title), description: text(.description),
            address: text(.address), status: try required(value(.status), .status),
            severity: try required(value(.severity), .severity), district: text(.district), districts: text(.districts),
            organisation: text(.organisation), contractor: text(.contractor), reportedAt: instant(.reportedAt),
            startsAt: instant(.startsAt), dueAt: instant(.dueAt), originalDueAt: instant(.originalDueAt),
            passedDueAt: instant(.passedDueAt), completedAt: instant(.completedAt),
            isCompletedEstimated: isSet(.completedEstimated),
            updatedAt: try required(instant(.updatedAt), .updatedAt),
            dueChanges: dueChanges, dailyFrom: text(.dailyFrom).flatMap { LocalTime($0) },
            dailyUntil: text(.dailyUntil).flatMap { LocalTime($0) }, onSiteAt: instant(.onSiteAt),
            trafficImpact: isSet(.trafficImpact) ? try required(value(.trafficImpact), .trafficImpact) : nil,
            source: text(.source),
            sourceID: text(.sourceID), extra: text(.extra), geometry: try geometry?.decoded(), revision: revision)
    }
}
