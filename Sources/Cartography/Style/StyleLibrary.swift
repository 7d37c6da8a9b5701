import Geometry
import Raster
import Works

/// A tileset and the sheet that it is drawn by.
struct StyledTileset: Sendable {
    var head: StyleSheet.Head
    var sheet: StyleSheet
    /// Of the library that it belongs to.
    var edition: Int
    /// What its pictures are reduced to, if they are.
    var palettes: [Theme: Palette]

    init(head: StyleSheet.Head, sheet: StyleSheet, edition: Int) {
        self.head = head
        self.sheet = sheet
        self.edition = edition
        palettes = [:]
        if head.hasPalette { for theme in Theme.allCases { palettes[theme] = sheet.palette(theme) } }
    }

    var name: String { head.name }
    var kinds: Set<WorkKind> { head.kinds }
    var showsWorks: Bool { sheet.layers.contains { $0.source == .works } }

    /// The reference layers that are drawn.
    var references: Set<ReferenceLayer> {
        Set(sheet.layers.compactMap { if case .reference(let layer) = $0.source { layer } else { nil } })
    }

    /// Pixels beyond a tile within which a feature may touch it.
    var reach: Double { sheet.layers.flatMap(\.paints).reduce(1) { max($0, $1.reach) } }

    func description(in snapshot: Snapshot) -> Tileset {
        var extent: WorldBox?
        func add(_ box: WorldBox?) {
            guard let box else { return }
            var union = extent ?? .empty
            union.extend(box)
            extent = union
        }
        if showsWorks {
            add(snapshot.base.extent)
            add(snapshot.delta.extent)
        }
        for layer in references { add(snapshot.shelf(layer).tree.extent) }
        return Tileset(
            name: head.name, title: head.title, bounds: extent?.bounds, minimumZoom: head.minimumZoom,
            maximumZoom: head.maximumZoom, attribution: attribution(in: snapshot),
            vectorLayers: VectorTile.layers(of: self))
    }
}

extension StyledTileset {
    /// What the sheet and the store ask for, each line once.
    func attribution(in snapshot: Snapshot) -> String? {
        var lines: [String] = []
        for text in [sheet.attribution, snapshot.attribution] {
            for line in text?.split(separator: "\n") ?? [] where !lines.contains(String(line)) {
                lines.append(String(line))
            }
        }
        return lines.isEmpty ? nil : lines.joined(separator: "; ")
    }
}

/// All style sheets in use.
struct StyleLibrary: Sendable {
    var tilesets: [StyledTileset]
    /// Counts what was loaded.
    var edition: Int

    func tileset(named name: String) throws -> StyledTileset {
        guard let tileset = tilesets.first(where: { $0.name == name }) else {
            throw AtlasError.unknownTileset(name, known: tilesets.map(\.name))
        }
        return tileset
    }
}
