public import Geometry
public import Works

/// The filters of the published interface as names and values: in a query string, on the command line.
public enum FilterParameters {
    /// Words that one search may have: each is looked for in the texts of every work.
    public static let maximumWords = 20
    /// Values that one filter may list.
    public static let maximumValues = 200

    /// The names of all filters.
    public static let names = [
        "bbox", "datetime", "kind", "status", "category", "district", "organisation", "contractor", "deadline_state",
        "severity", "open", "updated_since", "q",
    ]

    /// The filter that the parameters describe together.
    ///
    /// - Parameter pairs: Names of ``names`` with their values; one given twice has to be met both times only where that makes sense, so it is
    ///   refused.
    /// - Throws: ``FilterParameterError`` naming the parameter, its value and what is allowed.
    public static func filter(_ pairs: [(name: String, value: String)]) throws(FilterParameterError) -> WorkFilter {
        var filter = WorkFilter()
        for (index, pair) in pairs.enumerated() {
            guard !pairs[..<index].contains(where: { $0.name == pair.name }) else {
                throw FilterParameterError(pair.name, "is given twice; join several values by commas")
            }
            let parameter = Parameter(name: pair.name, value: pair.value)
            switch pair.name {
            case "bbox": filter.bounds = try parameter.bounds()
            case "datetime": filter.period = try parameter.period()
            case "kind": filter.kinds = try parameter.values()
            case "status": filter.statuses = try parameter.values()
            case "severity": filter.severities = try parameter.values()
            case "deadline_state": filter.deadlineStates = try parameter.values()
            case "category": filter.categories = try parameter.texts()
            case "district": filter.districts = try parameter.texts()
            case "organisation": filter.organisations = try parameter.texts()
            case "contractor": filter.contractors = try parameter.texts()
            case "open": filter.openOnly = try parameter.truth()
            case "updated_since": filter.updatedSince = try parameter.instant()
            case "q": filter.words = try parameter.words()
            default: throw FilterParameterError(pair.name, "is no filter; there are \(names.joined(separator: ", "))")
            }
        }
        return filter
    }

    /// A box in the order of every `bbox` parameter: west, south, east, north, in degrees; west > east crosses the antimeridian.
    ///
    /// Six numbers are a box with heights (OGC API - Features 1.0.1, section 7.15.3), which mean nothing here and are left out.
    public static func bounds(_ text: String) throws(FilterParameterError) -> Bounds {
        try Parameter(name: "bbox", value: text).bounds()
    }
}

/// A filter that cannot be understood.
public struct FilterParameterError: Error, Hashable, Sendable {
    public var parameter: String
    /// What is wrong with the value, and what would be right.
    public var reason: String

    init(_ parameter: String, _ reason: String) {
        self.parameter = parameter
        self.reason = reason
    }
}

extension FilterParameterError: CustomStringConvertible {
    public var description: String { "\(parameter): \(reason)" }
}

// MARK: - One parameter

private struct Parameter {
    var name: String
    var value: String

    func refused(_ wanted: String) -> FilterParameterError {
        let shown = value.count > 80 ? value.prefix(80) + "…" : value[...]
        return FilterParameterError(name, "“\(shown)” is not \(wanted)")
    }

    func bounds() throws(FilterParameterError) -> Bounds {
        let wanted = "west,south,east,north in degrees, such as 49.9,53.1,50.1,53.3"
        let numbers = value.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        guard numbers.count == 4 || numbers.count == 6, !numbers.contains(nil) else { throw refused(wanted) }
        let values = numbers.map { $0! }
        let (south, east, north) =
            values.count == 4 ? (values[1], values[2], values[3]) : (values[1], values[3], values[4])
        let bounds = Bounds(west: values[0], south: south, east: east, north: north)
        guard values.allSatisfy(\.isFinite), bounds.west.magnitude <= 180, bounds.east.magnitude <= 180,
            south.magnitude <= 90, north.magnitude <= 90
        else { throw refused("\(wanted): longitudes are −180…180, latitudes −90…90") }
        guard south <= north else { throw refused("\(wanted): the south has to come before the north") }
        return bounds
    }

    func period() throws(FilterParameterError) -> Period {
        let wanted =
            "a moment such as 2026-11-23T09:00:00Z, or an interval of two such as 2026-11-01T00:00:00Z/2026-11-30T23:59:59Z, "
            + "where .. or nothing leaves an end open"
        let ends = value.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        func end(_ text: String) throws(FilterParameterError) -> Instant? {
            if text.isEmpty || text == ".." { return nil }
            guard let instant = Instant(text) else { throw refused(wanted) }
            return instant
        }
        switch ends.count {
        case 1:
            guard let instant = Instant(value) else { throw refused(wanted) }
            return Period(from: instant, until: instant)
        case 2:
            let period = Period(from: try end(ends[0]), until: try end(ends[1]))
            if let from = period.from, let until = period.until, from > until {
                throw refused("\(wanted); the first has to come before the second")
            }
            return period
        default: throw refused(wanted)
        }
    }

    func values<Value: RawRepresentable & CaseIterable & Hashable>() throws(FilterParameterError) -> Set<Value>
    where Value.RawValue == String {
        var values: Set<Value> = []
        for text in try texts() {
            guard let value = Value(rawValue: text) else {
                throw refused(
                    "one or more of \(Value.allCases.map(\.rawValue).joined(separator: ", ")), joined by commas")
            }
            values.insert(value)
        }
        return values
    }

    func texts() throws(FilterParameterError) -> Set<String> {
        let texts = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard !texts.contains("") else { throw refused("one or more values, joined by commas") }
        guard texts.count <= FilterParameters.maximumValues else {
            throw FilterParameterError(
                name, "has \(texts.count) values; at most \(FilterParameters.maximumValues) are taken")
        }
        return Set(texts)
    }

    func words() throws(FilterParameterError) -> [String] {
        let words = value.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count <= FilterParameters.maximumWords else {
            throw FilterParameterError(
                name, "has \(words.count) words; at most \(FilterParameters.maximumWords) are looked for")
        }
        return words
    }

    func truth() throws(FilterParameterError) -> Bool {
        switch value {
        case "true": return true
        case "false": return false
        default: throw refused("true or false")
        }
    }

    func instant() throws(FilterParameterError) -> Instant {
        guard let instant = Instant(value) else { throw refused("a moment such as 2026-11-23T09:00:00Z") }
        return instant
    }
}
