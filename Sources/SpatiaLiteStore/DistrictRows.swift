import GRDB
import Geometry
import Synchronization
import Works

/// The table of districts, and the columns of `works` that follow from it.
enum DistrictRows {
    /// The districts of a database.
    static func classes(in database: Database) throws -> DistrictClasses {
        let statement = try PreparedStatement(
            database, "SELECT coalesce(name, id), class, geom FROM districts WHERE geom IS NOT NULL ORDER BY fid")
        defer { statement.reset() }
        var areas: [DistrictClasses.Area] = []
        while try statement.step() {
            areas.append(
                DistrictClasses.Area(
                    name: statement.text(0) ?? "", featureClass: statement.text(1),
                    area: try SpatiaLiteBlob.decode(statement.blob(2))))
        }
        return DistrictClasses(areas)
    }

    /// Works out in which districts all works are that are not hidden.
    ///
    /// - Parameters:
    ///   - wereKnown: True if districts were known before, so that those of places follow from them even if none are left.
    ///   - change: The count of changes for the next work that changes.
    /// - Returns: How many works are in other districts now.
    static func assign(
        _ districts: DistrictClasses, in database: Database, at now: Instant, wereKnown: Bool = false,
        change: () -> Int64
    ) throws -> Int {
        var moved: [(number: Int64, district: String?, districts: String?)] = []
        let works = try PreparedStatement(
            database,
            """
            SELECT fid, district, districts, geom FROM works
            WHERE geom IS NOT NULL OR district IS NOT NULL OR districts IS NOT NULL ORDER BY fid
            """)
        do {
            defer { works.reset() }
            while try works.step() {
                let place = try place(works.blob(3))
                var district = works.text(1)
                if let place, wereKnown || !districts.isEmpty { district = districts.first.district(at: place) }
                let text = districts.text(first: district, at: place)
                if district != works.text(1) || text != works.text(2) {
                    moved.append((works.integer(0), district, text))
                }
            }
        }
        let update = try PreparedStatement(
            database,
            """
            UPDATE works SET district = nullif(?2, ''), districts = nullif(?3, ''), revision = revision + 1, updated_at = ?4,
                change_number = ?5 WHERE fid = ?1
            """)
        for work in moved {
            update.bind([
                .integer(work.number), .text(work.district ?? ""), .text(work.districts ?? ""), .text(now.description),
                .integer(change()),
            ])
            try update.run()
        }
        return moved.count
    }

    /// The coordinate that stands for a stored place; nil if there is none.
    private static func place(_ blob: UnsafeRawBufferPointer) throws -> Coordinate? {
        guard blob.baseAddress != nil else { return nil }
        let encoded = EncodedGeometry.spatiaLite(blob)
        if let point = encoded.plainPoint { return point }
        return try encoded.decoded().representativePoint
    }
}

/// The districts of a store, read once for each committed state of their layer.
///
/// A class, because all transactions of a store share it.
final class DistrictShelf: Sendable {
    private let known = Mutex<(revision: Int64, districts: DistrictClasses)?>(nil)

    func districts(at revision: Int64, _ read: () throws -> DistrictClasses) rethrows -> DistrictClasses {
        if let found = known.withLock({ $0?.revision == revision ? $0?.districts : nil }) { return found }
        let districts = try read()
        known.withLock { $0 = (revision, districts) }
        return districts
    }
}
