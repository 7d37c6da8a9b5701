import Cartography
import HTTPEdge
import Works

extension MetricsText {
    /// The server's measurements.
    init(services: MapServices) {
        self.init()
        add(services.metrics)
        add(services.pools)
        add(services.connections)
        atlas(services)
    }

    private mutating func atlas(_ services: MapServices) {
        head("worksmap_ready", "gauge", "Whether the last look at the store succeeded.")
        line("worksmap_ready", [], services.readiness.state == .ready ? 1 : 0)
        let status = services.atlas.status
        single(
            "worksmap_snapshot_age_seconds", "gauge", "Time since the snapshot was compared with the store.",
            status.age.inSeconds)
        single("worksmap_snapshot_works", "gauge", "Works on the map.", status.works)
        single("worksmap_snapshot_bytes", "gauge", "Memory of the snapshot.", status.bytes)
        single(
            "worksmap_store_revision", "gauge", "The count of work changes that the snapshot shows.",
            Int(status.revision.works))
        single("worksmap_tile_cache_hits_total", "counter", "Tiles found in the cache.", status.cache.hits)
        single("worksmap_tile_cache_misses_total", "counter", "Tiles that had to be drawn.", status.cache.misses)
        single("worksmap_tile_cache_evicted_total", "counter", "Tiles that gave way to others.", status.cache.evicted)
        single("worksmap_tile_cache_changed_total", "counter", "Tiles that ended by a change.", status.cache.changed)
        single("worksmap_tile_cache_expired_total", "counter", "Tiles that ended by a deadline.", status.cache.expired)
        single("worksmap_tile_cache_entries", "gauge", "Tiles in the cache.", status.cache.entries)
        single("worksmap_tile_cache_bytes", "gauge", "Memory of the tile cache.", status.cache.bytes)
    }
}
