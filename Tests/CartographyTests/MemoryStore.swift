import Geometry
import Synchronization
import TimeBudgets
import Works

/// A store in memory, with just as much as an atlas asks for.
final class MemoryStore: WorksStore {
    struct Content: Sendable {
        var works: [(number: Int64, change: Int64, work: Work)] = []
        var places: [WorkID: Int] = [:]
        var features: [ReferenceLayer: [ReferenceFeature]] = [:]
        var revision = StoreRevision(works: 0, layers: [:])
        var attribution: String?
        /// Numbers of hidden works, and the change that hid each.
        var hidden: [Int64: Int64] = [:]
        /// How often works were read.
        var readings = 0
    }

    let content = Mutex(Content())

    init(works: [Work] = [], features: [ReferenceLayer: [ReferenceFeature]] = [:]) {
        for work in works { put(work) }
        for (layer, features) in features { set(features, in: layer) }
    }

    /// Adds a work or replaces the one with its id.
    func put(_ work: Work) {
        content.withLock { content in
            content.revision.works += 1
            if let place = content.places[work.id] {
                content.works[place].work = work
                content.hidden[content.works[place].number] = nil
                content.works[place].change = content.revision.works
            } else {
                content.places[work.id] = content.works.count
                content.works.append((Int64(content.works.count + 1), content.revision.works, work))
            }
        }
    }

    /// Hides the work with this id; ``put(_:)`` brings it back.
    func hide(_ id: WorkID) {
        content.withLock { content in
            guard let place = content.places[id] else { return }
            content.revision.works += 1
            content.hidden[content.works[place].number] = content.revision.works
        }
    }

    func numbersHidden(since change: Int64) throws -> [Int64] {
        content.withLock { $0.hidden.filter { $0.value > change }.keys.sorted() }
    }

    func set(_ features: [ReferenceFeature], in layer: ReferenceLayer) {
        content.withLock { content in
            content.features[layer] = features
            content.revision.layers[layer, default: 0] += 1
        }
    }

    func lastWorkNumber() throws -> Int64 { content.withLock { $0.works.map(\.number).max() ?? 0 } }

    func forEachWork(_ page: WorkPage, at now: Instant, budget: TimeBudget, _ body: (WorkRow) throws -> Void) throws {
        let works = content.withLock { content in
            content.readings += 1
            return content.works.filter { content.hidden[$0.number] == nil }
        }
        for (number, change, work) in works
        where change > page.changedSince ?? -1 && number > page.after ?? -1 && number <= page.upTo ?? .max
            && page.filter.matches(work, at: now)
        {
            try Self.withRow(of: work, number: number, geometry: page.geometry, body)
        }
    }

    private static func withRow(of work: Work, number: Int64, geometry: Bool, _ body: (WorkRow) throws -> Void) throws {
        let texts: [WorkColumn: String?] = [
            .id: work.id.description, .kind: work.kind.rawValue, .category: work.category, .title: work.title,
            .status: work.status.rawValue, .severity: work.severity.rawValue, .district: work.district,
            .organisation: work.organisation, .contractor: work.contractor, .reportedAt: work.reportedAt?.description,
            .startsAt: work.startsAt?.description, .dueAt: work.dueAt?.description,
            .completedAt: work.completedAt?.description, .updatedAt: work.updatedAt.description,
            .trafficImpact: work.trafficImpact?.rawValue,
        ]
        // One stretch of memory for all texts, and where each lies in it.
        var bytes: [UInt8] = [0]
        var ranges: [Range<Int>?] = []
        for column in WorkColumn.allCases {
            if let text = texts[column] ?? nil {
                ranges.append(bytes.count..<bytes.count + text.utf8.count)
                bytes += Array(text.utf8)
            } else {
                ranges.append(nil)
            }
        }
        let blob = geometry ? work.geometry.map { SpatiaLiteBlob.encode($0) } : nil
        try bytes.withUnsafeBytes { bytes in
            let columns = ranges.map { range in
                range.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) }
                    ?? UnsafeRawBufferPointer(start: nil, count: 0)
            }
            try columns.withUnsafeBufferPointer { columns in
                try (blob ?? []).withUnsafeBytes { blobBytes in
                    try body(
                        WorkRow(
                            number: number, dueChanges: work.dueChanges, revision: work.revision,
                            geometry: blob == nil ? nil : .spatiaLite(blobBytes), columns: columns))
                }
            }
        }
    }

    func forEachFeature(
        in layer: ReferenceLayer, matching filter: FeatureFilter, after number: Int64?, limit: Int?, budget: TimeBudget,
        _ body: (_ number: Int64, _ feature: ReferenceFeature) throws -> Void
    ) throws {
        for (index, feature) in content.withLock({ $0.features[layer] ?? [] }).enumerated()
        where filter.matches(feature) {
            try body(Int64(index + 1), feature)
        }
    }

    func note(_ name: StoreNote) throws -> String? {
        name == .attribution ? content.withLock { $0.attribution } : nil
    }

    func revision() throws -> StoreRevision { content.withLock { $0.revision } }

    // MARK: What an atlas never asks for

    func work(_ id: WorkID) throws -> Work? { content.withLock { $0.works.first { $0.work.id == id }?.work } }
    func ledger(of id: WorkID) throws -> [LedgerEntry] { [] }
    func countWorks(matching filter: WorkFilter, at now: Instant, budget: TimeBudget) throws -> Int {
        content.withLock { $0.works.count { filter.matches($0.work, at: now) } }
    }
    func feature(_ id: String, in layer: ReferenceLayer) throws -> ReferenceFeature? { nil }
    func countFeatures(in layer: ReferenceLayer, matching filter: FeatureFilter, budget: TimeBudget) throws -> Int { 0 }
    func extent(of layer: ReferenceLayer?) throws -> Bounds? { nil }
    func write<Result>(bulk: Bool, _ body: (any WorksTransaction) throws -> Result) throws -> Result {
        throw StoreError.unwritable(path: "memory", reason: "works are put in by put(_:)")
    }
    func revisions() -> AsyncStream<StoreRevision> { AsyncStream { $0.finish() } }
}
