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
        json.beginObject()
        json.key("type")
        json.raw("\"Feature\"")
        json.key("id")
        text(row.utf8(.id), &json)
        json.key("geometry")
        switch row.geometry {
        case .spatiaLite(let blob)?: try json.geometry(spatiaLite: blob)
        case .wkb(let bytes)?: json.geometry(try WKB.decode(bytes))
        case nil: json.null()
        }
        json.key("properties")
        json.beginObject()
        json.key("kind")
        text(row.utf8(.kind), &json)
        json.key("category")
        text(row.utf8(.category), &json)
        json.key("title")
        text(row.utf8(.title), &json)
        json.key("description")
        text(row.utf8(.description), &json)
        json.key("address")
        text(row.utf8(.address), &json)
        json.key("status")
        text(row.utf8(.status), &json)
        json.key("severity")
        text(row.utf8(.severity), &json)
        json.key("district")
        text(row.utf8(.district), &json)
        json.key("organisation")
        text(row.utf8(.organisation), &json)
        json.key("contractor")
        text(row.utf8(.contractor), &json)
        json.key("reported_at")
        text(row.utf8(.reportedAt), &json)
        json.key("starts_at")
        text(row.utf8(.startsAt), &json)
        json.key("due_at")
        text(row.utf8(.dueAt), &json)
        json.key("original_due_at")
        text(row.utf8(.originalDueAt), &json)
        json.key("completed_at")
        text(row.utf8(.completedAt), &json)
        json.key("updated_at")
        text(row.utf8(.updatedAt), &json)
        json.key("due_changes")
        json.integer(row.dueChanges)
        json.key("daily_from")
        text(row.utf8(.dailyFrom), &json)
        json.key("daily_until")
        text(row.utf8(.dailyUntil), &json)
        json.key("on_site_at")
        text(row.utf8(.onSiteAt), &json)
        json.key("traffic_impact")
        text(row.utf8(.trafficImpact), &json)
        json.key("deadline_state")
        json.string(row.deadlineState(at: now).rawValue)
        json.key("source")
        text(row.utf8(.source), &json)
        json.key("source_id")
        text(row.utf8(.sourceID), &json)
        json.key("revision")
        json.integer(row.revision)
        json.key("extra")
        if let extra = row.utf8(.extra) { json.raw(extra) } else { json.null() }
        json.endObject()
        json.endObject()
    }

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

    private func text(_ utf8: UnsafeBufferPointer<UInt8>?, _ json: inout JSONWriter) {
        if let utf8 { json.string(utf8: utf8) } else { json.null() }
    }
}
