import Works

/// Sources about whose works a list may speak.
///
/// Rows can name other sources than the list's own: by a column `source`, or by the id that an export of ours gave a work. Whoever imports a
/// list without naming its source may mean such rows, as with an export that comes back. A list with a named source, and so each one that is
/// fetched, speaks for that source and for no other.
enum SourceScope: Hashable, Sendable {
    /// Rows are about works of the list's source, whatever they name.
    case own
    /// Rows are about works of the sources that they name, and of the list's source otherwise.
    case stated

    /// - Parameter source: The name that whoever imports gives the list's source; nil if it is left to mapping and file.
    init(named source: String?) { self = source == nil ? .stated : .own }

    /// Source of the row's work.
    ///
    /// - Parameters:
    ///   - stated: The source that the row names.
    ///   - list: The list's source.
    func source(stated: String?, list: String) -> String { self == .own ? list : stated ?? list }

    /// True if a row may change a work, or a feature, of this source.
    func mayChange(source: String?, list: String) -> Bool { self == .stated || source == list }

    /// Reason for which a row about something of another source is refused.
    static func refusal(of what: String, source: String?, list: String) -> RowRefusal {
        let owner = source.map { "of the source “\($0)”" } ?? "of no source"
        return RowRefusal(
            "the id is that of \(what) \(owner), and this list speaks for “\(list)” only; "
                + "an export of this map comes back without --source")
    }
}

/// Rows of a list that name another source than the one whose works they are taken for, and works of others that the list changed.
struct ForeignSources: Hashable, Sendable {
    /// Rows by the source that they name, where the list's own is taken instead.
    var overruled: [String: Int] = [:]
    /// Changed works by their source; the empty text stands for works of none.
    var changed: [String: Int] = [:]

    private static let told = 5

    /// Sentences for whoever imports; empty if there is nothing to tell.
    func notes(list: String) -> [String] {
        var notes: [String] = []
        if !overruled.isEmpty {
            notes.append(
                "\(Self.rows(overruled)) another source (\(Self.text(overruled))); they are taken for works of “\(list)”"
            )
        }
        if !changed.isEmpty {
            let count = changed.values.reduce(0, +)
            notes.append(
                "\(count) work\(count == 1 ? "" : "s") of other sources changed (\(Self.text(changed))), as the rows name "
                    + "them; with --source NAME a list speaks for that source only")
        }
        return notes
    }

    private static func rows(_ counts: [String: Int]) -> String {
        let count = counts.values.reduce(0, +)
        return count == 1 ? "1 row names" : "\(count) rows name"
    }

    private static func text(_ counts: [String: Int]) -> String {
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let shown = sorted.prefix(told).map { "\($0.key.isEmpty ? "no source" : "“\($0.key)”") \($0.value)" }
        return shown.joined(separator: ", ") + (sorted.count > told ? ", and others" : "")
    }
}
