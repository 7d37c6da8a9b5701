import Foundation

/// A database as it was before what is private was sealed.
enum Version5 {
    /// SQL that takes a database back to schema 5, with private texts in all its tables; each has the word MARKER.
    static func statements() throws -> String {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let file = folder.appendingPathComponent("../../Acceptance/version5.sql").standardizedFileURL
        return try String(contentsOf: file, encoding: .utf8)
    }

    /// SHA-256 of the secret of the first token, `wm_old`.
    static let digest = "3376f5bc1c773cc8d4b3329b81a66e92b0f2d8cc527cec386d0e44b51d263e9c"
}
