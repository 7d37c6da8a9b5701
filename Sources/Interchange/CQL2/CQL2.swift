public import Geometry
public import Works

/// The Common Query Language, CQL2 (OGC 21-065r2): filters as text and as JSON.
///
/// Read are basic CQL2, the advanced comparison operators, comparison without case and without accents, the spatial and the temporal functions,
/// comparison of properties with each other, and arithmetic. Arrays and functions of a server's own are refused by name.
public enum CQL2 {
    /// The two forms of the language; the raw values are those of `filter-lang`.
    public enum Form: String, Sendable, CaseIterable {
        case text = "cql2-text"
        case json = "cql2-json"
    }

    /// The longest filter that is read, in octets.
    public static let maximumLength = 64 << 10
    /// How deep conditions, lists and calculations may lie in each other.
    public static let maximumDepth = 64
    /// How many ANDs and ORs may lie in each other once those are laid together that need not be apart: as deep as SQL can be read.
    public static let maximumLevels = 20
    /// How many conditions, operands and list elements a filter may have.
    public static let maximumParts = 2000

    /// The classes of the standard that are read, by the names that its conformance classes end with.
    public static let conformanceClasses = [
        "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
        "accent-insensitive-comparison", "basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions",
        "temporal-functions", "property-property", "arithmetic",
    ]

    /// Reads a filter.
    ///
    /// - Parameters:
    ///   - vocabulary: The properties that the filter may ask for, with their types; without one every name will do, types are not compared and
    ///     geometries are not checked.
    ///   - position: What the two numbers of a position mean, longitude and latitude unless told otherwise; nil where no such place is.
    /// - Throws: ``CQL2Error`` naming what cannot be read or used, and where it stands.
    public static func parse(
        _ text: String, as form: Form, vocabulary: FilterVocabulary? = nil,
        position: ((Double, Double) -> Coordinate?)? = nil
    ) throws(CQL2Error) -> FilterExpression {
        guard text.utf8.count <= maximumLength else {
            throw CQL2Error("the filter is longer than \(maximumLength) octets", .start)
        }
        let builder = FilterBuilder(vocabulary: vocabulary, position: position)
        let filter: FilterExpression
        switch form {
        case .text:
            var parser = CQL2TextParser(text, builder)
            filter = try parser.parse()
        case .json:
            var reader = CQL2JSONReader(builder)
            filter = try reader.read(text)
        }
        guard filter.normalized.levels <= maximumLevels else {
            throw CQL2Error(
                "AND and OR lie in each other more than \(maximumLevels) deep; write the filter flatter", .start)
        }
        return filter
    }
}

/// Why a filter cannot be read or used.
public struct CQL2Error: Error, Hashable, Sendable {
    /// Where in a filter something stands.
    public enum Place: Hashable, Sendable {
        /// The filter as a whole.
        case start
        /// A character of a text, from 1.
        case character(Int)
        /// A value in a JSON text, such as `args[1].args[0]`.
        case path(String)
    }

    public var reason: String
    public var place: Place

    init(_ reason: String, _ place: Place) {
        self.reason = reason
        self.place = place
    }
}

extension CQL2Error: CustomStringConvertible {
    public var description: String {
        switch place {
        case .start, .path(""): reason
        case .character(let number): "at character \(number): \(reason)"
        case .path(let path): "at \(path): \(reason)"
        }
    }
}
