import Foundation
import HTTPEdge
import HTTPTypes
import Hummingbird
import NIOCore

/// The residents' page and what it is made of: files of the `web` folder, and Leaflet from where Debian installs it.
struct StaticRoutes: RouteFamily {
    let services: MapServices

    var routes: [Route] {
        var routes: [Route] = [
            .get("/leaflet/**") { request, context in
                try await file(request, context, in: services.configuration.leaflet, below: "/leaflet/")
            },
            .get("/favicon.ico") { request, context in try await webFile(request, context) },
            .get("/robots.txt") { request, context in try await webFile(request, context) },
        ]
        guard let web = services.configuration.web else {
            return routes + [
                .get("/") { _, _ in Response(status: .seeOther, headers: [.location: "/works"]) }
            ]
        }
        routes.append(
            .get("/") { request, context in try await file(request, context, in: web, below: "/", name: "index.html") })
        routes.append(
            .get("/web/**") { request, context in try await file(request, context, in: web, below: "/web/") })
        // Every file and folder at the top of the page's folder has its address at the top of the server.
        for name in Self.topLevel(of: web) {
            routes.append(.get(name) { request, context in try await file(request, context, in: web, below: "/") })
        }
        return routes
    }

    /// The names at the top of the folder as paths, folders with everything below them.
    private static func topLevel(of web: URL) -> [RouterPath] {
        let reserved: Set = [
            "index.html", "favicon.ico", "robots.txt", "api", "works", "tiles", "geojson", "ogc", "health", "metrics",
            "leaflet", "legend", "open311", "pages.css", "wmts", "web", "problems", "districts", "statistics", "staff",
            "privacy",
        ]
        let entries =
            (try? FileManager.default.contentsOfDirectory(
                at: web, includingPropertiesForKeys: [.isDirectoryKey], options: .skipsHiddenFiles)) ?? []
        return entries.compactMap { entry in
            let name = entry.lastPathComponent
            guard !reserved.contains(name), !name.contains(where: { "{}*:".contains($0) }) else { return nil }
            let isFolder = (try? entry.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false
            return RouterPath(isFolder ? "/\(name)/**" : "/\(name)")
        }
    }

    private func webFile(_ request: Request, _ context: MapContext) async throws -> Response {
        guard let web = services.configuration.web else { throw Problem.notFound("the server has no page") }
        return try await file(request, context, in: web, below: "/")
    }

    /// A file below a folder, by the rest of the path after `prefix`.
    private func file(
        _ request: Request, _ context: MapContext, in folder: URL, below prefix: String, name: String? = nil
    ) async throws -> Response {
        let path = request.uri.path
        let missing = Problem.notFound("there is no file \(path)")
        guard let relative = name ?? PercentEncoding.decode(path.dropFirst(prefix.count)) else { throw missing }
        guard let file = try await services.files.file(relative, in: folder) else { throw missing }
        let content =
            if let compressed = file.compressed {
                Content(
                    text: file.bytes, file.mediaType, gzip: request.acceptsGzip, entityTag: file.entityTag,
                    compressed: compressed)
            } else {
                Content(binary: file.bytes, file.mediaType, entityTag: file.entityTag)
            }
        return content.response(to: request, caching: .revalidate)
    }

    /// The file that a relative path names, if it is a plain one inside the folder once all links are followed.
    static func url(of path: String, in folder: URL) -> URL? {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !segments.isEmpty, segments.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") && !$0.contains("\\") }) else {
            return nil
        }
        let url = folder.appendingPathComponent(path).resolvingSymlinksInPath()
        let root = folder.resolvingSymlinksInPath().path
        // Debian's Leaflet links its files to other folders of its own javascript tree.
        let tree = root.hasPrefix("/usr/share/") ? "/usr/share/" : root + "/"
        guard url.path.hasPrefix(tree) else { return nil }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue else {
            return nil
        }
        return url
    }

    static func mediaType(of url: URL) -> String {
        switch url.pathExtension.lowercased() {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "json", "map": "application/json"
        case "geojson": "application/geo+json"
        case "webmanifest": "application/manifest+json"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "jpg", "jpeg": "image/jpeg"
        case "webp": "image/webp"
        case "ico": "image/vnd.microsoft.icon"
        case "woff2": "font/woff2"
        case "txt": "text/plain; charset=utf-8"
        default: "application/octet-stream"
        }
    }
}
