extension WorkStatus {
    /// The statuses that a member of staff may give to a work that has this one.
    ///
    /// ```
    /// reported ──► accepted ──► in_progress ──► done
    ///    │  └────────┼──────────────┘ ▲ │        │ reopened
    ///    │           │                │ └────────┘
    ///    └─► rejected ◄┘   (reconsidered: back to accepted)
    /// ```
    /// A source that is imported from may state any status: it tells what happened, it does not ask.
    public var successors: Set<WorkStatus> {
        switch self {
        case .reported: [.accepted, .inProgress, .done, .rejected]
        case .accepted: [.inProgress, .done, .rejected]
        case .inProgress: [.accepted, .done, .rejected]
        case .done: [.inProgress]
        case .rejected: [.accepted]
        }
    }

    /// Whether going to `next` needs a reason that everyone can read: closing without work, and going back.
    public func needsReason(for next: WorkStatus) -> Bool {
        switch (self, next) {
        case (_, .rejected), (.done, _), (.rejected, _), (.inProgress, .accepted): true
        default: false
        }
    }
}
