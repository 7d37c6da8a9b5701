import Foundation
import Geometry
import Synchronization
import TimeBudgets
import Works

/// A store in memory, as simple as the protocol lets it be.
final class MemoryStore: WorksStore {
    struct Contents {
        var works: [WorkID: Work] = [:]
        var order: [WorkID] = []
        var ledgers: [WorkID: [LedgerEntry]] = [:]
        var bySource: [String: WorkID] = [:]
        var features: [ReferenceLayer: [(id: String, feature: ReferenceFeature)]] = [:]
        /// Moments of the lists of each source; true for one from which absence was concluded.
        var observations: [String: [Instant: Bool]] = [:]
        var imports: [ImportRecord] = []
        var changes: [(number: Int64, id: WorkID, change: ImportChange)] = []
        var statements: [WorkID: Instant] = [:]
        var notes: [StoreNote: String] = [:]
        var names = CityNames()
    }

    let contents = Mutex(Contents())

    var works: [Work] { contents.withLock { contents in contents.order.compactMap { contents.works[$0] } } }

    func work(source: String, sourceID: String) -> Work? {
        contents.withLock { contents in contents.bySource["\(source)|\(sourceID)"].flatMap { contents.works[$0] } }
    }

    func features(_ layer: ReferenceLayer) -> [ReferenceFeature] {
        contents.withLock { $0.features[layer, default: []].map(\.feature) }
    }

    func work(_ id: WorkID) throws -> Work? { contents.withLock { $0.works[id] } }

    func ledger(of id: WorkID) throws -> [LedgerEntry] { contents.withLock { $0.ledgers[id] ?? [] } }

    func countWorks(matching filter: WorkFilter, at now: Instant, budget: TimeBudget) throws -> Int {
        works.count { filter.matches($0, at: now) }
    }

    func lastWorkNumber() throws -> Int64 { Int64(works.count) }

    func forEachWork(_ page: WorkPage, at now: Instant, budget: TimeBudget, _ body: (WorkRow) throws -> Void) throws {
        for (index, work) in works.enumerated() where page.filter.matches(work, at: now) {
            let number = Int64(index + 1)
            guard number > page.after ?? 0, number <= page.upTo ?? .max else { continue }
            try work.withRow(number: number, body)
        }
    }

    func forEachFeature(
        in layer: ReferenceLayer, matching filter: FeatureFilter, after number: Int64?, limit: Int?, budget: TimeBudget,
        _ body: (_ number: Int64, _ feature: ReferenceFeature) throws -> Void
    ) throws {
        for (index, feature) in features(layer).enumerated()
        where filter.matches(feature) && Int64(index + 1) > number ?? 0 {
            try body(Int64(index + 1), feature)
        }
    }

    func feature(_ id: String, in layer: ReferenceLayer) throws -> ReferenceFeature? {
        features(layer).first { $0.id == id }
    }

    func countFeatures(in layer: ReferenceLayer, matching filter: FeatureFilter, budget: TimeBudget) throws -> Int {
        features(layer).count { filter.matches($0) }
    }

    func extent(of layer: ReferenceLayer?) throws -> Bounds? {
        let boxes =
            layer.map { features($0).compactMap { $0.geometry?.bounds } } ?? works.compactMap { $0.geometry?.bounds }
        return boxes.dropFirst().reduce(boxes.first) { $0?.union($1) }
    }

    func note(_ name: StoreNote) throws -> String? { contents.withLock { $0.notes[name] } }

    func write<Result>(bulk: Bool, _ body: (any WorksTransaction) throws -> Result) throws -> Result {
        let transaction = Transaction(contents.withLock { $0 })
        let result = try body(transaction)
        contents.withLock { $0 = transaction.contents }
        return result
    }

    func revision() throws -> StoreRevision { StoreRevision(works: 0, layers: [:]) }

    func revisions() -> AsyncStream<StoreRevision> { AsyncStream { $0.finish() } }

    private final class Transaction: WorksTransaction {
        var contents: Contents

        private let namesBefore: CityNames

        init(_ contents: Contents) {
            self.contents = contents
            namesBefore = contents.names
        }

        var addedNames: CityNames { contents.names.subtracting(namesBefore) }

        private func list(_ work: Work) {
            if let name = work.organisation { contents.names.insert(name, as: .organisation) }
            if let name = work.contractor { contents.names.insert(name, as: .contractor) }
        }

        func work(_ id: WorkID) throws -> Work? { contents.works[id] }

        func work(source: String, sourceID: String) throws -> Work? {
            contents.bySource["\(source)|\(sourceID)"].flatMap { contents.works[$0] }
        }

        func knowsSource(_ source: String) throws -> Bool { contents.works.values.contains { $0.source == source } }

        func insert(_ work: Work, ledger: [LedgerEntry]) throws {
            list(work)
            contents.works[work.id] = work
            contents.order.append(work.id)
            contents.ledgers[work.id] = ledger
            if let source = work.source, let sourceID = work.sourceID {
                precondition(contents.bySource.updateValue(work.id, forKey: "\(source)|\(sourceID)") == nil)
            }
        }

        func update(_ work: Work, ledger: [LedgerEntry]) throws {
            guard contents.works[work.id]?.revision == work.revision - 1 else { throw StoreError.conflict(work.id) }
            list(work)
            contents.works[work.id] = work
            contents.ledgers[work.id, default: []] += ledger
        }

        func openWorks(ofSource source: String, notIn listed: Set<String>) throws -> [Work] {
            contents.order.compactMap { contents.works[$0] }.filter {
                $0.source == source && $0.status.isOpen && !listed.contains($0.sourceID ?? "")
            }
        }

        func countOpenWorks(ofSource source: String) throws -> Int {
            try openWorks(ofSource: source, notIn: []).count
        }

        // Nothing can be hidden or redacted through this protocol.
        func isHidden(_ id: WorkID) throws -> Bool { false }
        func isRedacted(_ id: WorkID) throws -> Bool { false }

        func ledger(of id: WorkID) throws -> [LedgerEntry] { contents.ledgers[id] ?? [] }

        func assignDistricts(at now: Instant) throws -> Int {
            let layer = contents.features[.districts, default: []].map(\.feature)
            let districts = DistrictIndex(layer.compactMap { one in one.geometry.map { (one.name ?? one.id, $0) } })
            var moved = 0
            for (id, work) in contents.works {
                let district = districts.district(of: work.geometry, stated: work.district)
                guard district != work.district else { continue }
                var work = work
                work.district = district
                work.revision += 1
                work.updatedAt = now
                contents.works[id] = work
                moved += 1
            }
            return moved
        }

        // MARK: The record of imports

        func lastObservation(ofSource source: String) throws -> Instant? {
            contents.observations[source]?.keys.max()
        }

        func lastWholeObservation(ofSource source: String) throws -> Instant? {
            contents.observations[source]?.filter(\.value).keys.max()
        }

        func noteObservation(_ observed: Instant, ofSource source: String, isWhole: Bool) throws {
            let wasWhole = contents.observations[source]?[observed] ?? false
            contents.observations[source, default: [:]][observed] = isWhole || wasWhole
        }

        func forgetObservations(ofSource source: String, from moment: Instant?) throws {
            contents.observations[source] = contents.observations[source]?.filter { list, _ in
                moment.map { list < $0 } ?? false
            }
        }

        func imports(ofSource source: String) throws -> [ImportRecord] {
            contents.imports.filter { $0.source == source }
        }

        func nextImport() throws -> Int64 { Int64(contents.imports.count + 1) }

        func add(_ record: ImportRecord) throws { contents.imports.append(record) }

        func lastStatement(of id: WorkID) throws -> Instant? { contents.statements[id] }

        func noteStatement(_ moment: Instant, of id: WorkID) throws {
            contents.statements[id] = max(moment, contents.statements[id] ?? moment)
        }

        var lastNumber: Int64 { Int64(contents.order.count) }

        func works(after number: Int64, upTo last: Int64) throws -> [Work] {
            guard number < last else { return [] }
            return contents.order[Int(number)..<Int(last)].compactMap { contents.works[$0] }
        }

        func keep(_ change: ImportChange, of id: WorkID, by number: Int64) throws {
            guard !contents.changes.contains(where: { $0.number == number && $0.id == id }) else { return }
            contents.changes.append((number, id, change))
        }

        func changes(by number: Int64) throws -> [(id: WorkID, change: ImportChange)] {
            contents.changes.filter { $0.number == number }.map { ($0.id, $0.change) }
        }

        func forgetChanges(ofSource source: String, but number: Int64?) throws {
            let forgotten = Set(try imports(ofSource: source).map(\.id)).subtracting([number ?? 0])
            contents.changes.removeAll { forgotten.contains($0.number) }
        }

        func setNote(_ name: StoreNote, to text: String?) throws { contents.notes[name] = text }

        func upsert(_ feature: ReferenceFeature, in layer: ReferenceLayer) throws -> Bool? {
            if let index = contents.features[layer, default: []].firstIndex(where: { $0.id == feature.id }) {
                guard contents.features[layer]?[index].feature != feature else { return nil }
                contents.features[layer]?[index].feature = feature
                return false
            }
            contents.features[layer, default: []].append((feature.id, feature))
            return true
        }

        func removeFeatures(
            of layer: ReferenceLayer, source: String?, at now: Instant
        ) throws -> (features: Int, reassigned: Int) {
            let before = contents.features[layer, default: []]
            let left = before.filter { source != nil && $0.feature.source != source }
            contents.features[layer] = left
            return (before.count - left.count, 0)
        }
    }
}
