import Works

/// What every work is judged by: the same rule as `DeadlineState`, on the snapshot's 32-bit moments.
struct WorkJudge {
    let filter: CompiledFilter
    let asksForTraitsOnly: Bool
    let statuses: [WorkStatus]
    let now: Int64
    let window = DeadlineState.dueSoonWindow

    init(_ view: SnapshotView) {
        filter = view.filter
        asksForTraitsOnly = view.filter.asksForTraitsOnly
        statuses = view.snapshot.traits.statuses
        now = view.now.secondsSinceEpoch
    }

    @inline(__always)
    func state(_ status: WorkStatus, due: Moment, completed: Moment) -> DeadlineState {
        if due == .none || status == .rejected { return .none }
        if status == .done { return completed == .none ? .none : completed <= due ? .met : .missed }
        let left = Int64(due.seconds) - now
        return left < 0 ? .overdue : left <= window ? .dueSoon : .onTime
    }

    @inline(__always)
    func nextChange(due: Moment, countsDays: Bool) -> UInt32 {
        let left = Int64(due.seconds) - now
        if due == .none || left < 0 && !countsDays { return .max }
        // The second after a whole number of days is the first of the next day of delay.
        if left < 0 { return UInt32(now + 86_400 - (-left - 1) % 86_400) }
        return left > window ? UInt32(Int64(due.seconds) - window) : due.seconds + 1
    }
}

extension SnapshotView {
    /// By how many days a work that missed its deadline is late; 0 for all others.
    func daysLate(_ hit: WorkHits.Hit) -> Int32 {
        let row = Int(hit.row)
        let (due, completed) =
            switch hit.shelf {
            case .basePoints: snapshot.base.points.facts.lateness(row)
            case .deltaPoints: snapshot.delta.points.facts.lateness(row)
            case .baseShapes: snapshot.base.shapes.facts.lateness(row)
            case .deltaShapes: snapshot.delta.shapes.facts.lateness(row)
            }
        guard let due = due.instant else { return 0 }
        let until: Instant
        switch hit.state {
        case UInt8(DeadlineState.overdue.index): until = now
        case UInt8(DeadlineState.missed.index): until = completed.instant ?? now
        default: return 0
        }
        return Int32(clamping: DeadlineState.daysLate(dueAt: due, until: until))
    }
}

extension WorkFacts {
    fileprivate func lateness(_ row: Int) -> (due: Moment, completed: Moment) { (due[row], completed[row]) }
}
