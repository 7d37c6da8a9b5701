import GRDB
import Geometry
import Works

extension SpatiaLiteTransaction {
    func assignDistricts(at now: Instant) throws -> Int {
        let districts = DistrictIndex(try areas())
        guard !districts.isEmpty else { return 0 }
        var moved: [(number: Int64, district: String?)] = []
        let works = try PreparedStatement(
            database, "SELECT fid, district, geom FROM works WHERE geom IS NOT NULL ORDER BY fid")
        do {
            defer { works.reset() }
            while try works.step() {
                let encoded = EncodedGeometry.spatiaLite(works.blob(2))
                let district =
                    if let point = encoded.plainPoint {
                        districts.district(at: point)
                    } else { districts.district(of: try encoded.decoded()) }
                if district != works.text(1) { moved.append((works.integer(0), district)) }
            }
        }
        let update = try PreparedStatement(
            database,
            "UPDATE works SET district = nullif(?2, ''), revision = revision + 1, updated_at = ?3, change_number = ?4 WHERE fid = ?1"
        )
        for work in moved {
            noteChange()
            update.bind([
                .integer(work.number), .text(work.district ?? ""), .text(now.description), .integer(revision.works),
            ])
            try update.run()
        }
        return try moved.count + assignHidden(districts, at: now)
    }

    /// The districts as they stand in this transaction.
    private func areas() throws -> [(name: String, area: Geometry)] {
        let statement = try PreparedStatement(
            database, "SELECT coalesce(name, id), geom FROM districts WHERE geom IS NOT NULL ORDER BY fid")
        defer { statement.reset() }
        var areas: [(name: String, area: Geometry)] = []
        while try statement.step() {
            areas.append((statement.text(0) ?? "", try SpatiaLiteBlob.decode(statement.blob(1))))
        }
        return areas
    }

    private func assignHidden(_ districts: DistrictIndex, at now: Instant) throws -> Int {
        guard try !hidden.isEmpty else { return 0 }
        var count = 0
        for row in try hidden.rows() {
            var work = try hiddenWork(row)
            let district = districts.district(of: work.geometry, stated: work.district)
            guard district != work.district else { continue }
            work.district = district
            work.revision += 1
            work.updatedAt = now
            try update(work, ledger: [])
            count += 1
        }
        return count
    }
}
