public import Foundation
import HTTPEdge
public import Interchange
import NIOCore
import NIOPosix
public import Works

/// Parts that all sources of a city share: its folder, its store, and the threads for fetching.
public struct SourceSurroundings: Sendable {
    public var cityFolder: URL
    public var store: any WorksStore
    /// Folder of the mappings that come with the program.
    public var mappings: String
    public var conversion = Conversion()
    /// Services that the city knows by its rules.
    public var knownOrganisations: Set<String> = []
    public var userAgent = "WorksMap"
    var clock = SourceClock.system
    var backOff = BackOff { Double.random(in: 0..<1) }
    var resolver = Resolver.system
    var policy = AddressPolicy.publicOnly
    let threads = FetchThreads()

    public init(cityFolder: URL, store: any WorksStore, mappings: String) {
        self.cityFolder = URL(fileURLWithPath: cityFolder.path, isDirectory: true)
        self.store = store
        self.mappings = mappings
    }

    /// Mappings by name: the city's own in `mappings/` of its folder, then the program's.
    var library: MappingLibrary {
        MappingLibrary(folders: [cityFolder.appendingPathComponent("mappings").path, mappings])
    }

    /// The mapping of a source; nil for a list with our own names.
    ///
    /// - Throws: ``MappingError``.
    func mapping(of schedule: SourceSchedule) throws -> Mapping? {
        try mappingName(of: schedule).map { try library.mapping($0) }
    }

    /// The text of a source's mapping, by which a change of it is seen.
    func mappingText(of schedule: SourceSchedule) -> Data {
        mappingName(of: schedule).flatMap { library.file(of: $0) }.flatMap { FileManager.default.contents(atPath: $0) }
            ?? Data()
    }

    /// A name in the library, or the path of a file.
    private func mappingName(of schedule: SourceSchedule) -> String? {
        guard let name = schedule.mapping else { return nil }
        let isFile = name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml")
        return isFile ? URL(fileURLWithPath: name, relativeTo: cityFolder).path : name
    }

    /// Everything that is wrong between schedules: two full lists of one source would close each other's works.
    ///
    /// Mappings that cannot be read are told when their source is fetched.
    public func conflicts(in schedules: [SourceSchedule]) -> [String] {
        var first: [String: SourceSchedule] = [:]
        var conflicts: [String] = []
        for schedule in schedules {
            let mapping = try? mapping(of: schedule)
            let source = schedule.source ?? mapping?.source ?? schedule.name
            guard schedule.layer?.isReference != true else { continue }
            guard let other = first.updateValue(schedule, forKey: source) else { continue }
            let isFull = [other, schedule].contains {
                $0.isFull ?? (try? self.mapping(of: $0))?.isFullSnapshot ?? false
            }
            if isFull {
                conflicts.append(
                    "\(schedule.place): \(schedule.name) and \(other.name) bring works of one source, “\(source)”, and a full list "
                        + "closes what it does not have; give one of them a name of its own with `source:`")
            }
        }
        return conflicts
    }
}

/// The time, and waiting for it.
struct SourceClock: Sendable {
    var now: @Sendable () -> Instant
    var sleep: @Sendable (Duration) async throws -> Void

    static let system = SourceClock(now: { .now }, sleep: { try await Task.sleep(for: $0) })
}

/// Threads that nothing but fetching uses: one for connections, one for files, one for imports. A class, because
/// they are started once.
final class FetchThreads: Sendable {
    let connections = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let files = NIOThreadPool(numberOfThreads: 1)
    let imports = NIOThreadPool(numberOfThreads: 1)

    init() {
        files.start()
        imports.start()
    }

    deinit {
        connections.shutdownGracefully { _ in }
        for pool in [files, imports] { pool.shutdownGracefully { _ in } }
    }
}
