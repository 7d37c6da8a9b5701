import Geometry
import Glibc
import Synchronization
import TimeBudgets
import Works

/// A store in memory that does by the definition of each question what an engine does by its indexes, and that can be told to be slow.
final class MemoryStore: WorksStore {
    private struct Content {
        var works: [(number: Int64, changed: Int64, work: Work)] = []
        var indices: [WorkID: Int] = [:]
        var ledger: [WorkID: [LedgerEntry]] = [:]
        var features: [ReferenceLayer: [ReferenceFeature]] = [:]
        var revision: Int64 = 0
        var listeners: [AsyncStream<StoreRevision>.Continuation] = []
        var counted = 0
        var listed = 0
        var stalls = false
        var failsAfter: Int64?
        var interrupted = 0
        var waiting = 0
    }

    private let content = Mutex(Content())

    init(
        _ works: [Work] = [], ledger: [WorkID: [LedgerEntry]] = [:],
        features: [ReferenceLayer: [ReferenceFeature]] = [:]
    ) {
        content.withLock { content in
            content.ledger = ledger
            content.features = features
        }
        for work in works { add(work) }
    }

    /// Adds or replaces a work, as a commit does.
    func add(_ work: Work) {
        content.withLock { content in
            content.revision += 1
            if let index = content.indices[work.id] {
                content.works[index].work = work
                content.works[index].changed = content.revision
            } else {
                content.indices[work.id] = content.works.count
                content.works.append((Int64(content.works.count + 1), content.revision, work))
            }
            for listener in content.listeners { listener.yield(StoreRevision(works: content.revision, layers: [:])) }
        }
    }

    /// How often works were counted.
    var counted: Int { content.withLock { $0.counted } }

    /// How often the numbers of all works that match were asked for.
    var listed: Int { content.withLock { $0.listed } }

    /// How often a budget ended a reading.
    var interrupted: Int { content.withLock { $0.interrupted } }

    /// While it stalls, every reading of works waits until its budget is spent or it stalls no more.
    var stalls: Bool {
        get { content.withLock { $0.stalls } }
        set { content.withLock { $0.stalls = newValue } }
    }

    /// The number of the last row that can be read; nil if all can.
    var failsAfter: Int64? {
        get { content.withLock { $0.failsAfter } }
        set { content.withLock { $0.failsAfter = newValue } }
    }

    /// How many readings wait while the store stalls.
    var waiting: Int { content.withLock { $0.waiting } }

    private func wait(_ budget: TimeBudget) throws {
        content.withLock { $0.waiting += 1 }
        defer { content.withLock { $0.waiting -= 1 } }
        while stalls {
            if let verdict = budget.verdict {
                content.withLock { $0.interrupted += 1 }
                throw verdict
            }
            usleep(1000)
        }
    }

    // MARK: WorksStore

    func work(_ id: WorkID) throws -> Work? {
        content.withLock { content in content.works.first { $0.work.id == id }?.work }
    }

    func ledger(of id: WorkID) throws -> [LedgerEntry] { content.withLock { $0.ledger[id] ?? [] } }

    func countWorks(matching filter: WorkFilter, at now: Instant, budget: TimeBudget) throws -> Int {
        try wait(budget)
        return content.withLock { content in
            content.counted += 1
            return content.works.count { filter.matches($0.work, at: now) }
        }
    }

    func workNumbers(matching filter: WorkFilter, at now: Instant, budget: TimeBudget) throws -> [Int64] {
        try wait(budget)
        return content.withLock { content in
            content.listed += 1
            return content.works.filter { filter.matches($0.work, at: now) }.map(\.number)
        }
    }

    func lastWorkNumber() throws -> Int64 { content.withLock { Int64($0.works.count) } }

    func forEachWork(_ page: WorkPage, at now: Instant, budget: TimeBudget, _ body: (WorkRow) throws -> Void) throws {
        // The scan for deadlines that keeps answers fresh is not what tests slow down.
        if page.geometry || page.columns == .all { try wait(budget) }
        let all = content.withLock { $0.works }
        let failsAfter = failsAfter
        var left = page.limit ?? .max
        for (number, changed, work) in all {
            guard left > 0 else { return }
            guard number > page.after ?? 0, number <= page.upTo ?? .max, changed > page.changedSince ?? 0,
                page.numbers?.contains(number) ?? true, page.filter.matches(work, at: now)
            else {
                continue
            }
            left -= 1
            if number > failsAfter ?? .max { throw StoreError.corrupt("row \(number) as the test wanted it") }
            if let verdict = budget.verdict {
                content.withLock { $0.interrupted += 1 }
                throw verdict
            }
            try Self.withRow(number, work, geometry: page.geometry, body)
        }
    }

    private static func withRow(
        _ number: Int64, _ work: Work, geometry: Bool, _ body: (WorkRow) throws -> Void
    ) throws {
        let texts: [String?] = WorkColumn.allCases.map { column in
            switch column {
            case .id: work.id.description
            case .kind: work.kind.rawValue
            case .category: work.category
            case .title: work.title
            case .description: work.description
            case .address: work.address
            case .status: work.status.rawValue
            case .severity: work.severity.rawValue
            case .district: work.district
            case .organisation: work.organisation
            case .contractor: work.contractor
            case .reportedAt: work.reportedAt?.description
            case .startsAt: work.startsAt?.description
            case .dueAt: work.dueAt?.description
            case .originalDueAt: work.originalDueAt?.description
            case .completedAt: work.completedAt?.description
            case .updatedAt: work.updatedAt.description
            case .dailyFrom: work.dailyFrom?.description
            case .dailyUntil: work.dailyUntil?.description
            case .onSiteAt: work.onSiteAt?.description
            case .trafficImpact: work.trafficImpact?.rawValue
            case .source: work.source
            case .sourceID: work.sourceID
            case .extra: work.extra
            case .completedEstimated: work.isCompletedEstimated ? "1" : nil
            case .passedDueAt: work.passedDueAt?.description
            case .districts: work.districts
            }
        }
        var bytes: [UInt8] = []
        var ranges: [Range<Int>?] = []
        for text in texts {
            ranges.append(text.map { bytes.count..<(bytes.count + $0.utf8.count) })
            bytes += Array((text ?? "").utf8)
        }
        let shape = geometry ? work.geometry.map { WKB.encode($0) } ?? [] : []
        try bytes.withUnsafeBytes { all in
            let buffers = ranges.map { range in
                range.map { UnsafeRawBufferPointer(start: all.baseAddress! + $0.lowerBound, count: $0.count) }
                    ?? UnsafeRawBufferPointer(start: nil, count: 0)
            }
            try shape.withUnsafeBytes { shape in
                try buffers.withUnsafeBufferPointer { columns in
                    try body(
                        WorkRow(
                            number: number, dueChanges: work.dueChanges, revision: work.revision,
                            geometry: shape.isEmpty ? nil : .wkb(shape), columns: columns))
                }
            }
        }
    }

    func forEachFeature(
        in layer: ReferenceLayer, matching filter: FeatureFilter, after number: Int64?, limit: Int?, budget: TimeBudget,
        _ body: (Int64, ReferenceFeature) throws -> Void
    ) throws {
        var left = limit ?? .max
        for (index, feature) in content.withLock({ $0.features[layer] ?? [] }).enumerated() {
            guard left > 0 else { return }
            guard index + 1 > number ?? 0, filter.matches(feature) else { continue }
            left -= 1
            try body(Int64(index + 1), feature)
        }
    }

    func feature(_ id: String, in layer: ReferenceLayer) throws -> ReferenceFeature? {
        content.withLock { content in content.features[layer]?.first { $0.id == id } }
    }

    func countFeatures(in layer: ReferenceLayer, matching filter: FeatureFilter, budget: TimeBudget) throws -> Int {
        content.withLock { content in content.features[layer, default: []].count { filter.matches($0) } }
    }

    func extent(of layer: ReferenceLayer?) throws -> Bounds? {
        let shapes = content.withLock { content in
            layer.map { content.features[$0, default: []].compactMap(\.geometry) }
                ?? content.works.compactMap(\.work.geometry)
        }
        return shapes.compactMap(\.bounds).reduce(nil) { $0?.union($1) ?? $1 }
    }

    func note(_ name: StoreNote) throws -> String? { nil }

    func write<Result>(bulk: Bool, _ body: (any WorksTransaction) throws -> Result) throws -> Result {
        preconditionFailure("tests change this store with add(_:)")
    }

    func revision() throws -> StoreRevision {
        content.withLock { StoreRevision(works: $0.revision, layers: [:]) }
    }

    func revisions() -> AsyncStream<StoreRevision> {
        let (stream, continuation) = AsyncStream.makeStream(of: StoreRevision.self)
        content.withLock { $0.listeners.append(continuation) }
        return stream
    }
}
