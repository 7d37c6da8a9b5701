import Logging
import ServiceLifecycle
import Works

/// Erases the contacts of reporters some time after their works were closed: once an hour, from the start on.
struct ContactKeeper: Service {
    let store: any DeskStore
    /// Seconds after closing.
    let kept: Int64
    let logger: Logger

    func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    let count = try store.writeDesk { try $0.eraseContacts(closedBefore: .now - kept) }
                    if count > 0 { logger.info("contacts erased", metadata: ["count": .stringConvertible(count)]) }
                } catch StoreError.publicCopy {
                    return
                } catch {
                    logger.warning("contacts could not be erased", metadata: ["error": .string("\(error)")])
                }
                do { try await Task.sleep(for: .seconds(3600)) } catch { return }
            }
        }
    }
}
