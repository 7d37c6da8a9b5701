import Cartography
import Logging
import NIOPosix
import ServiceLifecycle
import Synchronization
import Works

/// Keeps the map up with the store: it hears of this process's commits at once and looks for those of others several times a second.
///
/// While commits come one upon the other, it takes in many with one look, so that it never has more than a part of a core.
struct Refresher: Service {
    /// The least time between the end of one look and the beginning of the next.
    static let pause = Duration.milliseconds(80)
    /// So many times as long as a look took it rests, if that is more, but never longer than ``longestPause``: a change is on the map within a
    /// second of its commit.
    static let rest = 3
    static let longestPause = Duration.milliseconds(400)

    let store: any WorksStore
    let atlas: any TileAtlas
    let freshness: Freshness
    let city: CityRecord
    let readiness: Readiness
    let pollInterval: Duration
    let logger: Logger

    func run() async throws {
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in store.revisions() { wake.yield() }
            }
            group.addTask {
                while !Task.isCancelled {
                    wake.yield()
                    try? await Task.sleep(for: pollInterval)
                }
            }
            for await _ in wakes.cancelOnGracefulShutdown() {
                let started = ContinuousClock.now
                do {
                    try await threads.runIfActive { try refresh() }
                    readiness.succeed()
                } catch is CancellationError {
                    break
                } catch {
                    readiness.fail("\(error)")
                    logger.error("the map could not be brought up to date", metadata: ["error": .string("\(error)")])
                }
                let took = ContinuousClock.now - started
                try? await Task.sleep(for: min(max(Self.pause, took * Self.rest), Self.longestPause))
            }
            group.cancelAll()
        }
        try? await threads.shutdownGracefully()
    }

    /// One look at the store; where nothing has changed it costs no more than the question.
    private func refresh() throws {
        try store.checkFile()
        try atlas.refresh()
        try freshness.refresh()
        try city.refresh()
    }
}

/// Whether the server can answer: the database was there at the last look and the snapshot is built.
final class Readiness: Sendable {
    enum State: Hashable, Sendable {
        case starting
        case ready
        case failing(String)
        /// The server was told to end.
        case stopping
    }

    private let current = Mutex(State.starting)

    var state: State { current.withLock { $0 } }

    func succeed() { become(.ready) }

    func fail(_ reason: String) { become(.failing(reason)) }

    func stop() { become(.stopping) }

    private func become(_ state: State) { current.withLock { $0 = $0 == .stopping ? .stopping : state } }
}
