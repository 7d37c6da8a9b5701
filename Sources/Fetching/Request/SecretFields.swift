import Foundation
import Glibc
import Interchange

/// The fields of a source's requests, with the secrets read from their files.
struct RequestFields: Sendable {
    var headers: [(name: String, value: String)] = []
    var query: [(name: String, value: String)] = []
    /// Texts that no message may have in it.
    private var secrets: [String] = []

    /// - Throws: ``FetchError`` if a secret's file is missing or not safe.
    init(of schedule: SourceSchedule, in cityFolder: URL) throws(FetchError) {
        var secrets: [String] = []
        func value(_ field: SourceField) throws(FetchError) -> String {
            switch field.value {
            case .plain(let text): return text
            case .secret(let file):
                let secret = try Self.secret(file, in: cityFolder, place: schedule.place)
                secrets.append(secret)
                return secret
            }
        }
        for field in schedule.headers { headers.append((field.name, try value(field))) }
        for field in schedule.query { query.append((field.name, try value(field))) }
        self.secrets = secrets
    }

    init() {}

    /// The text without the secrets.
    func redacting(_ text: String) -> String {
        secrets.reduce(text) { text, secret in
            var text = text.replacingOccurrences(of: secret, with: "…")
            if let encoded = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics), encoded != secret {
                text = text.replacingOccurrences(of: encoded, with: "…")
            }
            return text
        }
    }

    private static func secret(_ file: String, in folder: URL, place: String) throws(FetchError) -> String {
        let path = folder.appendingPathComponent(file).path
        func fault(_ reason: String) -> FetchError { FetchError(.setup, "\(place): the secret \(path) \(reason)") }
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw fault("cannot be read: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        guard let status = FileStatus(descriptor: descriptor), status.isRegular else { throw fault("is no file") }
        guard status.permissions & 0o077 == 0 else { throw fault("can be read by others: chmod 600 it") }
        guard status.size <= 8192 else { throw fault("is too long: one line is wanted, of at most 8192 octets") }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = read(descriptor, &bytes, bytes.count)
        let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).trimmingCharacters(
            in: .whitespacesAndNewlines)
        guard !text.isEmpty else { throw fault("is empty") }
        guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw fault("holds more than one line, or signs that no key has; one line of ASCII is wanted")
        }
        return text
    }
}
