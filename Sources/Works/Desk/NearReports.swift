public import Geometry
import Glibc
public import TimeBudgets

/// An open work that a new report is probably about.
public struct NearReport: Hashable, Sendable {
    public var work: Work
    /// How far it is from the report's place, in metres.
    public var metres: Double
}

extension WorksStore {
    /// The open works of a category (of any, for nil) that are near and recent enough, by the rule for duplicates, to be what a report at `place` is about;
    /// nearest first.
    public func nearReports(
        category: String?, at place: Coordinate, _ rule: DuplicateRule, now: Instant, limit: Int = 10,
        budget: TimeBudget
    ) throws -> [NearReport] {
        // A degree of latitude is 111.2 km on the sphere that tiles are drawn on; of longitude, less by the cosine.
        let metresPerDegree = 6_371_008.8 * Double.pi / 180
        let shrink = max(cos(place.latitude * .pi / 180), 0.01)
        let (high, wide) = (rule.metres / metresPerDegree, rule.metres / metresPerDegree / shrink)
        var filter = WorkFilter()
        filter.openOnly = true
        if let category { filter.categories = [category] }
        filter.bounds = Bounds(
            west: max(place.longitude - wide, -180), south: max(place.latitude - high, -90),
            east: min(place.longitude + wide, 180), north: min(place.latitude + high, 90))
        var found: [NearReport] = []
        try forEachWork(WorkPage(filter: filter), at: now, budget: budget) { row in
            let work = try row.work()
            guard let point = work.geometry?.representativePoint,
                let since = work.reportedAt ?? work.startsAt, now - since <= rule.seconds, since <= now
            else { return }
            let east = (point.longitude - place.longitude) * shrink * metresPerDegree
            let north = (point.latitude - place.latitude) * metresPerDegree
            let metres = hypot(east, north)
            if metres <= rule.metres { found.append(NearReport(work: work, metres: metres)) }
        }
        return Array(found.sorted { $0.metres < $1.metres }.prefix(limit))
    }
}
