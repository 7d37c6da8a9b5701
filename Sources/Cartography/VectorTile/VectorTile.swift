import Geometry
import TimeBudgets
import Works

/// Mapbox Vector Tiles, version 2.1 of the specification.
enum VectorTile {
    /// Units across a tile.
    static let extent = 4096
    /// Units around a tile that geometries reach into, so that borders and wide lines are not cut at its edge.
    static let buffer = 128
    /// The same in pixels of the style.
    static let reach = Double(buffer) * 256 / Double(extent)
    /// From this zoom on all works are written; below, of those on the same half pixel only the latest.
    static let completeZoom = 14

    static func encode(
        _ request: TileRequest, _ tileset: StyledTileset, _ view: SnapshotView, budget: TimeBudget
    ) throws -> EncodedTile {
        var tile = ProtobufWriter()
        var geometry = VectorTileGeometry(request.address)
        let scene = Scene(request.address, scale: .single)
        var expiresAt: Instant?
        if tileset.head.minimumZoom <= request.address.z {
            for layer in tileset.references.sorted(by: { $0.rawValue < $1.rawValue }) {
                try encode(layer, view.snapshot.shelf(layer), scene, &geometry, budget: budget).write(to: &tile)
            }
            if tileset.showsWorks {
                var hits = WorkHits()
                let isThinned = request.address.z < completeZoom
                try hits.collect(
                    view, scene, reach: reach, detail: isThinned ? .latest(zoom: request.address.z) : .all,
                    budget: budget)
                expiresAt = hits.expiresAt
                let shown =
                    isThinned ? VectorTileThinning.shown(hits, view.snapshot, scene, geometry) : Array(0..<hits.count)
                try encodeWorks(
                    named: layerName(of: tileset), hits, shown, view.snapshot, &geometry, budget: budget
                ).write(to: &tile)
            }
        }
        return EncodedTile(bytes: tile.bytes, isEmpty: tile.bytes.isEmpty, expiresAt: expiresAt)
    }

    /// Tilesets of one kind bear their own name, all others show `works`.
    private static func layerName(of tileset: StyledTileset) -> String {
        tileset.kinds.isEmpty ? "works" : tileset.name
    }

    // MARK: Works

    private static let workKeys = [
        "id", "kind", "category", "status", "severity", "traffic_impact", "district", "organisation", "contractor",
        "deadline_state", "due_at", "completed_at", "completed_estimated",
    ]

    private static func encodeWorks(
        named name: String, _ hits: WorkHits, _ shown: [Int], _ snapshot: Snapshot,
        _ geometry: inout VectorTileGeometry, budget: TimeBudget
    ) throws -> VectorLayerWriter {
        var layer = VectorLayerWriter(name: name, keys: workKeys)
        let states = DeadlineStateNames.all.map { layer.value($0) }
        // What a trait has in common is put into tags once.
        var traitTags: [UInt32: [UInt32]] = [:]
        var moments: [Moment: UInt32] = [:]
        var tags: [UInt32] = []
        for (turn, index) in shown.enumerated() {
            if turn % 256 == 0 { try budget.check() }
            let hit = hits[index]
            let row = Int(hit.row)
            let (points, shapes) =
                switch hit.shelf {
                case .basePoints, .baseShapes: (snapshot.base.points, snapshot.base.shapes)
                case .deltaPoints, .deltaShapes: (snapshot.delta.points, snapshot.delta.shapes)
                }
            let facts = hit.shelf.isPoints ? points.facts : shapes.facts
            tags.removeAll(keepingCapacity: true)
            func prepare() {
                guard tags.isEmpty else { return }
                let id = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 36) { buffer in
                    facts.id(row).write(to: buffer)
                    return layer.newValue(buffer)
                }
                tags += [0, id]
                if traitTags[hit.trait] == nil { traitTags[hit.trait] = common(hit.trait, snapshot.traits, &layer) }
                tags += traitTags[hit.trait] ?? []
                tags += [9, states[Int(hit.state)]]
                for (key, moment) in [(UInt32(10), facts.due[row]), (11, facts.completed[row])] {
                    guard let instant = moment.instant else { continue }
                    let value = moments[moment] ?? layer.newValue(instant.description.utf8)
                    moments[moment] = value
                    tags += [key, value]
                }
            }
            let number = UInt64(hits.number(index))
            if hit.shelf.isPoints {
                if geometry.setPoint(x: points.x[row], y: points.y[row]) {
                    prepare()
                    layer.add(id: number, tags: tags, type: .points, geometry: geometry.commands)
                }
            } else {
                for kind in shapes.geometry.kinds(of: row) where geometry.set(kind, of: shapes.geometry, feature: row) {
                    prepare()
                    layer.add(id: number, tags: tags, type: kind, geometry: geometry.commands)
                }
            }
        }
        return layer
    }

    /// The tags of a trait.
    private static func common(_ number: UInt32, _ traits: Traits, _ layer: inout VectorLayerWriter) -> [UInt32] {
        let trait = traits.all[Int(number)]
        let texts: [String?] = [
            trait.kind.rawValue, traits.text(trait.category), trait.status.rawValue, trait.severity.rawValue,
            trait.trafficImpact?.rawValue, traits.text(trait.district), traits.text(trait.organisation),
            traits.text(trait.contractor),
        ]
        var tags: [UInt32] = []
        for (index, text) in texts.enumerated() {
            if let text { tags += [UInt32(index + 1), layer.value(text)] }
        }
        if trait.isCompletedEstimated { tags += [12, layer.trueValue()] }
        return tags
    }

    // MARK: Reference layers

    private static let referenceKeys = ["class", "name"]

    private static func encode(
        _ name: ReferenceLayer, _ shelf: ReferenceShelf, _ scene: Scene, _ geometry: inout VectorTileGeometry,
        budget: TimeBudget
    ) throws -> VectorLayerWriter {
        var layer = VectorLayerWriter(name: name.rawValue, keys: referenceKeys)
        let found = try ReferenceHits(shelf, scene, reach: reach, budget: budget)
        // What is smaller than a unit in both directions cannot be told from a point.
        let speck = scene.unitsPerPixel * 256 / Double(extent)
        for (index, hit) in found.hits.enumerated() {
            if index % 256 == 0 { try budget.check() }
            let row = Int(hit.row)
            let box = shelf.geometry.box[row]
            for kind in shelf.geometry.kinds(of: row) {
                if kind != .points, Double(box.maxX - box.minX) < speck, Double(box.maxY - box.minY) < speck {
                    continue
                }
                guard geometry.set(kind, of: shelf.geometry, feature: row) else { continue }
                var tags = [0, layer.value(shelf.classes.texts[Int(shelf.classCode[row])])]
                if shelf.name[row] != Traits.absent {
                    tags += [1, layer.value(shelf.names.texts[Int(shelf.name[row])])]
                }
                layer.add(id: UInt64(row) + 1, tags: tags, type: kind, geometry: geometry.commands)
            }
        }
        return layer
    }

    // MARK: Description

    /// The layers of a tileset's vector tiles, for TileJSON.
    static func layers(of tileset: StyledTileset) -> [VectorLayer] {
        let zooms = (tileset.head.minimumZoom, tileset.head.maximumZoom)
        func layer(_ name: String, _ keys: [String]) -> VectorLayer {
            VectorLayer(
                name: name, minimumZoom: zooms.0, maximumZoom: zooms.1,
                fields: keys.map {
                    VectorLayer.Field(name: $0, type: $0 == WorkProperty.completedEstimated ? "Boolean" : "String")
                })
        }
        return tileset.references.sorted { $0.rawValue < $1.rawValue }.map { layer($0.rawValue, referenceKeys) }
            + (tileset.showsWorks ? [layer(layerName(of: tileset), workKeys)] : [])
    }
}

extension ShapeGeometry {
    /// Which kinds of parts a feature has: a feature of a vector tile is of one kind only.
    func kinds(of feature: Int) -> [VectorTileGeometry.Kind] {
        var kinds: [VectorTileGeometry.Kind] = []
        for part in parts(feature) {
            let kind: VectorTileGeometry.Kind =
                switch role[part] {
                case .point: .points
                case .line: .lines
                case .exterior, .hole: .areas
                }
            if !kinds.contains(kind) { kinds.append(kind) }
        }
        return kinds
    }
}
