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
        single("worksmap_streams_open", "gauge", "Whole layers that are being sent.", services.streams.open)
        if let status = services.storage.status { storage(status) }
        atlas(services)
        if let sources = services.configuration.sources { add(sources) }
        if let backups = services.configuration.backups { add(backups()) }
        process(services)
    }

    private mutating func storage(_ status: StorageStatus) {
        single("worksmap_wal_bytes", "gauge", "Size of the database's write-ahead log.", status.logBytes)
        single(
            "worksmap_wal_backlog_frames", "gauge", "Pages in the write-ahead log that are not in the database yet.",
            status.backlogPages)
        single("worksmap_wal_emptied_total", "counter", "Times that the write-ahead log was emptied.", status.emptied)
        single(
            "worksmap_wal_blocked_total", "counter", "Times that readers kept the write-ahead log from being emptied.",
            status.blocked)
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

    private mutating func process(_ services: MapServices) {
        if let dropped = services.configuration.droppedLogLines?() {
            single("worksmap_log_dropped_total", "counter", "Lines that the log could not take.", dropped)
        }
        single(
            "worksmap_connections_limit", "gauge", "Clients that may be connected at once.",
            services.configuration.limits.connections)
        let figures = ProcessFigures()
        if let seconds = figures.processorSeconds {
            single("process_cpu_seconds_total", "counter", "Processor time so far, in seconds.", seconds)
        }
        if let bytes = figures.residentBytes {
            single("process_resident_memory_bytes", "gauge", "Memory that is really there.", bytes)
        }
        if let open = figures.openDescriptors {
            single("process_open_fds", "gauge", "Descriptors that are open.", open)
        }
        single("process_max_fds", "gauge", "Descriptors that may be open.", figures.descriptorLimit)
    }
}
