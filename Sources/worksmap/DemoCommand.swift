import ArgumentParser
import DemoCity
import Foundation
import SpatiaLiteStore
import Works

/// `worksmap demo`
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Build the demo city into the database, then serve it.",
        discussion: """
            Examples:
              worksmap demo
              worksmap demo --database demo.sqlite --port 9000
              worksmap demo --no-serve

            The demo is a made-up Russian city of about 300 000 people with some 20 000 works, its dates counted from
            now. A demo of the same day is used again; an older one is built anew, unless somebody has imported,
            changed or reported anything in it or made a token: then it is used as it is. A database that holds
            anything else is never touched.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var service: ServiceOptions

    @Flag(help: "Build the city and end.")
    var noServe = false

    @Flag(help: "Build the city anew even if it is of today.")
    var rebuild = false

    @Option(help: "Another number makes another city.")
    var seed: UInt64 = 1

    func run() async throws {
        try await reporting {
            if !noServe { try service.checkFolders() }
            let store = try store()
            if !noServe { try await service.serve(store, common) }
        }
    }

    /// The store with the demo city of today.
    private func store() throws -> SpatiaLiteStore {
        let path = common.database
        if FileManager.default.fileExists(atPath: path) {
            let existing = try common.openStore()
            guard let origin = try DemoLoader.origin(of: existing) else {
                throw Failure("\(path): is not a demo city's database; choose another file with --database")
            }
            let isWanted = origin.seed == seed && Instant.now - origin.builtAt < 86_400 && !rebuild
            guard try isWanted || DemoLoader.isUntouched(existing) else {
                if rebuild || origin.seed != seed {
                    throw Failure(
                        "\(path): holds works, reports or tokens that the demo did not make; choose another file with "
                            + "--database, or move this one away")
                }
                tell("using the demo city in \(path) as it is: it holds more than the demo made")
                return existing
            }
            if isWanted {
                tell("using the demo city in \(path)")
                return existing
            }
            try existing.close()
            do { try SpatiaLiteStore.takeOutOfUse(path) } catch StoreError.locked {
                throw Failure("\(path): another program has it open, a running service perhaps; end it first")
            }
        }
        // Built beside the old one and moved over it, so that an interrupted run leaves nothing half-made.
        let fresh = UnfinishedFile.name(beside: path)
        try removeDatabase(path + ".new")
        UnfinishedFile.clean(beside: path)
        tell("building the demo city …")
        let started = ContinuousClock.now
        let store = try SpatiaLiteStore.create(at: fresh, options: common.storeOptions)
        // As long as this process lives nobody takes it for left over.
        let held = UnfinishedFile(holding: fresh)
        defer { withExtendedLifetime(held) {} }
        let now = Instant.now
        let summary = try DemoLoader.load(DemoCity(seed: seed, now: now), seed: seed, builtAt: now, into: store)
        try store.close()
        try SpatiaLiteStore.install(fresh, at: path)
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        tell("\(summary) in \(path) (\(String(format: "%.1f", seconds)) s)")
        return try common.openStore()
    }

    private func removeDatabase(_ path: String) throws {
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.removeItem(atPath: path + suffix)
        }
    }
}
