import Geometry
import HTTPEdge
import Interchange
import Works

/// Features as GeoJSON text, as of a moment.
struct FeatureText {
    private let works: WorkFeatureWriter
    private let references = ReferenceFeatureWriter()

    init(now: Instant) {
        works = WorkFeatureWriter(now: now)
    }

    func write(_ row: WorkRow, to json: inout JSONWriter) throws {
        try works.write(row, to: &json)
    }

    func write(_ work: Work, to json: inout JSONWriter) {
        works.write(work, to: &json)
    }

    /// For those who may read what is private of a work.
    ///
    /// - Parameter withheld: The reason why something private is there and is not shown.
    func writeForStaff(_ work: Work, privateExtra: String?, withheld: String?, to json: inout JSONWriter) {
        works.writeForStaff(work, privateExtra: privateExtra, withheld: withheld, to: &json)
    }

    func write(_ feature: ReferenceFeature, to json: inout JSONWriter) throws {
        try references.write(feature, to: &json)
    }
}
