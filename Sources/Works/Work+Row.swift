import Geometry

extension WorkRow {
    /// State of the deadline as of `now`, from the columns `status`, `dueAt`, `passedDueAt` and `completedAt`.
    public func deadlineState(at now: Instant, dueSoonWithin window: Int64 = DeadlineState.dueSoonWindow)
        -> DeadlineState
    {
        // Most works are told by their status and one date, so no more is parsed than is needed.
        let hasDeadline = utf8(.dueAt) != nil || utf8(.passedDueAt) != nil
        guard hasDeadline, let status = utf8(.status).flatMap(WorkStatus.words.value),
            let due = judgedDueAt(status)
        else { return .none }
        return DeadlineState(
            status: status, dueAt: due, completedAt: status == .done ? instant(.completedAt) : nil, at: now,
            dueSoonWithin: window)
    }

    /// The deadline that the work is judged by, from the columns `dueAt` and `passedDueAt`.
    public func judgedDueAt(_ status: WorkStatus) -> Instant? {
        (status.isOpen ? nil : instant(.passedDueAt)) ?? instant(.dueAt)
    }
}

extension WorkRow {
    /// The first column of which ``work()`` could make nothing, or something else than it holds.
    ///
    /// - Parameter work: What ``work()`` made of the row.
    public func lostColumn(in work: Work) -> WorkColumn? { WorkColumn.allCases.first { text($0) != work.text($0) } }
}

extension Work {
    /// Calls `body` with this work in the form in which a store hands works out.
    public func withRow<Result>(number: Int64 = 0, _ body: (WorkRow) throws -> Result) rethrows -> Result {
        var bytes: [UInt8] = []
        var ranges: [Range<Int>?] = []
        for column in WorkColumn.allCases {
            if let text = text(column) {
                let start = bytes.count
                bytes.append(contentsOf: text.utf8)
                ranges.append(start..<bytes.count)
            } else {
                ranges.append(nil)
            }
        }
        // One more byte keeps the base address of an empty text from being nil.
        bytes.append(0)
        let wkb = geometry.map { WKB.encode($0) } ?? []
        return try bytes.withUnsafeBytes { bytes in
            try wkb.withUnsafeBytes { wkb in
                let columns = ranges.map { range in
                    range.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
                        ?? UnsafeRawBufferPointer(start: nil, count: 0)
                }
                return try columns.withUnsafeBufferPointer { columns in
                    try body(
                        WorkRow(
                            number: number, dueChanges: dueChanges, revision: revision,
                            geometry: geometry == nil ? nil : .wkb(wkb), columns: columns))
                }
            }
        }
    }

    /// The text that stands in a column.
    func text(_ column: WorkColumn) -> String? {
        switch column {
        case .id: id.description
        case .kind: kind.rawValue
        case .category: category
        case .title: title
        case .description: description
        case .address: address
        case .status: status.rawValue
        case .severity: severity.rawValue
        case .district: district
        case .organisation: organisation
        case .contractor: contractor
        case .reportedAt: reportedAt?.description
        case .startsAt: startsAt?.description
        case .dueAt: dueAt?.description
        case .originalDueAt: originalDueAt?.description
        case .completedAt: completedAt?.description
        case .updatedAt: updatedAt.description
        case .dailyFrom: dailyFrom?.description
        case .dailyUntil: dailyUntil?.description
        case .onSiteAt: onSiteAt?.description
        case .trafficImpact: trafficImpact?.rawValue
        case .source: source
        case .sourceID: sourceID
        case .extra: extra
        case .completedEstimated: isCompletedEstimated ? "1" : nil
        case .passedDueAt: passedDueAt?.description
        case .districts: districts
        }
    }
}
