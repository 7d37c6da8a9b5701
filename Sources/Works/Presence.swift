/// Stretch of time in which a work is there: the one rule behind `datetime`, on maps, in pages, lists and layers.
///
///     not begun    planned start ─────────▶ goes on
///     open         start, else report ────▶ goes on, whatever was planned: what is late is still there
///     closed       start, else report ───┤  when it was done or rejected
public enum Presence {
    /// Start of a work; nil if nobody stated it, which counts as always.
    @inlinable
    public static func start(startsAt: Instant?, reportedAt: Instant?) -> Instant? { startsAt ?? reportedAt }

    /// End of a work; nil as long as it is open.
    ///
    /// A closed work whose end nobody stated ended at the latest when it was last spoken of.
    @inlinable
    public static func end(_ status: WorkStatus, completedAt: Instant?, updatedAt: Instant) -> Instant? {
        status.isOpen ? nil : completedAt ?? updatedAt
    }
}
