import Foundation
import Geometry
import Glibc
import Synchronization

/// Reading files of formats that are not ours, by GDAL's `ogr2ogr`, which turns them into GeoJSON.
///
/// It runs as a process of its own, so that a fault in a parser stays outside of ours, and the kernel keeps it from everything but the file, a
/// folder of its own and the system's libraries: ``Confinement``. Drivers that ask servers, follow references or were not meant are
/// switched off besides.
public struct Conversion: Sendable {
    public var limits = ConversionLimits()
    /// The coordinate system of files that do not say theirs, as PROJ understands it: `EPSG:25833`.
    public var crs: String?
    /// Which of a file's layers is read, if it has several.
    public var layer: String?
    /// Whether the converter runs even where nothing confines it.
    public var allowsUnconfined = false
    /// The ways of confining it, the best first.
    var confinements: [Confinement] = [.landlock, .bubblewrap]
    /// Whether databases that lead out of themselves are refused before the converter sees them.
    var isSchemaChecked = true
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
        if let program = Program.find(name, in: path) { return program }
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
            "CPL_TMPDIR": temporary.path, "SQLITE_TMPDIR": temporary.path,
            // Objects of an extract may come in any order.
            "OSM_USE_CUSTOM_INDEXING": "NO",
            // An area that the edge of an extract cuts in two is no area.
            "OGR_GEOMETRY_ACCEPT_UNCLOSED_RING": "NO", "GML_DOWNLOAD_SCHEMA": "NO", "GML_SKIP_RESOLVE_ELEMS": "ALL",
            // The first row of a table has the names of its columns, whatever is in it.
            "OGR_XLSX_HEADERS": "FORCE", "OGR_ODS_HEADERS": "FORCE", "OGR_XLS_HEADERS": "FORCE",
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

    /// GDAL's names of all drivers that it has, by the path of its program: it does not change while we run.
    private static let drivers = Mutex<[String: [String]]>([:])

    private func installedDrivers(for file: String) throws -> [String] {
        let program = try program("ogr2ogr", for: file)
        if let known = Self.drivers.withLock({ $0[program] }) { return known }
        let temporary = try TemporaryFolder()
        let process = try start("ogr2ogr", ["--formats"], file, temporary, reading: [], keeping: [])
        let lines = try text(of: process, file).split(separator: "\n")
        let drivers = lines.compactMap { line -> String? in
            guard line.hasPrefix("  "), let end = line.range(of: " -") else { return nil }
            return String(line[..<end.lowerBound].dropFirst(2))
        }
        Self.drivers.withLock { $0[program] = drivers }
        return drivers
    }

    private func start(
        _ name: String, _ arguments: [String], _ file: String, _ temporary: TemporaryFolder, reading files: [String],
        keeping drivers: [String], encoding: String? = nil
    ) throws -> ChildProcess {
        let program = try program(name, for: file)
        let environment = try environment(temporary, keeping: drivers, encoding: encoding, for: file)
        let ways = confinements + (allowsUnconfined ? [.none] : [])
        guard let confinement = Confinement.best(of: ways, path: path) else {
            throw InputError(
                file: file,
                "files of this kind are read by GDAL's \(name), and nothing here can keep it from other files and the network if the file "
                    + "misleads it: the kernel has no Landlock (Linux 5.13 and newer have it), and the Debian package bubblewrap is not "
                    + "installed or may not make namespaces. Provide one of them, convert the file to GeoJSON elsewhere, or, if you trust the "
                    + "file, say --allow-unconfined-converter")
        }
        let reach = Reach(readable: files, folder: temporary.path)
        do throws(ChildProcess.SpawnFailure) {
            return try ChildProcess(
                program, arguments, environment: environment, limits: limits, reach: reach, confinement: confinement)
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

    // MARK: Features

    /// The file as the converter gets it.
    private func input(_ file: String, _ format: ForeignFormat) throws -> ConversionInput {
        try ConversionInput(file, format, limits: limits, isSchemaChecked: isSchemaChecked)
    }

    /// The names of the layers in a file.
    private func layers(of file: String, _ input: ConversionInput) throws -> [String] {
        let temporary = try TemporaryFolder()
        let process = try start(
            "ogrinfo", ["-ro", "-q", input.name], file, temporary, reading: input.readable,
            keeping: input.format.drivers)
        return try text(of: process, file).split(separator: "\n").compactMap { line in
            // `1: roads (Line String)`, and nothing in parentheses if a layer has no geometries.
            guard let colon = line.firstIndex(of: ":"), Int(line[..<colon]) != nil else { return nil }
            let rest = line[line.index(after: colon)...].trimmingSpaces()
            return String(rest.range(of: " (", options: .backwards).map { rest[..<$0.lowerBound] } ?? rest)
        }
    }

    /// The arguments that choose the one layer that is to be read: none if there is only one.
    private func choice(of file: String, _ input: ConversionInput, _ temporary: TemporaryFolder) throws -> [String] {
        let layers = try layers(of: file, input)
        if let layer {
            guard layers.contains(layer) else {
                throw InputError(
                    file: file, "has no layer “\(layer)”; its layers are \(layers.joined(separator: ", "))")
            }
            guard layers.count > 1 else { return [] }
            // A name that begins with a hyphen would be taken for an option wherever it stands.
            guard layer.hasPrefix("-") else { return [layer] }
            let quoted = layer.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            let statement = try temporary.write("SELECT * FROM \"\(quoted)\"", to: "layer.sql")
            return ["-dialect", "OGRSQL", "-sql", "@" + statement]
        }
        guard layers.count <= 1 else {
            throw InputError(
                file: file,
                "has \(layers.count) layers; choose one with --input-layer: \(layers.joined(separator: ", "))")
        }
        guard !layers.isEmpty else { throw InputError(file: file, "has no layer with features") }
        return []
    }

    /// The features of one layer as GeoJSON lines in WGS 84.
    ///
    /// - Parameters:
    ///   - crs: The coordinate system that the mapping states.
    ///   - asTheyAre: True for positions as the file has them, in whatever system.
    ///   - losses: Told what was assumed or left out.
    func features(
        of file: String, _ format: ForeignFormat, encoding given: String?, crs ofMapping: String? = nil,
        asTheyAre: Bool = false, losses: ConversionLosses = ConversionLosses()
    ) throws -> PeekableSource {
        let temporary = try TemporaryFolder()
        let input = try input(file, format)
        let system = asTheyAre ? nil : crs ?? ofMapping
        var encoding = given
        if encoding == nil, input.format.drivers.contains("ESRI Shapefile") {
            encoding = try ShapefileEncoding.found(file, shapefile: input.name)
            if encoding != nil {
                losses.note(
                    "nothing says the encoding of its texts; they were read as windows-1252 (Latin-1). If names look odd, say "
                        + "`encoding:` in the mapping")
            }
        }
        let arguments =
            ["-f", "GeoJSONSeq", "/vsistdout/", input.name] + (try choice(of: file, input, temporary))
            + (asTheyAre ? Self.rawOutput : Self.layerOutput) + (system.map { ["-s_srs", $0] } ?? [])
        let process = try start(
            "ogr2ogr", arguments, file, temporary, reading: input.readable,
            keeping: input.format.drivers + ["GeoJSONSeq"], encoding: encoding)
        return PeekableSource(ConversionSource(file, process, temporary, input, limits, losses))
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
        let input = try input(file, format)
        let configuration = try temporary.write(OSMObjects.configuration(tags), to: "osm.ini")
        let arguments =
            ["-f", "GeoJSONSeq", "/vsistdout/", input.name] + layers + Self.output
            + ["-oo", "CONFIG_FILE=" + configuration]
        let process = try start(
            "ogr2ogr", arguments, file, temporary, reading: input.readable,
            keeping: input.format.drivers + ["GeoJSONSeq"])
        return PeekableSource(ConversionSource(file, process, temporary, input, limits, losses))
    }

    /// What an OpenStreetMap extract says it covers; nil if it does not say.
    func frame(of file: String, _ format: ForeignFormat) throws -> Bounds? {
        let temporary = try TemporaryFolder()
        let input = try input(file, format)
        let process = try start(
            "ogrinfo", ["-ro", "-so", input.name, "points"], file, temporary, reading: input.readable,
            keeping: input.format.drivers)
        // `Extent: (24.935176, 60.164155) - (24.953415, 60.179113)`
        let lines = try text(of: process, file).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("Extent: ") }) else { return nil }
        let numbers = line.split { !"-.0123456789".contains($0) }.compactMap { Double($0) }
        guard numbers.count == 4, numbers[0] < numbers[2], numbers[1] < numbers[3] else { return nil }
        return Bounds(west: numbers[0], south: numbers[1], east: numbers[2], north: numbers[3])
    }

    /// The code of the coordinate system that the chosen layer states, if GDAL finds one for it and positions have the easting first.
    func code(of file: String, _ format: ForeignFormat) throws -> String? {
        let temporary = try TemporaryFolder()
        let input = try input(file, format)
        let layers = try layers(of: file, input)
        guard let layer = layer ?? layers.first, layers.contains(layer), !layer.hasPrefix("-") else { return nil }
        let process = try start(
            "ogrinfo", ["-ro", "-so", input.name, layer], file, temporary, reading: input.readable,
            keeping: input.format.drivers)
        let lines = try text(of: process, file).split(separator: "\n")
        guard let end = lines.firstIndex(where: { $0.hasPrefix("Data axis to CRS axis mapping: ") }), end > 0 else {
            return nil
        }
        // The last line of the system is its own code: `    ID["EPSG",25833]]`.
        let parts = lines[end - 1].split { "[],\" ".contains($0) }
        guard parts.count == 3, parts[0] == "ID", lines[end - 1].hasSuffix("]]"), !lines[end - 1].hasSuffix("]]]")
        else {
            return nil
        }
        let axes = lines[..<end].filter { $0.contains("AXIS[") }
        let isEastFirst = axes.first.map { $0.contains("east") } ?? true
        guard lines[end].hasSuffix(isEastFirst ? ": 1,2" : ": 2,1") else { return nil }
        return "\(parts[1]):\(parts[2])"
    }

    private static let output = ["-t_srs", "EPSG:4326", "-dim", "XY", "-lco", "COORDINATE_PRECISION=7"]
    /// Heights are left in, so that whoever reads the lines counts what is left out.
    private static let layerOutput = ["-t_srs", "EPSG:4326", "-lco", "COORDINATE_PRECISION=7"]
    /// Positions are called WGS 84, so that they stay as they are.
    private static let rawOutput = ["-a_srs", "EPSG:4326", "-lco", "COORDINATE_PRECISION=10"]
}
