import Geometry

/// Statements of a draft beside the properties of a work, by who may see them.
///
/// Nothing is public unless the city publishes it: a mapping names the columns (`publish`), and all others are for staff only. Which
/// columns of a file those are is decided by `ExtraColumns` in `Interchange`.
public struct ExtraStatement: Hashable, Sendable {
    /// Members that are published: the text of one JSON object; nil if there are none.
    public var published: String?
    /// Members for staff only: the text of one JSON object; nil if there are none.
    public var withheld: String?
    /// True if the statement says all that is to be published, as a row of an import does by its mapping.
    ///
    /// Members that were public before and are not in ``published`` are public no longer. Otherwise, as in a submission, for which no mapping
    /// speaks, public members stay.
    public var isWhole: Bool

    public init(published: String? = nil, withheld: String? = nil, isWhole: Bool = true) {
        self.published = published
        self.withheld = withheld
        self.isWhole = isWhole
    }

    /// Public and private members of a work after the statement.
    ///
    /// - Parameters:
    ///   - known: What was public before.
    ///   - hidden: What was private before.
    func taken(over known: String?, _ hidden: String?) -> (published: String?, withheld: String?) {
        guard isWhole else { return submitted(over: known, hidden) }
        // A row that has nothing beside our properties takes nothing away from staff, but publishes nothing either.
        guard published == nil, withheld == nil else { return (published, withheld) }
        return (nil, Self.merged(hidden, with: known))
    }

    /// The outcome of a submission: values of columns that are public already are brought up to date, everything else is private.
    ///
    /// Only plain values count as such. An object or a list may hold anything, whatever was published under its name before; then the old
    /// value is public no longer.
    private func submitted(over known: String?, _ hidden: String?) -> (published: String?, withheld: String?) {
        guard let said = Self.object(withheld) else { return (Self.merged(known, with: published), hidden) }
        let before = Self.object(known) ?? JSONObject()
        var open = before
        var rest = JSONObject()
        for (name, value) in said {
            switch open[name] {
            case value?: continue
            case let old? where old.isPlain && value.isPlain: open[name] = value
            default:
                open[name] = nil
                rest[name] = value
            }
        }
        let kept = open == before ? known : open.isEmpty ? nil : open.description
        return (Self.merged(kept, with: published), rest.isEmpty ? hidden : rest.description)
    }

    /// The members of both; those of the second replace those of the first.
    private static func merged(_ first: String?, with second: String?) -> String? {
        guard let second, let members = object(second) else { return first }
        guard let first, var all = object(first) else { return second }
        let before = all
        for (name, value) in members { all[name] = value }
        // The text stays as it was if nothing differs: a repeated statement changes nothing.
        return all == before ? first : all.description
    }

    private static func object(_ text: String?) -> JSONObject? { text.flatMap { (try? JSONParser.parse($0))?.object } }
}

extension JSONValue {
    /// True for a text, a number or a truth value.
    fileprivate var isPlain: Bool {
        switch self {
        case .string, .integer, .number, .bool: true
        case .null, .array, .object: false
        }
    }
}
