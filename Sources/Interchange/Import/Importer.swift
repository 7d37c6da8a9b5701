import Foundation
import Geometry
import Glibc
public import Works

/// Brings a file into a store: reads, maps, checks, compares and writes, all of it or nothing.
///
/// Reading and mapping go on one thread, writing on the caller's. A file is one transaction: rows that are bad in themselves are refused
/// and written down, and the others come in; anything else that goes wrong leaves the store as it was. Memory does not grow with the file,
/// but for the names of its rows.
public struct Importer: Sendable {
    public struct Options: Hashable, Sendable {
        /// The name under which the works are known; the mapping's or the file's own if nil.
        public var source: String?
        /// The moment of the list, if the file does not say it or says it wrong.
        public var observedAt: Instant?
        /// Whether the file lists all that is open; as the mapping says if nil.
        public var isFullSnapshot: Bool?
        /// Whether everything is done but kept.
        public var isDryRun = false
        /// Whether the first bad row ends the import.
        public var isStrict = false
        /// Where refused rows are written; beside the file, as `FILE.refused.csv`, if nil.
        public var refusedFile: String?
        /// When it is written down.
        public var now: Instant?

        public init() {}
    }

    private let store: any WorksStore
    private let options: Options

    public init(store: any WorksStore, options: Options = Options()) {
        self.store = store
        self.options = options
    }

    /// Imports a file; `-` is standard input.
    ///
    /// - Parameters:
    ///   - path: A file of any format that is read here, gzip or not.
    ///   - layer: Where its rows go; the mapping's layer if nil.
    ///   - mapping: How its columns become our properties; our own names if nil.
    ///   - progress: Told now and then how far it has come, on the calling thread.
    /// - Throws: ``InputError``, ``MappingError``, ``ImportError``, and what the store throws. Nothing of the file is in the store then.
    public func importFile(
        _ path: String, as layer: ImportLayer? = nil, mapping: Mapping? = nil,
        progress: (ImportProgress) -> Void = { _ in }
    ) throws -> ImportReport {
        let encoding = mapping?.encoding
        return try importBytes(named: path, as: layer, mapping: mapping, progress: progress) {
            try InputFile.open(path, encoding: encoding)
        }
    }

    /// Imports whatever `open` opens, decompressed and in UTF-8.
    public func importBytes(
        named name: String, as layer: ImportLayer? = nil, mapping: Mapping? = nil,
        progress: (ImportProgress) -> Void = { _ in },
        from open: @escaping @Sendable () throws -> PeekableSource
    ) throws -> ImportReport {
        let layer = layer ?? mapping?.layer ?? .works
        if let mapping, let own = mapping.layer, own != layer, own.reference != nil || layer.reference != nil {
            throw MappingError(
                mapping: mapping.name, key: "layer",
                "is for \(own.rawValue), not for \(layer.rawValue): import with --as \(own.rawValue), or choose another mapping"
            )
        }
        var mapping = mapping ?? .ownNames(layer: layer)
        if let isFull = options.isFullSnapshot {
            mapping.isFullSnapshot = isFull
            for index in mapping.variants.indices { mapping.variants[index].mapping.isFullSnapshot = isFull }
        }
        let stem = name == "-" ? "import" : InputFile.stem(of: name)
        let source = options.source ?? mapping.source ?? stem
        var report = ImportReport(file: name, layer: layer, source: source)
        report.isDryRun = options.isDryRun

        let refusedFile = options.refusedFile ?? (name == "-" ? "standard-input" : name) + ".refused.csv"
        defer { unlink(refusedFile + ".part") }
        var summary = DecodingSummary()
        do {
            // Small changes are cheaper row by row, large ones with the indexes built at the end.
            let size = try? FileManager.default.attributesOfItem(atPath: name)[.size] as? Int
            try store.write(bulk: size ?? .max > 200_000) { transaction in
                summary = try write(
                    to: transaction, &report, layer: layer, mapping: mapping, refusedFile: refusedFile,
                    progress: progress, open: open)
                if options.isDryRun { throw DryRun() }
            }
        } catch is DryRun {
            return report
        }
        if let written = summary.refusedFile {
            try RefusedRows.finish(written, as: refusedFile)
            report.refusedFile = refusedFile
        } else {
            // What an earlier import refused has come in by now.
            unlink(refusedFile)
        }
        return report
    }

    /// Ends the transaction of a dry run, so that the store takes everything back.
    private struct DryRun: Error {}

    // MARK: Writing

    private func write(
        to transaction: any WorksTransaction, _ report: inout ImportReport, layer: ImportLayer, mapping: Mapping,
        refusedFile: String, progress: (ImportProgress) -> Void, open: @escaping @Sendable () throws -> PeekableSource
    ) throws -> DecodingSummary {
        let source = report.source
        let now = options.now ?? .now
        let isSourceKnown = try layer.reference != nil || transaction.knowsSource(source)
        let districts = layer.reference == nil ? try DistrictIndex(store) : nil
        let task = ImportDecoder.Task(
            file: report.file, mapping: mapping, layer: layer, source: source, observedAt: options.observedAt,
            isStrict: options.isStrict, isSourceKnown: isSourceKnown,
            districts: districts.flatMap { $0.isEmpty ? nil : $0 }, known: try known(), now: now,
            format: mapping.format,
            refusedFile: options.isDryRun ? nil : refusedFile)
        let handOver = HandOver<DecodedBatch, DecodingSummary>(capacity: 8)
        let thread = Thread {
            var decoder = ImportDecoder(task, output: handOver)
            handOver.finish(Result { try decoder.run(open) })
        }
        thread.stackSize = 8 << 20
        thread.start()
        defer { handOver.abandon() }

        let actor = Actor(kind: .source, name: source)
        var identities = IdentityBits()
        var summary = DecodingSummary()
        reading: while true {
            let batch: DecodedBatch
            switch try handOver.take() {
            case .batch(let next): batch = next
            case .end(let end):
                summary = end
                break reading
            }
            for row in batch.rows {
                switch row {
                case .new(let work, let ledger):
                    try transaction.insert(work, ledger: ledger)
                    report.inserted += 1
                case .draft(let draft):
                    try reconcile(draft, in: transaction, at: now, by: actor, &identities, &report)
                case .reference(let feature):
                    guard let reference = layer.reference else { continue }
                    switch try transaction.upsert(feature, in: reference) {
                    case true?: report.inserted += 1
                    case false?: report.updated += 1
                    case nil: report.unchanged += 1
                    }
                }
            }
            progress(ImportProgress(rows: batch.read, bytesRead: batch.bytesRead, byteCount: batch.byteCount))
        }
        report.read = summary.read
        report.skipped = summary.skipped
        report.repaired = summary.repaired
        report.refused = summary.refused
        report.refusals = summary.refusals
        report.refusalReasons = summary.refusalReasons
        report.notes = summary.notes
        report.observedAt = summary.observedAt
        if layer.reference == nil { try settle(summary, in: transaction, source: source, now, actor, &report) }
        return summary
    }

    private func reconcile(
        _ draft: WorkDraft, in transaction: any WorksTransaction, at now: Instant, by actor: Actor,
        _ identities: inout IdentityBits, _ report: inout ImportReport
    ) throws {
        let known: Work? =
            if let source = draft.source, let sourceID = draft.sourceID {
                try transaction.work(source: source, sourceID: sourceID)
            } else { nil }
        let outcome: Reconciliation
        if let known {
            let plain = Reconciliation.update(known, with: draft, at: now, by: actor)
            if case .updated(_, let entries) = plain, !entries.isEmpty {
                outcome = .update(
                    known, with: draft.respecting(try transaction.ledger(of: known.id)), at: now, by: actor)
            } else {
                outcome = plain
            }
        } else {
            let milliseconds = UInt64(max(0, Date().timeIntervalSince1970 * 1000))
            outcome = .insert(
                draft, kind: draft.kind ?? .hazard,
                id: WorkID(millisecondsSinceEpoch: milliseconds, using: &identities), at: now, by: actor)
        }
        switch outcome {
        case .inserted(let work, let ledger):
            try transaction.insert(work, ledger: ledger)
            report.inserted += 1
        case .updated(let work, let ledger):
            try transaction.update(work, ledger: ledger)
            report.updated += 1
            report.deadlinesMoved += ledger.count { $0.field == .dueAt && $0.from != nil }
        case .unchanged: report.unchanged += 1
        }
    }

    /// Closes what the list no longer has, and notes its moment.
    private func settle(
        _ summary: DecodingSummary, in transaction: any WorksTransaction, source: String, _ now: Instant,
        _ actor: Actor, _ report: inout ImportReport
    ) throws {
        let last = try transaction.lastObservation(ofSource: source)
        let observed = summary.observedAt ?? (summary.isFullSnapshot ? now : nil)
        if summary.isFullSnapshot, let observed {
            if let last, observed < last {
                throw ImportError.older(file: report.file, observed: observed, last: last, source: source)
            }
            let gone = try transaction.openWorks(ofSource: source, notIn: summary.listed)
            guard summary.read > 0 || gone.isEmpty else {
                throw ImportError.emptySnapshot(file: report.file, source: source)
            }
            for work in gone where try !isReopened(work, in: transaction) {
                let outcome = Reconciliation.closeUnlisted(
                    work, lastListedAt: last, observedAt: observed, at: now, by: actor)
                guard case .updated(let closed, let ledger) = outcome else { continue }
                try transaction.update(closed, ledger: ledger)
                report.closed += 1
            }
        }
        if let observed, last.map({ observed > $0 }) ?? true {
            try transaction.noteObservation(observed, ofSource: source)
        }
    }

    /// Whether a person had the last word on the status and took back that the work is done: its being off the list says nothing new then.
    private func isReopened(_ work: Work, in transaction: any WorksTransaction) throws -> Bool {
        var said = WorkDraft()
        said.status = .done
        return said.respecting(try transaction.ledger(of: work.id)).status == nil
    }

    /// Where the city is known to be: its districts, or else its works, and some country around.
    private func known() throws -> Bounds? {
        guard let extent = try store.extent(of: .districts) ?? store.extent(of: nil) else { return nil }
        let margin = 0.5 + max(extent.width, extent.height) / 2
        return Bounds(
            west: max(extent.west - margin, -180), south: max(extent.south - margin, -90),
            east: min(extent.east + margin, 180), north: min(extent.north + margin, 90))
    }
}
