import Foundation
import Glibc
import Interchange

/// Lists that another program puts into a folder, or a file that it replaces.
struct LocalLists {
    /// A file, and the stamp by which a change of it is seen.
    struct Item: Hashable {
        var url: URL
        var stamp: String

        var name: String { url.lastPathComponent }
    }

    private let url: URL

    /// - Parameter path: Absolute, or within the city's folder.
    init(_ path: String, in cityFolder: URL) {
        url = URL(fileURLWithPath: path, relativeTo: cityFolder).absoluteURL
    }

    /// The files there, in the order of their names; files that begin with a point or end with .part or .tmp
    /// are still being written.
    ///
    /// - Throws: ``FetchError`` if nothing is there.
    func items() throws(FetchError) -> [Item] {
        guard let status = FileStatus(path: url.path) else {
            throw FetchError(.unreachable, "\(url.path): \(String(cString: strerror(errno)))")
        }
        guard status.isFolder else {
            guard let item = Self.item(url) else {
                throw FetchError(.setup, "\(url.path) is neither a file nor a folder")
            }
            return [item]
        }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: url.path) } catch {
            throw FetchError(.unreachable, "\(url.path): the folder cannot be read; may this user read it?")
        }
        return names.filter { name in
            !name.hasPrefix(".") && ![".part", ".tmp"].contains { name.hasSuffix($0) }
        }
        .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
        .compactMap { Self.item(url.appendingPathComponent($0)) }
    }

    private static func item(_ url: URL) -> Item? {
        guard let status = FileStatus(path: url.path), status.isRegular else { return nil }
        return Item(url: url, stamp: status.stamp)
    }

    /// Copies a file that nobody writes to meanwhile.
    ///
    /// - Throws: ``FetchError`` if it is too large, empty, or changes while it is copied.
    func copy(_ item: Item, to folder: URL, limit: Int) throws(FetchError) -> URL {
        let target = folder.appendingPathComponent(ListName.apart(item.name))
        do {
            let size = try FileManager.default.attributesOfItem(atPath: item.url.path)[.size] as? Int ?? 0
            guard size <= limit else {
                throw FetchError(.tooLarge, "\(item.url.path): the list is larger than \(limit) octets (`max_size`)")
            }
            guard size > 0 else { throw FetchError(.cut, "\(item.url.path) is empty") }
            try FileManager.default.copyItem(at: item.url, to: target)
            chmod(target.path, 0o640)
        } catch let error as FetchError {
            throw error
        } catch {
            throw FetchError(.unreachable, "\(item.url.path): cannot be copied: \(error.localizedDescription)")
        }
        guard Self.item(item.url) == item else {
            throw FetchError(.cut, "\(item.url.path) is being written; it is taken once it rests")
        }
        return target
    }
}
