import Geometry
import TimeBudgets
public import Works

extension Atlas {
    /// The symbol of one work as the map draws it, for a legend: PNG of `size` × `size` pixels of the style.
    ///
    /// It is a picture of a sample work by the style sheet in use, so the legend cannot say anything else than the map.
    ///
    /// - Parameters:
    ///   - kind: The kind of the sample.
    ///   - state: The state of its deadline.
    ///   - size: 8…256 pixels.
    /// - Throws: ``AtlasError``.
    public func legendSymbol(kind: WorkKind, state: DeadlineState, size: Int, scale: TileScale, theme: Theme) throws
        -> [UInt8]
    {
        let now = Instant.now
        let sample = Atlas.Sample(work: .sample(kind: kind, state: state, at: now))
        var snapshots = SnapshotWriter(store: sample)
        let snapshot = try snapshots.load()
        // As many degrees as the symbol's pixels have at street zoom.
        let degrees = 360 * Double(size) / (256 * 131_072)
        let bounds = Bounds(west: -degrees / 2, south: -degrees / 2, east: degrees / 2, north: degrees / 2)
        let request = PictureRequest(
            tilesets: ["works"], bounds: bounds, width: size * scale.rawValue, height: size * scale.rawValue,
            scale: scale,
            theme: theme)
        return try picture(request, of: snapshot, at: now, budget: .unlimited)
    }

    /// A store of one work that nobody wrote.
    private struct Sample: WorksStore {
        let work: Work

        func forEachWork(_ page: WorkPage, at now: Instant, budget: TimeBudget, _ body: (WorkRow) throws -> Void) throws
        {
            try work.withRow(number: 1, body)
        }

        func lastWorkNumber() -> Int64 { 1 }
        func work(_ id: WorkID) -> Work? { id == work.id ? work : nil }
        func ledger(of id: WorkID) -> [LedgerEntry] { [] }
        func countWorks(matching filter: WorkFilter, at now: Instant, budget: TimeBudget) -> Int { 1 }
        func forEachFeature(
            in layer: ReferenceLayer, matching filter: FeatureFilter, after number: Int64?, limit: Int?,
            budget: TimeBudget,
            _ body: (Int64, ReferenceFeature) throws -> Void
        ) {}
        func feature(_ id: String, in layer: ReferenceLayer) -> ReferenceFeature? { nil }
        func countFeatures(in layer: ReferenceLayer, matching filter: FeatureFilter, budget: TimeBudget) -> Int { 0 }
        func extent(of layer: ReferenceLayer?) -> Bounds? { layer == nil ? work.geometry?.bounds : nil }
        func note(_ name: StoreNote) -> String? { nil }
        func write<Result>(bulk: Bool, _ body: (any WorksTransaction) throws -> Result) throws -> Result {
            throw StoreError.unwritable(path: "legend", reason: "the sample of a legend is not kept")
        }
        func revision() -> StoreRevision { StoreRevision(works: 1, layers: [:]) }
        func revisions() -> AsyncStream<StoreRevision> { AsyncStream { $0.finish() } }
    }
}

extension Work {
    /// A work at 0° 0° whose deadline is in this state at `now`.
    fileprivate static func sample(kind: WorkKind, state: DeadlineState, at now: Instant) -> Work {
        let status: WorkStatus =
            switch state {
            case .met, .missed: .done
            case .none, .onTime, .dueSoon, .overdue: .accepted
            }
        let hours: Int64? =
            switch state {
            case .none: nil
            case .onTime: 240
            case .dueSoon: 24
            case .overdue, .met, .missed: -24
            }
        let due = hours.map { now + $0 * 3600 }
        return Work(
            id: WorkID(high: 0, low: 0), kind: kind, category: "sample", status: status, dueAt: due,
            completedAt: due.flatMap { status == .done ? $0 + (state == .missed ? 3600 : 0) : nil }, updatedAt: now,
            geometry: .point(Coordinate(longitude: 0, latitude: 0)))
    }
}
