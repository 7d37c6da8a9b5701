public import Geometry
public import TimeBudgets

/// A class of districts: wards, postal codes, council districts. Several lie over each other; a work is in one district of each at most.
public enum DistrictClass {
    /// The class of districts that name none.
    public static let unnamed = "district"
    /// Most classes that a city can have.
    public static let most = 16
    private static let longest = 40
    private static let prefix = "district."

    /// True for a name that a class can have: 1 to 40 Latin letters, digits, `_` and `-`.
    public static func isName(_ text: String) -> Bool {
        (1...longest).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// Rule for names, for messages.
    public static let rule = "a name of 1 to 40 Latin letters, digits, _ and -"

    /// The class of a feature in the layer of districts. One of an older version whose class is no name is in the unnamed class.
    public static func name(of featureClass: String?) -> String {
        featureClass.flatMap { isName($0) ? $0 : nil } ?? unnamed
    }

    /// Name of the property and of the filter for a class: `district.ward`.
    public static func property(_ name: String) -> String { prefix + name }

    /// The class that a property or a filter is about; nil if it is about none.
    public static func inProperty(_ property: String) -> String? {
        guard property.hasPrefix(prefix) else { return nil }
        let name = String(property.dropFirst(prefix.count))
        return isName(name) ? name : nil
    }

    /// The district of one class in the text of ``Work/districts``.
    public static func district(in name: String, of text: String) -> String? {
        (try? JSONParser.parse(text))?.object?[name]?.string
    }
}

/// More classes of districts than a city can have.
public struct TooManyDistrictClasses: Error, Hashable, CustomStringConvertible {
    public var count: Int

    public init(count: Int) { self.count = count }

    public var description: String {
        "the districts are of \(count) classes, and a city can have \(DistrictClass.most): a class is one for each set of districts, such as "
            + "wards or postal codes; say it with --class NAME, or with `class: NAME` in the mapping"
    }
}

/// A class of districts that the city does not have.
public struct UnknownDistrictClass: Error, Hashable, CustomStringConvertible {
    public var name: String
    public var known: [String]

    public init(name: String, known: [String]) {
        self.name = name
        self.known = known
    }

    public var description: String {
        let there = known.isEmpty ? "the city has no districts" : "there are \(known.joined(separator: ", "))"
        return "“\(name.prefix(60))” is no class of districts; \(there)"
    }
}

/// The districts of a city by class, prepared to say for many places in which of them they lie.
public struct DistrictClasses: Sendable {
    /// One district.
    public struct Area: Sendable {
        public var name: String
        /// ``ReferenceFeature/featureClass``.
        public var featureClass: String?
        public var area: Geometry

        public init(name: String, featureClass: String?, area: Geometry) {
            self.name = name
            self.featureClass = featureClass
            self.area = area
        }
    }

    /// Classes in the order in which their first districts came.
    public let names: [String]
    private let indexes: [DistrictIndex]

    /// - Parameter areas: In the order in which they came.
    public init(_ areas: [Area]) {
        var names: [String] = []
        var districts: [String: [(name: String, area: Geometry)]] = [:]
        for area in areas {
            let name = DistrictClass.name(of: area.featureClass)
            if districts[name] == nil { names.append(name) }
            districts[name, default: []].append((area.name, area.area))
        }
        self.names = names
        indexes = names.map { DistrictIndex(districts[$0] ?? []) }
    }

    public var isEmpty: Bool { names.isEmpty }

    /// The districts of the first class, in which ``Work/district`` is.
    public var first: DistrictIndex { indexes.first ?? DistrictIndex([]) }

    /// True if works state their districts by class: there are several, or one that has a name.
    public var isNamed: Bool { names.contains { $0 != DistrictClass.unnamed } }

    /// The text of ``Work/districts``; nil if there is nothing to say.
    ///
    /// - Parameters:
    ///   - district: The district of the first class, as the work has it.
    ///   - place: A coordinate that stands for the work's place.
    public func text(first district: String?, at place: Coordinate?) -> String? {
        guard isNamed else { return nil }
        var object = JSONObject()
        if let district { object[names[0]] = .string(district) }
        if let place {
            for (name, index) in zip(names, indexes).dropFirst() {
                if let district = index.district(at: place) { object[name] = .string(district) }
            }
        }
        return object.isEmpty ? nil : JSONValue.object(object).description
    }
}

extension WorksStore {
    /// The classes of districts in the order in which their first districts came.
    public func districtClasses(budget: TimeBudget = .unlimited) throws -> [String] {
        var names: [String] = []
        try forEachFeature(in: .districts, bounds: nil, after: nil, limit: nil, budget: budget) { _, feature in
            let name = DistrictClass.name(of: feature.featureClass)
            if !names.contains(name) { names.append(name) }
        }
        return names
    }
}

extension Work {
    /// The district in a class; nil if the work is in none of it.
    public func district(in name: String) -> String? {
        guard let districts else { return name == DistrictClass.unnamed ? district : nil }
        return DistrictClass.district(in: name, of: districts)
    }
}
