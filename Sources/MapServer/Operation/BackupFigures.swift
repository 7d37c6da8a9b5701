import Geometry
import HTTPEdge
import Works

extension BackupStatus {
    /// The backups as `/health/ready` tells of them: the server is ready whatever they do.
    func write(to json: inout JSONWriter) {
        json.key("backups")
        json.beginObject()
        json.member("folder", folder)
        json.member("last_success", orNull: lastSuccess?.description)
        json.member("problem", orNull: problem)
        json.key("journal")
        json.bool(hasJournal)
        json.member("restorable_until", orNull: journalAt?.description)
        json.member("journal_problem", orNull: journalProblem)
        json.endObject()
    }
}

extension MetricsText {
    /// Adds the scheduled backups.
    mutating func add(_ status: BackupStatus) {
        single("worksmap_backups_total", "counter", "Backups that were made and read back.", status.made)
        single("worksmap_backup_failures_total", "counter", "Backups that could not be made.", status.failures)
        single(
            "worksmap_backup_failing", "gauge", "1 if the last backup could not be made.", status.problem == nil ? 0 : 1
        )
        single("worksmap_backup_bytes", "gauge", "Size of the last backup.", status.lastBytes)
        single("worksmap_backup_seconds", "gauge", "Time that the last backup took.", status.lastSeconds)
        if let last = status.lastSuccess {
            single(
                "worksmap_backup_last_success_timestamp_seconds", "gauge", "Time of the last backup.",
                Int(last.secondsSinceEpoch))
        }
        guard status.hasJournal else { return }
        single(
            "worksmap_backup_journal_bytes", "counter", "Bytes that the journal of changes took.", status.journalBytes)
        single(
            "worksmap_backup_restorable_until_timestamp_seconds", "gauge",
            "Last moment that can be restored by the journal; 0 if it is not being written.",
            Int(status.journalAt?.secondsSinceEpoch ?? 0))
    }
}
