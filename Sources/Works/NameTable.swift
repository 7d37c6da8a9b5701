/// Spellings of one contractor or service, as the city keeps them: of each alias the name that is meant.
///
/// The name that was written stays with the work. Only comparisons of names ask this table.
public struct NameTable: Hashable, Sendable {
    private var meant: [String: String] = [:]

    public init() {}

    /// - Parameter names: For each name its aliases.
    public init(_ names: [String: [String]]) {
        for (name, aliases) in names.sorted(by: { $0.key < $1.key }) {
            for alias in aliases { meant[alias] = name }
        }
    }

    public var isEmpty: Bool { meant.isEmpty }

    /// The name that a spelling means: itself where the table has nothing else.
    public func name(of spelling: String) -> String { meant[spelling] ?? spelling }
}

/// Names that are probably spellings of one: `ООО «Ромашка»` and `Ромашка ООО`.
public enum LikelyTwins {
    /// Forms of companies, which stand before a name or behind it.
    private static let forms: Set<String> = [
        "ооо", "оао", "зао", "пао", "ао", "нко", "ип", "муп", "гуп", "мку", "мбу", "гбу", "фгуп", "ltd", "limited",
        "llc",
        "llp", "inc", "incorporated", "corp", "corporation", "co", "company", "gmbh", "ag", "kg", "mbh", "sarl", "sa",
        "bv",
    ]
    /// Long names of the forms, as words in their order.
    private static let longForms = [
        "общество с ограниченной ответственностью": "ооо", "публичное акционерное общество": "пао",
        "открытое акционерное общество": "оао", "закрытое акционерное общество": "зао", "акционерное общество": "ао",
        "индивидуальный предприниматель": "ип", "муниципальное унитарное предприятие": "муп",
    ]

    /// Groups of two or more names that differ only by case, punctuation, the order of words, `ё`, and the form of the company.
    ///
    /// Each group is in order, and so are the groups. Names of nothing but such words have no twins.
    public static func groups(_ names: some Sequence<String>) -> [[String]] {
        Dictionary(grouping: Set(names), by: key).filter { !$0.key.isEmpty && $0.value.count > 1 }
            .map { $0.value.sorted() }.sorted { $0[0] < $1[0] }
    }

    /// The words of a name that tell it from others, in order.
    static func key(_ name: String) -> String {
        var plain = name.lowercased().replacing("ё", with: "е")
        for (long, short) in longForms.sorted(by: { $0.key.count > $1.key.count }) {
            plain = plain.replacing(long, with: short)
        }
        // A full stop joins the letters of an abbreviation; everything else that is no letter or digit parts words.
        plain = plain.replacing(".", with: "")
        let words = plain.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        return words.filter { !forms.contains($0) }.sorted().joined(separator: " ")
    }
}
