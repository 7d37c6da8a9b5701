import Foundation

@testable import Interchange

/// Imports bytes as a file of that name.
///
/// Refused rows go to a file of their own that is removed afterwards: tests run side by side.
func importBytes(
    _ bytes: [UInt8], named name: String, as layer: ImportLayer?, mapping: Mapping?, into store: MemoryStore,
    options: Importer.Options = Importer.Options()
) throws -> ImportReport {
    var options = options
    let refused = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).refused.csv").path
    options.refusedFile = refused
    defer { try? FileManager.default.removeItem(atPath: refused) }
    return try Importer(store: store, options: options).importBytes(named: name, as: layer, mapping: mapping) {
        try InputFile.unwrap(MemorySource(name: name, bytes))
    }
}
