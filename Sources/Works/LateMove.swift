/// Moves of a deadline that had passed: the one rule behind `moved_late`, over the ledger.
///
///     promised ────▶ deadline passes ────▶ moved: late, and the work is judged by the deadline that passed
///     promised ────▶ moved ────▶ the new deadline passes
///
/// A withdrawal after the deadline counts as a move. A source that states the first and the present deadline at once does not say when it
/// was moved, and nobody is called late on a guess. An import that was taken back never counts.
public enum LateMove {
    /// True if an entry moves or withdraws a deadline that had passed by then.
    public static func isLate(_ entry: LedgerEntry) -> Bool {
        guard entry.field == .dueAt, entry.revision > 1, !isTakenBack(entry),
            let from = entry.from.flatMap({ Instant($0) })
        else { return false }
        return entry.at > from
    }

    /// The first deadline that passed and was moved afterwards; nil if none was.
    ///
    /// - Parameters:
    ///   - entries: Entries of one work, in their order.
    ///   - earlier: The answer for the entries before those.
    public static func passedDueAt(_ entries: some Sequence<LedgerEntry>, after earlier: Instant? = nil) -> Instant? {
        entries.reduce(earlier) { passed, entry in
            guard entry.field == .dueAt else { return passed }
            if let passed {
                return isTakenBack(entry) && entry.to == passed.description ? nil : passed
            }
            return isLate(entry) ? entry.from.flatMap { Instant($0) } : nil
        }
    }

    /// True if an entry is the way back from an import.
    private static func isTakenBack(_ entry: LedgerEntry) -> Bool {
        entry.actor.kind == .source && entry.reason?.hasPrefix(Reconciliation.takenBackPrefix) ?? false
    }
}
