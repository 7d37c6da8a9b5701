import Geometry

/// One row of a CSV file or one feature, as a mapping reads it.
protocol SourceRecord {
    /// The number of the row in its file, from 1.
    var number: Int { get }

    /// The columns of the mapping in the row's file.
    var plan: RecordPlan { get }

    /// The place of the row by its mapping, for columns that are made of it; set before they are asked for.
    var place: Geometry? { get set }

    /// Hands over the text in the column of a slot, without white space around it; nil if it is empty or not there.
    func withText<Result>(_ slot: Int, _ body: (UnsafeBufferPointer<UInt8>?) throws(RowRefusal) -> Result)
        throws(RowRefusal) -> Result

    /// True if the row, or the file for all its rows, speaks of the column of a slot: it may be empty then.
    func speaks(of slot: Int) -> Bool

    /// The value in the column of a slot, if it is a geometry in GeoJSON; the text of one counts.
    func geoJSON(_ slot: Int) throws(RowRefusal) -> Geometry?

    /// The geometry that the record has without being told.
    func ownGeometry(_ plan: RecordPlan) throws(RowRefusal) -> Geometry?

    /// The coordinate system that the record states for its own geometry; nil for WGS 84 and if it says nothing.
    var referenceSystem: String? { get }

    /// True if positions of the record's own geometry had a Z or M, which was left out.
    var hasFurtherOrdinates: Bool { get }

    /// Writes whatever the mapping does not pass on: what it publishes and what is for staff only.
    func writeExtra(_ plan: RecordPlan, to extra: inout ExtraWriters)
}

/// Why a row does not come in.
struct RowRefusal: Error, Hashable {
    var reason: String

    init(_ reason: String) { self.reason = reason }
}

/// What a mapping's columns are in one file.
struct RecordPlan {
    /// For CSV: where in the row each slot's column stands; −1 if it is not there.
    var columns: [Int] = []
    /// For features: the path of each slot.
    var paths: [[String]] = []
    /// For CSV: the columns that no property takes over, with their names as JSON keys.
    var kept: [(column: Int, name: String)] = []
    /// Columns published of those, and values seen in them.
    var extra = ExtraColumns(.none, keepsSamples: false)
    /// For CSV without a stated geometry: the source that the column names suggest.
    var guessed: GeometrySource?
    /// The slots of the columns that every row has.
    var special: [Int: Special] = [:]
    /// Whether the file is our own: a member named `extra` holds what belongs beside the others.
    var isOurs = false
    /// For CSV: true if we wrote the file, so that an apostrophe may guard a text.
    var isGuarded = false
    /// For CSV: how many columns at the start are ours and say nothing of a work: those of a file of refused rows.
    var ownColumns = 0

    enum Special {
        case row, text(String?), featureID, position, geometry, geometryHash

        /// True if it is made of the row's place.
        var needsPlace: Bool {
            switch self {
            case .position, .geometry, .geometryHash: true
            case .row, .text, .featureID: false
            }
        }
    }

    /// Text of a column that is made of the row's place.
    static func text(_ special: Special, of place: Geometry?) -> String? {
        switch special {
        case .position: place?.firstPosition.map { "\($0.longitude),\($0.latitude)" }
        case .geometry: place?.kindName
        case .geometryHash: place.map(GeometryHash.text)
        case .row, .text, .featureID: nil
        }
    }
}

// MARK: - CSV

/// The current row of a CSV file.
struct CSVRow: SourceRecord {
    let reader: CSVReader
    let plan: RecordPlan
    let number: Int
    var place: Geometry?

    @inline(__always)
    func withText<Result>(_ slot: Int, _ body: (UnsafeBufferPointer<UInt8>?) throws(RowRefusal) -> Result)
        throws(RowRefusal) -> Result
    {
        let column = plan.columns[slot]
        if column < 0 {
            guard column < -1, let special = plan.special[slot] else { return try body(nil) }
            return try withSpecial(special, body)
        }
        var text = reader.field(column).trimmed
        if plan.isGuarded { text = CSVWriter.unguarded(text) }
        return try body(text.isEmpty ? nil : text)
    }

    func speaks(of slot: Int) -> Bool { plan.columns[slot] >= 0 }

    private func withSpecial<Result>(
        _ special: RecordPlan.Special, _ body: (UnsafeBufferPointer<UInt8>?) throws(RowRefusal) -> Result
    ) throws(RowRefusal) -> Result {
        switch special {
        case .row: return try withBytes(of: "\(number)", body)
        case .text(let text?): return try withBytes(of: text, body)
        case .text(nil), .featureID: return try body(nil)
        case .position, .geometry, .geometryHash:
            guard let text = RecordPlan.text(special, of: place) else { return try body(nil) }
            return try withBytes(of: text, body)
        }
    }

    func geoJSON(_ slot: Int) throws(RowRefusal) -> Geometry? {
        try withText(slot) { text throws(RowRefusal) in
            guard let text else { return nil }
            return try parseGeoJSON(text)
        }
    }

    func ownGeometry(_ plan: RecordPlan) throws(RowRefusal) -> Geometry? { nil }

    var referenceSystem: String? { nil }
    var hasFurtherOrdinates: Bool { false }

    func writeExtra(_ plan: RecordPlan, to extra: inout ExtraWriters) {
        for (column, name) in plan.kept {
            var text = reader.field(column).trimmed
            if plan.isGuarded { text = CSVWriter.unguarded(text) }
            guard !text.isEmpty else { continue }
            if plan.isOurs, name == "extra",
                let object = (try? JSONParser.parse(text, maximumValues: GeoJSONFeatureStream.maximumValues))?.object
            {
                plan.extra.write(object, isOwnExtra: true, to: &extra)
                continue
            }
            plan.extra.write(name, text: text, to: &extra)
        }
    }
}

// MARK: - Features

/// One feature of a GeoJSON file, or one object of a JSON array.
struct FeatureRow: SourceRecord {
    let feature: GeoJSONFeature
    let plan: RecordPlan
    let number: Int
    var place: Geometry?

    func value(_ slot: Int) -> JSONValue? {
        switch plan.special[slot] {
        case .featureID: feature.id
        case .row: .integer(number)
        case .text(let text): text.map(JSONValue.string)
        case .position?, .geometry?, .geometryHash?:
            plan.special[slot].flatMap { RecordPlan.text($0, of: place) }.map(JSONValue.string)
        case nil: Self.value(at: plan.paths[slot], in: feature.properties)
        }
    }

    func speaks(of slot: Int) -> Bool { plan.special[slot] == nil && value(slot) != nil }

    /// The value at a path; a property whose very name has dots in it comes before a path into others.
    static func value(at path: [String], in object: JSONObject) -> JSONValue? {
        if path.count > 1, let whole = object[path.joined(separator: ".")] { return whole }
        var value: JSONValue? = path.first.flatMap { object[$0] }
        for step in path.dropFirst() {
            switch value {
            case .object(let object): value = object[step]
            case .array(let elements): value = Int(step).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            default: return nil
            }
        }
        return value
    }

    func withText<Result>(_ slot: Int, _ body: (UnsafeBufferPointer<UInt8>?) throws(RowRefusal) -> Result)
        throws(RowRefusal) -> Result
    {
        guard let value = value(slot), let text = Self.text(of: value) else { return try body(nil) }
        return try withBytes(of: text, body)
    }

    /// A value as text: a list as its elements one after another, an object as JSON.
    static func text(of value: JSONValue) -> String? {
        switch value {
        case .null: nil
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): "\(value)"
        case .number(let value): DecimalSpelling.text(value)
        case .string(let value): value
        case .array(let elements):
            elements.isEmpty ? nil : elements.compactMap(text(of:)).joined(separator: ", ")
        case .object: value.description
        }
    }

    func geoJSON(_ slot: Int) throws(RowRefusal) -> Geometry? {
        guard let value = value(slot) else { return nil }
        if case .string(let text) = value {
            return try withBytes(of: text) { bytes throws(RowRefusal) in try bytes.map(parseGeoJSON) ?? nil }
        }
        do throws(GeoJSONError) {
            return try GeoJSON.geometry(from: value, path: plan.paths[slot].joined(separator: "."))
        } catch {
            throw RowRefusal("\(error)")
        }
    }

    func ownGeometry(_ plan: RecordPlan) throws(RowRefusal) -> Geometry? { feature.geometry ?? place(in: feature) }

    /// The place of a row of a table, which has no geometry, by columns of the usual names.
    private func place(in feature: GeoJSONFeature) -> Geometry? {
        func number(_ names: [String]) -> Double? {
            for (name, value) in feature.properties where names.contains(name.lowercased()) {
                if let number = value.double { return number }
                if var text = value.string { return text.withUTF8 { Decimal.parse($0.trimmed) } }
            }
            return nil
        }
        guard let longitude = number(["longitude", "lon", "lng", "long"]), let latitude = number(["latitude", "lat"]),
            longitude.magnitude <= 180, latitude.magnitude <= 90
        else { return nil }
        return .point(Coordinate(longitude: longitude, latitude: latitude))
    }

    var referenceSystem: String? { feature.referenceSystem }
    var hasFurtherOrdinates: Bool { feature.hasFurtherOrdinates }

    func writeExtra(_ plan: RecordPlan, to extra: inout ExtraWriters) {
        var properties = feature.properties
        if plan.isOurs {
            if let object = properties["extra"]?.object {
                properties["extra"] = nil
                plan.extra.write(object, isOwnExtra: true, to: &extra)
            }
            if let object = properties["private_extra"]?.object {
                properties["private_extra"] = nil
                plan.extra.withhold(object, to: &extra)
            }
        }
        plan.extra.write(properties, to: &extra)
    }
}

extension JSONObject {
    /// True if a name has invisible characters at its ends.
    var hasLooseNames: Bool { contains { $0.name.trimmingSpaces().utf8.count != $0.name.utf8.count } }

    /// The members under their names without invisible characters at the ends.
    var trimmingNames: JSONObject {
        JSONObject(lazy.map { (String($0.name.trimmingSpaces()), $0.value) })
    }
}

private func withBytes<Result>(
    of text: String, _ body: (UnsafeBufferPointer<UInt8>?) throws(RowRefusal) -> Result
) throws(RowRefusal) -> Result {
    // `String.withUTF8` rethrows any error, so the typed one is carried over in a value.
    var text = text
    let result = text.withUTF8 { utf8 -> Swift.Result<Result, RowRefusal> in
        let text = utf8.trimmed
        do throws(RowRefusal) { return .success(try body(text.isEmpty ? nil : text)) } catch { return .failure(error) }
    }
    return try result.get()
}

private func parseGeoJSON(_ text: UnsafeBufferPointer<UInt8>) throws(RowRefusal) -> Geometry? {
    let value: JSONValue
    do throws(JSONError) { value = try JSONParser.parse(text, maximumValues: GeoJSONFeatureStream.maximumValues) } catch
    {
        throw RowRefusal("the geometry is not JSON: \(error)")
    }
    do throws(GeoJSONError) { return try GeoJSON.geometry(from: value) } catch { throw RowRefusal("\(error)") }
}
