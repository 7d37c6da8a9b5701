public import Foundation
public import Lettering
import Raster
import Synchronization
public import TimeBudgets
public import Works

/// All maps of one store: the snapshot of what there is, the style sheets, the tiles made so far.
///
/// A class because everybody shares it. Readers take the current snapshot and styles in one step and never wait for ``refresh()``,
/// which makes new ones beside them.
public final class Atlas: Sendable {
    private let store: any WorksStore
    private let current: Mutex<Current>
    private let writer: Mutex<Writer>
    private let cache: TileCache
    let labeler: Labeler
    private let painters: PainterPool
    private let wordMatches: WordMatches
    private let earlierMaps: EarlierMaps

    /// What tiles are made from, taken together so that it fits together.
    struct Current: Sendable {
        var snapshot: Snapshot
        var styles: StyleLibrary
        var problems: [StyleProblem]
        var refusals: [String]
        var compared: ContinuousClock.Instant
    }

    private struct Writer {
        var snapshots: SnapshotWriter
        var styles: StyleFolder
    }

    /// Loads everything.
    ///
    /// - Parameters:
    ///   - styles: The folder of style sheets, `tiles/`.
    ///   - cache: How much memory made tiles may take.
    ///   - fonts: What labels are written with. If they cannot be read there are no labels, and ``status`` says so.
    /// - Throws: `StoreError`; ``StyleProblem`` for a style sheet that cannot be read; ``AtlasError/styles(path:reason:)``.
    public init(store: any WorksStore, styles: URL, cache: TileCacheLimits, fonts: FontFiles = .dejaVu) throws {
        var folder = StyleFolder(url: styles)
        let library = try folder.load()
        var snapshots = SnapshotWriter(store: store)
        let snapshot = try snapshots.load()
        self.store = store
        current = Mutex(
            Current(
                snapshot: snapshot, styles: library, problems: [], refusals: snapshots.refusals, compared: .now))
        writer = Mutex(Writer(snapshots: snapshots, styles: folder))
        self.cache = TileCache(limits: cache, edition: library.edition)
        wordMatches = WordMatches(store: store)
        earlierMaps = EarlierMaps(store: store)
        labeler = Labeler(fonts)
        painters = PainterPool(labeler: labeler)
    }

    // MARK: Keeping up

    /// Takes in what changed in the store and in the style sheets since the last call.
    ///
    /// The cost follows the size of the change. A style sheet that cannot be read leaves the old one in use and is told in ``status``.
    /// Calls from several threads take turns; readers do not wait.
    ///
    /// - Returns: Whether anything changed.
    @discardableResult
    public func refresh() throws -> Bool {
        try writer.withLock { writer in
            let before = current.withLock { $0 }
            let update = try writer.snapshots.update(before.snapshot)
            let styles = writer.styles.reload()
            current.withLock { current in
                if let update { current.snapshot = update.0 }
                if let styles { current.styles = styles }
                current.problems = writer.styles.problems
                current.refusals = writer.snapshots.refusals
                current.compared = .now
            }
            if let (snapshot, change) = update {
                cache.invalidate(change, generation: snapshot.generation, traits: snapshot.traits)
                if writer.snapshots.isMergeDue(snapshot) {
                    writer.snapshots.beginMerge()
                    merge(snapshot)
                }
            }
            if let styles { cache.removeAll(edition: styles.edition) }
            return update != nil || styles != nil
        }
    }

    /// Merges the changes into the bulk of the snapshot, beside whatever else goes on.
    private func merge(_ snapshot: Snapshot) {
        DispatchQueue.global(qos: .utility).async { [weak self] in
            let base = SnapshotWriter.merged(snapshot)
            guard let self else { return }
            writer.withLock { writer in
                let present = current.withLock { $0.snapshot }
                let merged = writer.snapshots.finish(base, into: present)
                current.withLock { $0.snapshot = merged }
                // The works are the same, so every tile stays as it is.
                cache.invalidate(SnapshotChange(), generation: merged.generation, traits: merged.traits)
            }
        }
    }

    // MARK: Asking

    /// What is in the atlas, and how it is doing.
    public var status: AtlasStatus {
        let current = current.withLock { $0 }
        let snapshot = current.snapshot
        return AtlasStatus(
            revision: snapshot.revision, works: snapshot.works, features: snapshot.features,
            vertices: snapshot.vertices,
            bytes: snapshot.bytes, age: ContinuousClock.now - current.compared, pending: snapshot.delta.count,
            refusals: current.refusals, styleProblems: current.problems + (labeler.problem.map { [$0] } ?? []),
            cache: cache.status)
    }

    /// The tilesets that there are, in the order of their style sheets.
    public var tilesets: [Tileset] {
        let current = current.withLock { $0 }
        return current.styles.tilesets.map { $0.description(in: current.snapshot) }
    }

    /// A tile that was made before and still holds at the moment `now`; nil if it would have to be drawn.
    ///
    /// It neither draws nor waits, so whoever must not block may ask.
    public func cachedTile(_ request: TileRequest, at now: Instant) -> EncodedTile? {
        var request = request.canonical
        guard let moment = request.filter.asOf else { return cache.tile(request, at: now, countsMiss: false) }
        let present = current.withLock { $0.snapshot.revision }
        guard let map = earlierMaps.known(asOf: moment, present) else { return nil }
        request.edition = map.edition
        return cache.tile(request, at: moment, countsMiss: false)
    }

    /// A tile.
    ///
    /// - Parameters:
    ///   - now: The moment that deadlines are judged at.
    ///   - budget: Drawing stops soon after it is spent.
    /// - Throws: ``AtlasError``, `TimeBudgetError`; `StoreError` if the filter asks for words.
    public func tile(_ request: TileRequest, at now: Instant, budget: TimeBudget) throws -> EncodedTile {
        var request = request.canonical
        if request.filter.asOf == nil, let tile = cache.tile(request, at: now) { return tile }
        var (snapshot, tileset) = try current.withLock { current in
            (current.snapshot, try current.styles.tileset(named: request.tileset))
        }
        let now = request.filter.moment(now)
        // The tile of a moment is touched by no change of the present; the edition of the moment's map is a part of its key.
        var generation = snapshot.generation
        if let moment = request.filter.asOf {
            let map = try earlierMaps.map(asOf: moment, snapshot, budget: budget)
            request.edition = map.edition
            if let tile = cache.tile(request, at: now) { return tile }
            (snapshot, generation) = (map.snapshot, .max)
        }
        let view = try view(snapshot, request.filter, of: tileset, at: now, budget: budget)
        var tile =
            switch request.format {
            case .png: try painters.withPainter { try $0.tile(request, tileset, view, budget: budget) }
            case .mvt: try VectorTile.encode(request, tileset, view, budget: budget)
            }
        // The clock of a moment stands still.
        if request.filter.asOf != nil { tile.expiresAt = nil }
        cache.insert(tile, for: request, at: now, generation: generation, tileset: tileset)
        return tile
    }

    /// A picture of any place and size, as PNG: several tilesets on top of each other.
    ///
    /// - Throws: ``AtlasError``, `TimeBudgetError`; `StoreError` if the filter asks for words.
    public func picture(_ request: PictureRequest, at now: Instant, budget: TimeBudget) throws -> [UInt8] {
        try picture(
            request, of: snapshot(asOf: request.filter.asOf, budget: budget), at: request.filter.moment(now),
            budget: budget)
    }

    /// A picture of a snapshot by the style sheets in use.
    func picture(_ request: PictureRequest, of snapshot: Snapshot, at now: Instant, budget: TimeBudget) throws
        -> [UInt8]
    {
        // A picture of one tileset has the colours of its tiles: put side by side they are the picture, pixel for pixel.
        let styles = current.withLock { $0.styles }
        let palette =
            request.tilesets.count == 1
            ? try styles.tileset(named: request.tilesets[0]).palettes[request.theme] : nil
        let credits = request.hasCredits ? try self.credits(of: request.tilesets, styles, snapshot) : nil
        return try drawing(request, of: snapshot, at: now, budget: budget) { canvas, scene in
            if let credits, let fonts = labeler.fonts { canvas.credit(credits, fonts, scene, request.theme) }
            do { return try PNGEncoder().encode(canvas, palette.map { .palette($0) } ?? .rgba) } catch {
                throw AtlasError.encoding("\(error)")
            }
        }
    }

    /// A picture that is not written yet, lent to `body` with what part of the world is on it.
    func drawing<Result>(
        _ request: PictureRequest, of snapshot: Snapshot? = nil, at now: Instant, budget: TimeBudget,
        _ body: (Canvas, Scene) throws -> Result
    ) throws -> Result {
        let styles = current.withLock { $0.styles }
        let snapshot = try snapshot ?? self.snapshot(asOf: request.filter.asOf, budget: budget)
        let now = request.filter.moment(now)
        let scene = try Scene(request)
        let views = try request.tilesets.map { name in
            let tileset = try styles.tileset(named: name)
            return (tileset, try view(snapshot, request.filter, of: tileset, at: now, budget: budget))
        }
        return try painters.withPainter { painter in
            try body(try painter.drawing(scene, views, theme: request.theme, budget: budget), scene)
        }
    }

    /// A tileset and the snapshot that it is drawn from.
    func state(of tileset: String) throws -> (StyledTileset, Snapshot) {
        let current = current.withLock { $0 }
        return (try current.styles.tileset(named: tileset), current.snapshot)
    }

    /// The snapshot of a moment; of the present for nil.
    private func snapshot(asOf moment: Instant?, budget: TimeBudget) throws -> Snapshot {
        let present = current.withLock { $0.snapshot }
        return try moment.map { try earlierMaps.map(asOf: $0, present, budget: budget).snapshot } ?? present
    }

    private func view(
        _ snapshot: consuming Snapshot, _ filter: WorkFilter, of tileset: StyledTileset, at now: Instant,
        budget: TimeBudget
    ) throws -> SnapshotView {
        guard tileset.showsWorks else {
            return SnapshotView(snapshot, CompiledFilter(.all, snapshot.traits, at: now), now)
        }
        var filter = filter
        if !tileset.kinds.isEmpty {
            let kinds = filter.kinds.isEmpty ? tileset.kinds : filter.kinds.intersection(tileset.kinds)
            guard !kinds.isEmpty else { return SnapshotView(snapshot, .nothing, now) }
            filter.kinds = kinds
        }
        let numbers = try wordMatches.numbers(for: filter, revision: snapshot.revision.stateOfWorks, budget: budget)
        return SnapshotView(snapshot, CompiledFilter(filter, snapshot.traits, at: now, numbers: numbers), now)
    }
}
