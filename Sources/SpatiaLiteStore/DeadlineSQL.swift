import Works

/// The rule of ``DeadlineState`` in SQL, over the columns status, due_at and completed_at.
///
/// Times are compared as texts, which order as the moments do.
enum DeadlineSQL {
    /// An expression whose value is the state's name.
    ///
    /// - Parameters:
    ///   - now: An SQL expression of the moment.
    ///   - soon: One of the last moment that is due soon.
    static func state(now: String, soon: String) -> String {
        """
        CASE WHEN due_at IS NULL OR status = 'rejected' THEN 'none' \
        WHEN status = 'done' THEN \
        CASE WHEN completed_at IS NULL THEN 'none' WHEN completed_at <= due_at THEN 'met' ELSE 'missed' END \
        WHEN due_at < \(now) THEN 'overdue' WHEN due_at <= \(soon) THEN 'due_soon' ELSE 'on_time' END
        """
    }
}
