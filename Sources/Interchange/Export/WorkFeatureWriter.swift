public import Geometry
public import Works

/// Writes works as GeoJSON features: the one place that says what a work looks like to the world.
///
/// Member names and their order are those of the published interface. A row's text goes from the engine's memory to the writer without a
/// string in between.
public struct WorkFeatureWriter: Sendable {
    private let now: Instant

    /// - Parameter now: The moment as of which deadlines are judged.
    public init(now: Instant) {
        self.now = now
    }

    /// Writes a row of which all columns and the geometry were fetched.
    ///
    /// - Throws: `WKBError` if the stored geometry is damaged; the writer then holds a piece of a feature and is of no more use.
    public func write(_ row: WorkRow, to json: inout JSONWriter) throws {
        try write(row, to: &json, roomForEnd: 0) { _ in }
    }

    /// Writes a work with what is private of it, as `private_extra`: for staff, and for nobody else.
    ///
    /// - Parameters:
    ///   - privateExtra: The text of a JSON object; null is written if nil.
    ///   - withheld: The reason why something private is there and is not shown, written as `private_withheld` if not nil.
    public func writeForStaff(
        _ work: Work, privateExtra: String?, withheld: String? = nil, to json: inout JSONWriter
    ) {
        var text = privateExtra ?? "null"
        if let withheld { text += ",\"private_withheld\":" + JSONValue.string(withheld).description }
        let room = JSONBlock.room(forText: text.utf8.count)
        work.withRow { row in
            try! write(row, to: &json, roomForEnd: room) { block in
                block.text(#","private_extra":"#)
                text.withUTF8 { block.raw($0) }
            }
        }
    }

    /// - Parameter end: Writes the last properties, in at most `room` bytes.
    private func write(
        _ row: WorkRow, to json: inout JSONWriter, roomForEnd room: Int, _ end: (inout JSONBlock) -> Void
    ) throws {
        json.beginObject(room: Self.fixedRoom + JSONBlock.room(forText: row.utf8(.id)?.count ?? 0)) { block in
            block.text(#"{"type":"Feature","id":"#)
            block.string(row.utf8(.id))
            block.text(#","geometry":"#)
        }
        if let geometry = row.geometry { try json.geometry(geometry) } else { json.null() }
        let cleaned = row.utf8(.extra).flatMap(PublicExtra.cleaned)
        json.endObject(room: Self.fixedRoom + JSONBlock.room(forText: row.textSize) + room) { block in
            block.text(#","properties":{"kind":"#)
            block.string(row.utf8(.kind))
            block.text(#","category":"#)
            block.string(row.utf8(.category))
            block.text(#","title":"#)
            block.string(row.utf8(.title))
            block.text(#","description":"#)
            block.string(row.utf8(.description))
            block.text(#","address":"#)
            block.string(row.utf8(.address))
            block.text(#","status":"#)
            block.string(row.utf8(.status))
            block.text(#","severity":"#)
            block.string(row.utf8(.severity))
            block.text(#","district":"#)
            block.string(row.utf8(.district))
            if let districts = row.utf8(.districts) {
                block.text(#","districts":"#)
                block.raw(districts)
            }
            block.text(#","organisation":"#)
            block.string(row.utf8(.organisation))
            block.text(#","contractor":"#)
            block.string(row.utf8(.contractor))
            block.text(#","reported_at":"#)
            block.string(row.utf8(.reportedAt))
            block.text(#","starts_at":"#)
            block.string(row.utf8(.startsAt))
            block.text(#","due_at":"#)
            block.string(row.utf8(.dueAt))
            block.text(#","original_due_at":"#)
            block.string(row.utf8(.originalDueAt))
            block.text(#","completed_at":"#)
            block.string(row.utf8(.completedAt))
            if row.isSet(.completedEstimated) { block.text(#","completed_estimated":true"#) }
            block.text(#","updated_at":"#)
            block.string(row.utf8(.updatedAt))
            block.text(#","due_changes":"#)
            block.integer(row.dueChanges)
            block.text(row.isSet(.passedDueAt) ? #","moved_late":true,"passed_due_at":"# : #","moved_late":false"#)
            if let passed = row.utf8(.passedDueAt) { block.string(passed) }
            block.text(#","daily_from":"#)
            block.string(row.utf8(.dailyFrom))
            block.text(#","daily_until":"#)
            block.string(row.utf8(.dailyUntil))
            block.text(#","on_site_at":"#)
            block.string(row.utf8(.onSiteAt))
            block.text(#","traffic_impact":"#)
            block.string(row.utf8(.trafficImpact))
            block.text(#","deadline_state":"#)
            var state = row.deadlineState(at: now).rawValue
            state.withUTF8 { block.string($0) }
            block.text(#","source":"#)
            block.string(row.utf8(.source))
            block.text(#","source_id":"#)
            block.string(row.utf8(.sourceID))
            block.text(#","revision":"#)
            block.integer(row.revision)
            block.text(#","extra":"#)
            if let cleaned {
                cleaned.withUnsafeBufferPointer { block.raw($0) }
            } else if let extra = row.utf8(.extra) {
                block.raw(extra)
            } else {
                block.text("null")
            }
            end(&block)
            block.text("}}")
        }
    }

    /// More than all names, numbers, brackets and commas of a feature take, and what its texts take besides their letters.
    private static let fixedRoom = 1024 + WorkColumn.allCases.count * JSONBlock.room(forText: 0)

    /// Writes a work, by way of the row that a store would hand out for it.
    public func write(_ work: Work, to json: inout JSONWriter) {
        work.withRow { row in
            // A geometry that was a value a moment ago is not damaged.
            try! write(row, to: &json)
        }
    }

    /// The text of one work's feature.
    public static func text(of work: Work, at now: Instant) -> String {
        var json = JSONWriter()
        WorkFeatureWriter(now: now).write(work, to: &json)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
