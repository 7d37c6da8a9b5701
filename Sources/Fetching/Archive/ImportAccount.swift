import Foundation
import Geometry
import Interchange
import Works

/// Account of an import, kept beside its list so that it can be explained later.
struct ImportAccount {
    private let reports: [ImportReport]
    private let schedule: SourceSchedule
    private let time: Instant

    init(_ reports: [ImportReport], of schedule: SourceSchedule, at time: Instant) {
        self.reports = reports
        self.schedule = schedule
        self.time = time
    }

    func write(to url: URL) throws {
        var json = JSONWriter()
        json.beginObject()
        json.key("fetched_at")
        json.string(time.description)
        json.key("schedule")
        json.string(schedule.name)
        if let mapping = schedule.mapping {
            json.key("mapping")
            json.string(mapping)
        }
        json.key("files")
        json.beginArray()
        for report in reports { Self.write(report, to: &json) }
        json.endArray()
        json.endObject()
        let file = try OutputDescriptor(url)
        try json.bytes.withUnsafeBytes { try file.write($0) }
        file.synchronize()
    }

    private static func write(_ report: ImportReport, to json: inout JSONWriter) {
        json.beginObject()
        for (name, text) in [
            ("file", report.file), ("layer", report.layer.rawValue), ("source", report.source),
            ("observed_at", report.observedAt?.description),
        ] {
            guard let text else { continue }
            json.key(name)
            json.string(text)
        }
        for (name, path) in ImportCounts.names {
            json.key(name)
            json.integer(report.counts[keyPath: path])
        }
        json.key("refusals")
        json.beginObject()
        for (reason, count) in report.refusalReasons.all {
            json.key(reason)
            json.integer(count)
        }
        json.endObject()
        json.key("notes")
        json.beginArray()
        for note in report.notes { json.string(note) }
        json.endArray()
        json.endObject()
    }
}
