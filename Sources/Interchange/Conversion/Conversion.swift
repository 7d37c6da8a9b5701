import Foundation
import Geometry
import Glibc

/// Reading files of formats that are not ours, by GDAL's `ogr2ogr`, which turns them into GeoJSON.
///
/// It runs as a process of its own, so that a fault in a parser stays outside of ours, and reaches nothing but the file: drivers that ask
/// servers, follow references or were not meant are switched off.
public struct Conversion: Sendable {
    public var limits = ConversionLimits()
    /// The coordinate system of files that do not say theirs, as PROJ understands it: `EPSG:25833`.
    public var crs: String?
    /// Which of a file's layers is read, if it has several.
    public var layer: String?
    /// Where programs are looked for: folders, with colons between.
    var path: String

    public init() {
        path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    }

    // MARK: The program

    /// Where a program of GDAL's is.
    ///
    /// - Throws: ``InputError`` that names the package.
    private func program(_ name: String, for file: String) throws -> String {
        for folder in path.split(separator: ":") {
            let candidate = "\(folder)/\(name)"
            if access(candidate, X_OK) == 0 { return candidate }
        }
        throw InputError(
            file: file,
            "files of this kind are read by GDAL's \(name), which is not installed; install the Debian package gdal-bin"
        )
    }

    /// What the program sees of our surroundings: nothing that could lead it elsewhere.
    private func environment(
        _ temporary: TemporaryFolder, keeping drivers: [String], encoding: String?, for file: String
    ) throws -> [String: String] {
        var environment = [
            "PATH": path, "LANG": "C.UTF-8", "HOME": temporary.path, "TMPDIR": temporary.path,
            "CPL_TMPDIR": temporary.path,
            // Objects of an extract may come in any order.
            "OSM_USE_CUSTOM_INDEXING": "NO",
            // An area that the edge of an extract cuts in two is no area.
            "OGR_GEOMETRY_ACCEPT_UNCLOSED_RING": "NO", "GML_DOWNLOAD_SCHEMA": "NO", "GML_SKIP_RESOLVE_ELEMS": "ALL",
            "GDAL_DRIVER_PATH": "disable", "GDAL_CONFIG_FILE": "/dev/null", "PROJ_NETWORK": "OFF",
        ]
        // Whatever should try to reach a server all the same finds a closed door.
        for name in ["http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "GDAL_HTTP_PROXY"] {
            environment[name] = "http://127.0.0.1:9"
        }
        let ours = ProcessInfo.processInfo.environment
        for name in ["GDAL_DATA", "PROJ_DATA", "PROJ_LIB", "LD_LIBRARY_PATH"] { environment[name] = ours[name] }
        if let encoding { environment["SHAPE_ENCODING"] = encoding }
        let others = drivers.isEmpty ? [] : try installedDrivers(for: file).filter { !drivers.contains($0) }
        if !others.isEmpty { environment["GDAL_SKIP"] = others.joined(separator: ",") }
        return environment
    }

    /// GDAL's names of all drivers that it has.
    private func installedDrivers(for file: String) throws -> [String] {
        let temporary = try TemporaryFolder()
        let process = try start("ogr2ogr", ["--formats"], file, temporary, keeping: [])
        let lines = try text(of: process, file).split(separator: "\n")
        return lines.compactMap { line in
            guard line.hasPrefix("  "), let end = line.range(of: " -") else { return nil }
            return String(line[..<end.lowerBound].dropFirst(2))
        }
    }

    private func start(
        _ name: String, _ arguments: [String], _ file: String, _ temporary: TemporaryFolder, keeping drivers: [String],
        encoding: String? = nil
    ) throws -> ChildProcess {
        let program = try program(name, for: file)
        let environment = try environment(temporary, keeping: drivers, encoding: encoding, for: file)
        do throws(ChildProcess.SpawnFailure) {
            return try ChildProcess(program, arguments, environment: environment, limits: limits)
        } catch {
            throw InputError(file: file, "\(error.program) could not be started: \(error.reason)")
        }
    }

    /// All that a short program has to say.
    private func text(of process: ChildProcess, _ file: String) throws -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while case let count = buffer.withUnsafeMutableBytes({ process.read(into: $0) }), count > 0 {
            bytes += buffer[..<count]
        }
        try ConversionFault.check(process, file: file, limits: limits, said: bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Files

    /// The name by which GDAL can open the file and nothing else.
    private func name(of file: String, _ format: ForeignFormat) throws -> String {
        guard let resolved = realpath(file, nil) else {
            let reason = errno == ENOENT ? "there is no such file" : String(cString: strerror(errno))
            throw InputError(file: file, reason)
        }
        defer { free(resolved) }
        let path = String(cString: resolved)
        // GDAL would take it for one of its own file systems.
        if path.hasPrefix("/vsi") {
            throw InputError(file: file, "lies in a folder \(path.prefix(12))…, move it elsewhere")
        }
        var status = stat()
        guard stat(path, &status) == 0, access(path, R_OK) == 0 else {
            throw InputError(file: file, String(cString: strerror(errno)))
        }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        guard isFolder == (format.drivers == ["OpenFileGDB"]) || !isFolder && status.st_mode & S_IFMT == S_IFREG else {
            throw InputError(file: file, "is a directory; name the files in it")
        }
        if !isFolder, status.st_mode & S_IFMT != S_IFREG { throw InputError(file: file, "is no regular file") }
        if !isFolder, status.st_size == 0 { throw InputError(file: file, "the file is empty") }
        return format.wrapper == "/vsizip/" ? "/vsizip/{\(path)}" : format.wrapper + path
    }

    /// The names of the layers in a file.
    private func layers(of file: String, _ format: ForeignFormat) throws -> [String] {
        let temporary = try TemporaryFolder()
        let process = try start(
            "ogrinfo", ["-ro", "-q", try name(of: file, format)], file, temporary, keeping: format.drivers)
        return try text(of: process, file).split(separator: "\n").compactMap { line in
            // `1: roads (Line String)`, and nothing in parentheses if a layer has no geometries.
            guard let colon = line.firstIndex(of: ":"), Int(line[..<colon]) != nil else { return nil }
            let rest = line[line.index(after: colon)...].trimmingSpaces()
            return String(rest.range(of: " (", options: .backwards).map { rest[..<$0.lowerBound] } ?? rest)
        }
    }

    /// The one layer that is to be read.
    private func chosenLayer(of file: String, _ format: ForeignFormat) throws -> String {
        let layers = try layers(of: file, format)
        if let layer {
            guard layers.contains(layer) else {
                throw InputError(
                    file: file, "has no layer “\(layer)”; its layers are \(layers.joined(separator: ", "))")
            }
            return layer
        }
        guard layers.count <= 1 else {
            throw InputError(
                file: file,
                "has \(layers.count) layers; choose one with --input-layer: \(layers.joined(separator: ", "))")
        }
        guard let layer = layers.first else { throw InputError(file: file, "has no layer with features") }
        return layer
    }

    // MARK: Features

    /// The features of one layer as GeoJSON lines in WGS 84.
    func features(of file: String, _ format: ForeignFormat, encoding: String?) throws -> PeekableSource {
        let temporary = try TemporaryFolder()
        var arguments = ["-f", "GeoJSONSeq", "/vsistdout/", try name(of: file, format)]
        arguments.append(try chosenLayer(of: file, format))
        arguments += Self.output + (crs.map { ["-s_srs", $0] } ?? [])
        let process = try start(
            "ogr2ogr", arguments, file, temporary, keeping: format.drivers + ["GeoJSONSeq"], encoding: encoding)
        return PeekableSource(ConversionSource(file, process, temporary, limits))
    }

    /// The objects of an OpenStreetMap extract that are points, lines and areas, as GeoJSON lines.
    ///
    /// - Parameters:
    ///   - tags: The keys that become properties, besides the ids `osm_id` and `osm_way_id`.
    ///   - layers: Of `points`, `lines`, `multipolygons`.
    ///   - losses: Told what could not be made features of.
    func objects(
        of file: String, _ format: ForeignFormat, tags: [String], layers: [String],
        losses: ConversionLosses = ConversionLosses()
    ) throws -> PeekableSource {
        let temporary = try TemporaryFolder()
        let configuration = temporary.path + "/osm.ini"
        guard FileManager.default.createFile(atPath: configuration, contents: Data(OSMObjects.configuration(tags).utf8))
        else { throw InputError(file: configuration, "cannot be written") }
        let arguments =
            ["-f", "GeoJSONSeq", "/vsistdout/", try name(of: file, format)] + layers + Self.output
            + ["-oo", "CONFIG_FILE=" + configuration]
        let process = try start(
            "ogr2ogr", arguments, file, temporary, keeping: format.drivers + ["GeoJSONSeq"])
        return PeekableSource(ConversionSource(file, process, temporary, limits, losses))
    }

    /// What an OpenStreetMap extract says it covers; nil if it does not say.
    func frame(of file: String, _ format: ForeignFormat) throws -> Bounds? {
        let temporary = try TemporaryFolder()
        let process = try start(
            "ogrinfo", ["-ro", "-so", try name(of: file, format), "points"], file, temporary, keeping: format.drivers)
        // `Extent: (24.935176, 60.164155) - (24.953415, 60.179113)`
        let lines = try text(of: process, file).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("Extent: ") }) else { return nil }
        let numbers = line.split { !"-.0123456789".contains($0) }.compactMap { Double($0) }
        guard numbers.count == 4, numbers[0] < numbers[2], numbers[1] < numbers[3] else { return nil }
        return Bounds(west: numbers[0], south: numbers[1], east: numbers[2], north: numbers[3])
    }

    private static let output = ["-t_srs", "EPSG:4326", "-dim", "XY", "-lco", "COORDINATE_PRECISION=7"]
}

/// A folder of ours for as long as it is needed.
///
/// A class, because the folder goes when nobody holds it any more.
final class TemporaryFolder {
    let path: String

    init() throws {
        let base = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(base)/worksmap-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw InputError(file: base, "no temporary folder can be made in it: \(String(cString: strerror(errno)))")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
