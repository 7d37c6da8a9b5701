import Logging
import NIOPosix
import ServiceLifecycle
import Synchronization
import Works

/// Has the store look after its files twice a second, and keeps what it reports for the metrics.
struct StorageMaintenance: Service {
    private static let pause = Duration.milliseconds(500)
    /// Size of the log from which on somebody should look for whoever reads for so long, in octets.
    private static let largeLog = 256 << 20

    let store: any WorksStore
    let figures: StorageFigures
    let logger: Logger

    func run() async throws {
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        await cancelWhenGracefulShutdown {
            var isLarge = false
            var isFailing = false
            while !Task.isCancelled {
                do {
                    let status = try await threads.runIfActive { try store.maintain() }
                    figures.note(status)
                    if isFailing { logger.info("the database's files are looked after again") }
                    isFailing = false
                    let wasLarge = isLarge
                    isLarge = status.map { $0.logBytes > Self.largeLog } ?? false
                    if let status, isLarge, !wasLarge {
                        logger.warning(
                            "the write-ahead log is large: a long transaction or read keeps it from being emptied",
                            metadata: [
                                "octets": .stringConvertible(status.logBytes),
                                "backlog": .stringConvertible(status.backlogPages),
                            ])
                    }
                } catch is CancellationError {
                    break
                } catch {
                    if !isFailing {
                        logger.error(
                            "the database's files could not be looked after", metadata: ["error": .string("\(error)")])
                    }
                    isFailing = true
                }
                do { try await Task.sleep(for: Self.pause) } catch { break }
            }
        }
        try? await threads.shutdownGracefully()
    }
}

/// Last report of the store.
final class StorageFigures: Sendable {
    private let last = Mutex<StorageStatus?>(nil)

    /// Nil for a store without such figures.
    var status: StorageStatus? { last.withLock { $0 } }

    func note(_ status: StorageStatus?) { last.withLock { $0 = status } }
}
