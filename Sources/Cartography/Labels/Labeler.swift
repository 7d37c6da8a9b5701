import Lettering
import Raster
import Synchronization
import TimeBudgets
import Works

/// Places labels and remembers where.
///
/// A class because all painters share what was placed.
final class Labeler: Sendable {
    /// Why there are no labels, if there are none.
    let problem: StyleProblem?
    let fonts: FontSet?
    private let placed = Mutex(Placed())

    /// So many patches are remembered.
    private static let limit = 4096

    private struct Placed {
        var features: [ReferenceLayer: StoreState] = [:]
        var patches: [Key: [Label]] = [:]
    }

    private struct Key: Hashable {
        var sheet: LabelSheet.Key
        var patch: LabelPatch
    }

    init(_ files: FontFiles) {
        do {
            fonts = try FontSet(files)
            problem = nil
        } catch {
            fonts = nil
            switch error {
            case .font(let path, _):
                problem = StyleProblem(file: path, line: 1, key: "", reason: "there are no labels: \(error)")
            }
        }
    }

    /// Draws the labels of a scene.
    func draw(
        _ tileset: StyledTileset, _ snapshot: Snapshot, _ scene: Scene, _ theme: Theme, _ canvas: Canvas,
        path: inout Path, budget: TimeBudget
    ) throws {
        guard let sheet = LabelSheet(tileset, scene) else { return }
        let scale = Double(scene.scale)
        let frame = TextBox(
            minX: Double(scene.originX) / 256 / scale, minY: Double(scene.originY) / 256 / scale,
            maxX: (Double(scene.originX) / 256 + Double(scene.width)) / scale,
            maxY: (Double(scene.originY) / 256 + Double(scene.height)) / scale)
        for label in try labels(in: frame, sheet, snapshot, budget: budget) {
            let paint = sheet.entries[label.paint].paint
            path.removeAll()
            label.letters.append(
                to: &path, subpixelX: Path.subpixels(label.x * scale) - scene.originX,
                subpixelY: Path.subpixels(label.y * scale) - scene.originY, scale: scale)
            canvas.draw(
                letters: path, paint.color.of(theme), halo: paint.halo?.of(theme),
                haloWidth: paint.haloWidth.at(scene.zoom) * scale)
        }
    }

    /// The labels that touch a box, in pixels of the style in the world, in the order of drawing.
    func labels(in frame: TextBox, _ sheet: LabelSheet, _ snapshot: Snapshot, budget: TimeBudget) throws -> [Label] {
        guard let fonts else { return [] }
        let survey = LabelSurvey(snapshot: snapshot, sheet: sheet, fonts: fonts, budget: budget)
        return try LabelPatch.touching(frame).flatMap { patch in
            try labels(of: patch, survey).filter { $0.box.intersects(frame) }
        }
    }

    /// The labels of a patch: remembered, or placed now. Two threads may place the same ones, with the same result.
    private func labels(of patch: LabelPatch, _ survey: LabelSurvey) throws -> [Label] {
        // On a world that repeats a patch is decided where it is within the world.
        if let columns = survey.sheet.columns, !(0..<columns).contains(patch.column) {
            var inside = patch
            inside.column = (patch.column % columns + columns) % columns
            let distance = Double(patch.column - inside.column) * LabelPatch.side
            return try labels(of: inside, survey).map { $0.moved(x: distance) }
        }
        let features = survey.snapshot.revision.statesOfLayers
        let key = Key(sheet: survey.sheet.key, patch: patch)
        let known = placed.withLock { placed in
            if placed.features != features {
                placed.features = features
                placed.patches.removeAll(keepingCapacity: true)
            }
            return placed.patches[key]
        }
        if let known { return known }
        let before = try patch.before.flatMap { try labels(of: $0, survey) }
        let decided = LabelDecision.labels(of: patch, try survey.candidates(of: patch), after: before)
        placed.withLock { placed in
            guard placed.features == features else { return }
            if placed.patches.count >= Self.limit { placed.patches.removeAll(keepingCapacity: true) }
            placed.patches[key] = decided
        }
        return decided
    }
}
