import Logging
import ServiceLifecycle
import Works

/// Erases what residents said about themselves when its time is over: once an hour, from the start on.
struct RetentionJob: Service {
    let store: any DeskStore
    let retention: Retention
    let logger: Logger

    func run() async {
        await cancelWhenGracefulShutdown {
            do {
                while true {
                    var isClean = erase()
                    // A quarter of an hour for readers to let go of the log.
                    for _ in 0..<90 where !isClean {
                        try await Task.sleep(for: .seconds(10))
                        isClean = (try? store.eraseTraces()) ?? false
                    }
                    try await Task.sleep(for: .seconds(3600))
                }
            } catch {
                // The service ends.
            }
        }
    }

    /// Erases what is over; false if old bytes are left in the log.
    private func erase() -> Bool {
        do {
            let counts = try store.writeDesk { try $0.erase(keeping: retention, at: .now) }
            guard !counts.isEmpty else { return true }
            logger.info(
                "personal data erased after its time",
                metadata: [
                    "contacts": .stringConvertible(counts.contacts),
                    "followed_works": .stringConvertible(counts.followedWorks),
                    "reports": .stringConvertible(counts.reports),
                    "lapsed_reports": .stringConvertible(counts.lapsedReports),
                ])
            return try store.eraseTraces()
        } catch StoreError.publicCopy {
            return true
        } catch {
            logger.warning("personal data could not be erased", metadata: ["error": .string("\(error)")])
            return true
        }
    }
}
