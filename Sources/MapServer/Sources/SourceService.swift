import Fetching
import ServiceLifecycle

/// Fetches the city's sources while the server runs. A fetch is cancelled when the server ends.
struct SourceService: Service {
    let scheduler: SourceScheduler

    func run() async {
        await cancelWhenGracefulShutdown { await scheduler.run() }
    }
}
