import Foundation
import SpatiaLiteStore
import TimeBudgets
import Works

@testable import Interchange

/// A city in a folder of its own, into which files come. A class, because the folder goes away with it.
final class TestCity {
    static let now = Instant("2026-11-23T09:00:00Z")!

    let folder: URL
    let store: SpatiaLiteStore
    let now: Instant

    /// - Parameter now: The moment at which everything comes.
    init(now: Instant = TestCity.now) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("city-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try SpatiaLiteStore.create(at: folder.appendingPathComponent("works.sqlite").path)
        self.now = now
    }

    deinit {
        try? store.close()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Imports a text as a file of a name, by the mapping in `yaml` if there is one.
    func importText(
        _ text: String, name: String, as layer: ImportLayer?, _ yaml: String?,
        _ configure: (inout Importer.Options) -> Void
    ) throws -> ImportReport {
        var options = Importer.Options()
        options.now = now
        options.refusedFile = folder.appendingPathComponent("refused.csv").path
        configure(&options)
        let file = folder.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        return try Importer(store: store, options: options).importFile(
            file.path, as: layer, mapping: yaml.map { try Mapping(yaml: $0, name: "m.yaml") })
    }

    func works() throws -> [Work] {
        var works: [Work] = []
        try store.forEachWork(WorkPage(), at: now, budget: .unlimited) { works.append(try $0.work()) }
        return works
    }

    func export(_ layer: ExportLayer, _ format: ExportFormat) throws -> String {
        var bytes: [UInt8] = []
        try LayerExport(store: store, at: now).write(layer, as: format) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }
}
