public import Geometry
public import Works

extension JSONWriter {
    /// Writes a work's record, oldest entry first, as everyone may read it: without the names of people.
    public mutating func history(of id: WorkID, _ entries: [LedgerEntry]) {
        beginObject()
        text("id", id.description)
        key("entries")
        beginArray()
        for entry in entries { ledgerEntry(entry) }
        endArray()
        endObject()
    }

    private mutating func ledgerEntry(_ entry: LedgerEntry) {
        beginObject()
        key("revision")
        integer(entry.revision)
        text("at", entry.at.description)
        text("recorded_at", entry.recordedAt.description)
        text("field", entry.field.rawValue)
        text("from", entry.from)
        text("to", entry.to)
        text("reason", entry.reason)
        if entry.field == .dueAt {
            key("moved_late")
            bool(LateMove.isLate(entry))
        }
        key("actor")
        beginObject()
        text("kind", entry.actor.kind.rawValue)
        text("name", entry.actor.publicName)
        text("organisation", entry.actor.organisation)
        endObject()
        endObject()
    }

    private mutating func text(_ name: StaticString, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }
}
