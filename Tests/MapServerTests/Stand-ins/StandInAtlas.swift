import Geometry
import Glibc
import Synchronization
import TimeBudgets
import Works

@testable import Cartography
@testable import HTTPEdge
@testable import MapServer

/// An atlas whose tiles say what was asked for, and that can be told to be slow.
final class StandInAtlas: TileAtlas {
    private let stalled = Mutex(false)
    let interrupted = Atomic(0)
    let refreshed = Atomic(0)
    /// How many blanks each tile ends with.
    let padding = Atomic(0)
    private let store: any WorksStore

    init(store: any WorksStore) {
        self.store = store
    }

    /// While it stalls, every tile waits until its budget is spent.
    var stalls: Bool {
        get { stalled.withLock { $0 } }
        set { stalled.withLock { $0 = newValue } }
    }

    func tile(_ request: TileRequest, at now: Instant, budget: TimeBudget) throws -> EncodedTile {
        guard tilesets.contains(where: { $0.name == request.tileset }) else {
            throw AtlasError.unknownTileset(request.tileset, known: tilesets.map(\.name))
        }
        while stalls {
            if let verdict = budget.verdict {
                interrupted.add(1, ordering: .relaxed)
                throw verdict
            }
            usleep(1000)
        }
        let text =
            "\(request.tileset) \(request.address) \(request.scale.rawValue) \(request.format) \(request.filter.openOnly)"
        let blanks = [UInt8](repeating: UInt8(ascii: " "), count: padding.load(ordering: .relaxed))
        return EncodedTile(bytes: Array(text.utf8) + blanks, isEmpty: false, expiresAt: now + 10)
    }

    /// The tiles of zoom 7 are there already.
    func cachedTile(_ request: TileRequest, at now: Instant) -> EncodedTile? {
        request.address.z == 7 ? try? tile(request, at: now, budget: .unlimited) : nil
    }

    func legendSymbol(kind: WorkKind, state: DeadlineState, size: Int, scale: TileScale, theme: Theme) throws -> [UInt8]
    {
        Array("\(kind) \(state) \(size) \(scale) \(theme)".utf8)
    }

    var tilesets: [Tileset] {
        ["works", "road_repairs", "outages", "hazards", "basemap"].map { name in
            Tileset(
                name: name, title: ["ru": "Карта", "en": "Map"],
                bounds: Bounds(west: 44, south: 56, east: 45, north: 57), minimumZoom: 0, maximumZoom: 22,
                attribution: "Город",
                vectorLayers: [
                    VectorLayer(
                        name: name, minimumZoom: 0, maximumZoom: 22, fields: [.init(name: "title", type: "String")])
                ])
        }
    }

    var status: AtlasStatus {
        AtlasStatus(
            revision: (try? store.revision()) ?? StoreRevision(works: 0, layers: [:]), works: 3, features: 0,
            vertices: 3,
            bytes: 100, age: .milliseconds(10), pending: 0, refusals: [], styleProblems: [], cache: TileCacheStatus())
    }

    func refresh() throws -> Bool {
        refreshed.add(1, ordering: .relaxed)
        return true
    }
}
