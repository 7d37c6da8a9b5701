import Works

/// Judges whether works are drawn and in which state of their deadline: the same rule as `DeadlineState`, on the snapshot's 32-bit moments.
struct WorkJudge {
    private let filter: CompiledFilter
    private let needs: WorkHits.DeadlineNeed
    private let asksForTraitsOnly: Bool
    private let statuses: [WorkStatus]
    private let now: Int64
    private let window = DeadlineState.dueSoonWindow
    private var change: UInt32 = .max

    /// - Parameter needs: What of deadlines the drawing tells.
    init(_ view: SnapshotView, _ needs: WorkHits.DeadlineNeed) {
        filter = view.filter
        asksForTraitsOnly = view.filter.asksForTraitsOnly
        self.needs = max(needs, view.filter.asksForStates ? .states : .nothing)
        statuses = view.snapshot.traits.statuses
        now = view.now.secondsSinceEpoch
    }

    /// When the first of the works that were judged changes its state by the clock alone.
    var nextChange: Instant? { change == .max ? nil : Instant(secondsSinceEpoch: Int64(change)) }

    /// The index of the state of a work's deadline, that of none if nobody asks; nil if the filter leaves the work out.
    ///
    /// - Parameter meets: True if the work's geometry and a box share a point.
    @inline(__always)
    mutating func state(of row: Int, _ facts: WorkFacts, trait: Int, meets: (WorldBox) -> Bool) -> UInt8? {
        guard filter.admits(trait: trait), asksForTraitsOnly || filter.admits(facts, row, meets: meets) else {
            return nil
        }
        guard needs > .nothing else { return UInt8(DeadlineState.none.index) }
        let status = statuses[trait]
        let state = state(status, due: facts.due[row], completed: facts.completed[row])
        if status.isOpen {
            // Also of works that the filter leaves out for now: their turn may come.
            change = min(change, nextChange(due: facts.due[row], countsDays: needs == .days))
        }
        return filter.admits(state) ? UInt8(state.index) : nil
    }

    @inline(__always)
    private func state(_ status: WorkStatus, due: Moment, completed: Moment) -> DeadlineState {
        if due == .none || status == .rejected { return .none }
        if status == .done { return completed == .none ? .none : completed <= due ? .met : .missed }
        let left = Int64(due.seconds) - now
        return left < 0 ? .overdue : left <= window ? .dueSoon : .onTime
    }

    @inline(__always)
    private func nextChange(due: Moment, countsDays: Bool) -> UInt32 {
        // A picture may be of any moment: what lies outside of 1970 to 2106 counts as the nearest that can be told.
        let left = Int64(due.seconds) - now
        if due == .none || left < 0 && !countsDays { return .max }
        // The second after a whole number of days is the first of the next day of delay.
        if left < 0 { return UInt32(clamping: now + 86_400 - (-left - 1) % 86_400) }
        return left > window ? UInt32(clamping: Int64(due.seconds) - window) : due.seconds + 1
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
