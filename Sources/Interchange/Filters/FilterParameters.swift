public import Foundation
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
        "severity", "open", "moved_late", "updated_since", "q", "at", districtByClass,
    ]

    /// Stands among the ``names`` for the filters by a class of districts: `district.ward` and so on.
    public static let districtByClass = DistrictClass.property("*")

    /// True for the name of a filter; one that begins as those for classes of districts do and goes on wrongly is refused when it is read.
    public static func isFilter(_ name: String) -> Bool {
        names.contains(name) || name.hasPrefix(DistrictClass.property(""))
    }

    /// The filter that the parameters describe together.
    ///
    /// - Parameters:
    ///   - pairs: Names of ``names`` with their values; one given twice has to be met both times only where that makes sense, so it is
    ///   refused.
    ///   - timeZone: The city's, by which dates are days; asked only where there is one.
    /// - Throws: ``FilterParameterError`` naming the parameter, its value and what is allowed.
    public static func filter(
        _ pairs: [(name: String, value: String)], in timeZone: @autoclosure () -> TimeZone = .gmt
    ) throws(FilterParameterError) -> WorkFilter {
        var filter = WorkFilter()
        for (index, pair) in pairs.enumerated() {
            guard !pairs[..<index].contains(where: { $0.name == pair.name }) else {
                throw FilterParameterError(pair.name, "is given twice; join several values by commas")
            }
            let parameter = Parameter(name: pair.name, value: pair.value)
            switch pair.name {
            case "bbox": filter.bounds = try parameter.bounds()
            case "datetime": filter.period = try parameter.period(timeZone)
            case "kind": filter.kinds = try parameter.values()
            case "status": filter.statuses = try parameter.values()
            case "severity": filter.severities = try parameter.values()
            case "deadline_state": filter.deadlineStates = try parameter.values()
            case "category": filter.categories = try parameter.texts()
            case "district": filter.districts = try parameter.texts()
            case "organisation": filter.organisations = try parameter.texts()
            case "contractor": filter.contractors = try parameter.texts()
            case "open": filter.openOnly = try parameter.truth()
            case "moved_late": filter.movedLate = try parameter.truth()
            case "updated_since": filter.updatedSince = try parameter.instant(timeZone)
            case "q": filter.words = try parameter.words()
            case "at": filter.asOf = Parameter.last(try parameter.time(), timeZone)
            default:
                guard let name = DistrictClass.inProperty(pair.name) else {
                    throw FilterParameterError(pair.name, "is no filter; there are \(names.joined(separator: ", "))")
                }
                filter.districtsByClass[name] = try parameter.texts()
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

    /// The filter that one text describes: `name=value` joined by `&`, or a condition in CQL2; empty for all works.
    public static func filter(
        text: String, in timeZone: @autoclosure () -> TimeZone = .gmt
    ) throws(FilterParameterError) -> WorkFilter {
        let pairs = text.split(separator: "&").map { part -> (name: String, value: String) in
            let name = String(part.prefix { $0 != "=" })
            return (name, String(part.dropFirst(name.count + 1)))
        }
        if pairs.allSatisfy({ isFilter($0.name) }) { return try filter(pairs, in: timeZone()) }
        var filter = WorkFilter()
        do { filter.expression = try CQL2.parse(text, as: .text, vocabulary: .works) } catch {
            throw FilterParameterError("filter", "“\(text.prefix(80))” is no filter: \(error)")
        }
        return filter
    }

    /// Positions as `LONGITUDE,LATITUDE`, one after the other.
    public static func positions(_ text: String) throws(FilterParameterError) -> [Coordinate] {
        try Parameter(name: "exclude_at", value: text).positions()
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
        do throws(BoundsError) { return try Bounds(list: value) } catch { throw refused(error.wanted) }
    }

    func positions() throws(FilterParameterError) -> [Coordinate] {
        let wanted = "longitude,latitude in degrees, such as 47.37,54.54"
        let numbers = value.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
        guard numbers.count.isMultiple(of: 2) else { throw refused(wanted) }
        let positions = stride(from: 0, to: numbers.count, by: 2).map {
            Coordinate(longitude: numbers[$0], latitude: numbers[$0 + 1])
        }
        guard positions.allSatisfy(\.isValid) else {
            throw refused("\(wanted): longitudes are −180…180, latitudes −90…90")
        }
        return positions
    }

    func period(_ timeZone: () -> TimeZone) throws(FilterParameterError) -> Period {
        let wanted =
            "a moment such as 2026-11-23T09:00:00Z, a date such as 2026-11-23, or an interval of two such as 2026-11-01/2026-11-30, "
            + "where .. or nothing leaves an end open"
        let ends = value.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        func end(_ text: String) throws(FilterParameterError) -> StatedTime? {
            if text.isEmpty || text == ".." { return nil }
            guard let time = StatedTime(text), !time.isAge else { throw refused(wanted) }
            return time
        }
        switch ends.count {
        case 1:
            guard let time = try end(value) else { throw refused(wanted) }
            return Period(from: Self.start(time, timeZone), until: Self.last(time, timeZone))
        case 2:
            let (first, second) = (try end(ends[0]), try end(ends[1]))
            let period = Period(
                from: first.map { Self.start($0, timeZone) }, until: second.map { Self.last($0, timeZone) })
            if let from = period.from, let until = period.until, from > until {
                throw refused("\(wanted); the first has to come before the second")
            }
            return period
        default: throw refused(wanted)
        }
    }

    /// The zone is asked only for a day.
    private static func start(_ time: StatedTime, _ timeZone: () -> TimeZone) -> Instant {
        time.start(in: time.isDay ? timeZone() : .gmt)
    }

    static func last(_ time: StatedTime, _ timeZone: () -> TimeZone) -> Instant {
        time.last(in: time.isDay ? timeZone() : .gmt)
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

    func instant(_ timeZone: () -> TimeZone) throws(FilterParameterError) -> Instant {
        Self.start(try time(), timeZone)
    }

    /// A moment or a day.
    func time() throws(FilterParameterError) -> StatedTime {
        guard let time = StatedTime(value), !time.isAge else {
            throw refused(
                "a moment with its offset such as 2026-11-23T09:00:00Z or 2026-11-23T13:00:00+04:00, or a date such as 2026-11-23"
            )
        }
        return time
    }
}
