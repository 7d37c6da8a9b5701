import Works

/// The rule of ``DeadlineState`` in SQL, over the columns status, due_at, passed_due_at and completed_at.
///
/// Times are compared as texts, which order as the moments do.
enum DeadlineSQL {
    /// The deadline that closed works are judged by.
    static let judgedDueAt = "ifnull(passed_due_at, due_at)"

    /// An expression whose value is the state's name.
    ///
    /// - Parameters:
    ///   - now: An SQL expression of the moment.
    ///   - soon: One of the last moment that is due soon.
    ///   - judged: The deadline that closed works are judged by; files before version 13 lack the column.
    static func state(now: String, soon: String, judged: String = judgedDueAt) -> String {
        // Views of files before version 13 have the text without it.
        let withdrawn = judged == "due_at" ? "" : "WHEN due_at IS NULL THEN 'none' "
        return """
            CASE WHEN \(judged) IS NULL OR status = 'rejected' THEN 'none' \
            WHEN status = 'done' THEN \
            CASE WHEN completed_at IS NULL THEN 'none' WHEN completed_at <= \(judged) THEN 'met' ELSE 'missed' END \
            \(withdrawn)WHEN due_at < \(now) THEN 'overdue' WHEN due_at <= \(soon) THEN 'due_soon' ELSE 'on_time' END
            """
    }
}
