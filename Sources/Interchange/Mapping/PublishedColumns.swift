/// Which of the columns that no property takes over a mapping publishes. All others are for staff only.
public enum PublishedColumns: Hashable, Sendable {
    case all
    case these([Entry])

    /// Nothing is published.
    public static let none = PublishedColumns.these([])

    /// One column under `publish`.
    public struct Entry: Hashable, Sendable {
        /// A column, a property of a feature, or a path into one (`contact.role`), without the `?` of one that may be missing.
        public var name: String
        /// True if nobody is told that a file lacks it.
        public var isOptional: Bool

        /// - Parameter written: The column as it is written, with `?` at its end if it may be missing.
        public init(_ written: String) {
            isOptional = written.hasSuffix("?")
            name = isOptional ? String(written.dropLast()) : written
        }
    }

    /// Reads `all`, or columns joined by commas; nil if there is an empty one.
    public init?(list: String) {
        let names = list.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingSpaces() }
        guard names.allSatisfy({ !$0.isEmpty && $0 != "?" }) else { return nil }
        self = names == ["all"] ? .all : .these(names.map { Entry(String($0)) })
    }

    var entries: [Entry] { if case .these(let entries) = self { entries } else { [] } }
}
