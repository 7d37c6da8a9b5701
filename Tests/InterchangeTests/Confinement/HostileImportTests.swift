import Foundation
import Geometry
import Glibc
import SeededRandom
import Testing
import Works

@testable import Interchange

/// Files that a stranger made to get at what is not in them.
@Suite(.enabled(if: access("/usr/bin/ogr2ogr", X_OK) == 0, "GDAL's ogr2ogr is not installed (package gdal-bin)"))
struct HostileImportTests {
    private func rows(_ path: String, _ conversion: Conversion) throws -> String {
        let format = try #require(ForeignFormat.of(path))
        let source = try conversion.features(of: path, format, encoding: nil)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = try buffer.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 {
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch { return "\(error)" }
    }

    /// The statement of a virtual table over a text file and over another database.
    private static func attacks(_ folder: String) -> [(name: String, statement: String)] {
        [
            ("text", "CREATE VIRTUAL TABLE works USING VirtualText('\(folder)/secret.txt',UTF-8,0,POINT,NONE,':')"),
            (
                "spaced",
                "create\tVIRTUAL/**/TABLE works using\n[VirtualText] ('\(folder)/secret.txt',UTF-8,0,POINT,NONE,':')"
            ),
            ("ogr", "CREATE VIRTUAL TABLE works USING VirtualOGR('\(folder)/private.sqlite', 0, 'reports')"),
        ]
    }

    @Test("A virtual table over another file is refused by name, and without that the kernel keeps it out")
    func virtualTables() throws {
        let others = try TemporaryFolder()
        _ = try others.write("name:topsecret\nother:topsecret\n", to: "secret.txt")
        try Python.database(
            "private.sqlite", ["CREATE TABLE reports(a)", "INSERT INTO reports VALUES('topsecret')"], in: others.path)
        for (name, statement) in Self.attacks(others.path) {
            let folder = try TemporaryFolder()
            for file in ["\(name).sqlite", name] {
                try Python.database(file, [], entries: [("table", "works", statement)], in: folder.path)
                let path = "\(folder.path)/\(file)"
                let refusal = message { _ = try rows(path, Conversion()) }
                #expect(refusal.contains("virtual table (Virtual") && refusal.contains("works"), "\(file): \(refusal)")
                // The attack is real where nothing stands in its way …
                var conversion = Conversion()
                conversion.isSchemaChecked = false
                if file.hasSuffix(".sqlite") {
                    conversion.confinements = [.none]
                    #expect(try rows(path, conversion).contains("topsecret"), "\(file)")
                }
                // … and each way of confining is one of its own.
                for way in StandIn.ways {
                    conversion.confinements = [way]
                    var said = ""
                    let failure = message { said = try rows(path, conversion) }
                    #expect(!said.contains("topsecret") && !failure.contains("topsecret"), "\(file), \(way): \(said)")
                }
            }
            try Python.run("import zipfile; zipfile.ZipFile('x.zip', 'w', 8).write('\(name).sqlite')", in: folder.path)
            let refusal = message { _ = try rows(folder.path + "/x.zip", Conversion()) }
            #expect(refusal.contains("x.zip (\(name).sqlite)") && refusal.contains("virtual table"), "\(refusal)")
        }
    }

    @Test("Views, triggers, indexes and columns that call functions which reach outside are refused by name")
    func functions() throws {
        let cases = [
            ("view", "v", "CREATE VIEW v AS SELECT BlobFromFile('/etc/passwd') AS a", "view “v” calls BlobFromFile"),
            ("view", "w", "CREATE VIEW w AS SELECT \"load_extension\" /* */ ('x')", "view “w” calls load_extension"),
            ("view", "x", "CREATE VIEW x AS SELECT * FROM ogr_layer_Extent('y')", "view “x” calls ogr_layer_Extent"),
            ("view", "z", "CREATE VIEW z AS SELECT gdal_get_pixel_value('f',1,'m',1,1)", "calls gdal_get_pixel_value"),
            (
                "trigger", "t", "CREATE TRIGGER t AFTER INSERT ON spots BEGIN SELECT ExportDXF('/tmp'); END",
                "trigger “t” calls ExportDXF"
            ),
            ("table", "g", "CREATE TABLE g(a, b AS (readfile(a)))", "table “g” calls readfile"),
            ("view", "q", "CREATE VIEW q AS SELECT * FROM spots -- BlobFromFile('x')", ""),
            ("view", "s", "CREATE VIEW s AS SELECT 'BlobFromFile(x)' AS a, count(*) FROM spots", ""),
        ]
        for (type, name, sql, expected) in cases {
            let entry = SQLiteSchema.Entry(type: type, name: name, sql: sql)
            let fault = SQLiteCheck.fault(in: entry)
            #expect(expected.isEmpty ? fault == nil : fault?.contains(expected) == true, "\(sql): \(fault ?? "")")
            let folder = try TemporaryFolder()
            try Python.database("a.sqlite", ["CREATE TABLE spots(a)"], entries: [(type, name, sql)], in: folder.path)
            let refusal = message { _ = try rows(folder.path + "/a.sqlite", Conversion()) }
            #expect(expected.isEmpty || refusal.contains(expected), "\(sql): \(refusal)")
        }
    }

    @Test("A database of SpatiaLite and a GeoPackage with indexes come in")
    func honest() throws {
        let folder = try TemporaryFolder()
        try Python.run(
            """
            import subprocess
            open("a.geojsonl", "w").write('{"type":"Feature","geometry":{"type":"Point","coordinates":[9.5,47.1]},"properties":{"title":"Loch"}}')
            for driver, name, options in [("SQLite", "a.sqlite", ["-dsco", "SPATIALITE=YES"]), ("GPKG", "a.gpkg", []), ("SQLite", "b.db", [])]:
                subprocess.run(["ogr2ogr", "-f", driver, *options, name, "a.geojsonl"], check=True)
            import sqlite3
            base = sqlite3.connect("a.gpkg")
            base.execute("CREATE VIRTUAL TABLE words USING fts5(title)")
            base.commit()
            """, in: folder.path)
        for file in ["a.sqlite", "a.gpkg", "b.db"] {
            var conversion = Conversion()
            if file == "a.gpkg" { conversion.layer = "a" }
            let said = try rows("\(folder.path)/\(file)", conversion)
            #expect(said.contains("Loch") && said.contains("9.5"), "\(file): \(said)")
        }
    }

    @Test("What has no schema that can be read, is a text full of SQL, or is still being written is refused")
    func brokenDatabases() throws {
        let folder = try TemporaryFolder()
        try Python.database("a.sqlite", ["CREATE TABLE a(b)"], in: folder.path)
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path + "/a.sqlite")))
        bytes[100] = 7
        try Data(bytes).write(to: URL(fileURLWithPath: folder.path + "/b.sqlite"))
        _ = try folder.write("-- SQL SQLITE\nCREATE VIRTUAL TABLE works USING VirtualText('/etc/passwd')", to: "c.db")
        _ = try folder.write("-- SQL GPKG\nCREATE TABLE a(b)", to: "d.gpkg")
        _ = try folder.write("unwritten", to: "a.sqlite-wal")
        for (file, expected) in [
            ("a.sqlite", "is in use, or was not closed"), ("b.sqlite", "list of tables cannot be read"),
            ("c.db", "is not what its name says"), ("d.gpkg", "is not what its name says"),
        ] {
            let refusal = message { _ = try rows("\(folder.path)/\(file)", Conversion()) }
            #expect(refusal.contains(expected) && refusal.contains(file), "\(refusal)")
        }
    }

    @Test("Layers called like options are layers")
    func layerNames() throws {
        for layer in ["-sql", "--config", "--version", "-oo", "--optfile", "-a\"b", "@x"] {
            for others in [[], ["b"]] {
                let folder = try TemporaryFolder()
                let tables = [layer] + others
                try Python.database(
                    "a.sqlite",
                    tables.flatMap { name in
                        let quoted = "\"" + name.replacing("\"", with: "\"\"") + "\""
                        return [
                            "CREATE TABLE \(quoted)(title)",
                            "INSERT INTO \(quoted) VALUES('in \(name.hasPrefix("b"))')",
                        ]
                    }, in: folder.path)
                var conversion = Conversion()
                if !others.isEmpty { conversion.layer = layer }
                let said = try rows(folder.path + "/a.sqlite", conversion)
                #expect(said.contains("in false") && !said.contains("in true"), "\(layer): \(said)")
            }
        }
    }

    @Test("Files called like options, connections and GDAL's own file systems are files")
    func fileNames() throws {
        let folder = try TemporaryFolder()
        try Python.database("a.sqlite", ["CREATE TABLE a(title)", "INSERT INTO a VALUES('here')"], in: folder.path)
        let names = [
            "-sql.sqlite", "--config.sqlite", "PG:dbname=x.sqlite", "MVT:a.sqlite", "a b{c}.sqlite", "http:x.sqlite",
        ]
        for name in names {
            #expect(link(folder.path + "/a.sqlite", folder.path + "/" + name) == 0)
            #expect(try rows(folder.path + "/" + name, Conversion()).contains("here"), "\(name)")
        }
    }

    @Test("A shapefile's parts are read, and none that is a link to another file")
    func shapefile() throws {
        let folder = try TemporaryFolder()
        let others = try TemporaryFolder()
        try Python.run(
            """
            import subprocess
            open("a.geojsonl", "w").write('{"type":"Feature","geometry":{"type":"Point","coordinates":[9.5,47.1]},"properties":{"title":"Loch"}}')
            subprocess.run(["ogr2ogr", "-f", "ESRI Shapefile", "Plan.shp", "a.geojsonl"], check=True)
            import os; os.rename("Plan.dbf", "PLAN.DBF")
            """, in: folder.path)
        let path = folder.path + "/Plan.shp"
        let input = try ConversionInput(path, try #require(ForeignFormat.of(path)), limits: ConversionLimits())
        #expect(
            Set(input.readable.map { $0.split(separator: "/").last ?? "" }) == [
                "Plan.shp", "Plan.shx", "Plan.prj", "PLAN.DBF",
            ])
        #expect(rename(folder.path + "/PLAN.DBF", folder.path + "/Plan.dbf") == 0)
        #expect(try rows(path, Conversion()).contains("Loch"))
        #expect(rename(folder.path + "/Plan.dbf", others.path + "/other.dbf") == 0)
        #expect(symlink(others.path + "/other.dbf", folder.path + "/Plan.dbf") == 0)
        var said = ""
        let failure = message { said = try rows(path, Conversion()) }
        #expect(!said.contains("Loch"), "\(said)\(failure)")
    }

    @Test("Documents that lead to other files and servers lead nowhere")
    func references() throws {
        let others = try TemporaryFolder()
        let secret = try others.write("title;x\ntopsecret;9\n", to: "secret.csv")
        let cases = [
            "a.gml":
                "<OGRVRTDataSource><OGRVRTLayer name=\"secret\"><SrcDataSource>\(secret)</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
            "b.gml": """
            <!DOCTYPE a [<!ENTITY x SYSTEM "file://\(secret)">]><ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" \
            xmlns:gml="http://www.opengis.net/gml"><gml:featureMember><ogr:a><ogr:t>&x;</ogr:t></ogr:a></gml:featureMember></ogr:FeatureCollection>
            """,
            "c.kml": """
            <kml xmlns="http://www.opengis.net/kml/2.2"><Document><NetworkLink><Link><href>\(secret)</href></Link></NetworkLink>\
            <Placemark><name>a</name><Point><coordinates>9,47</coordinates></Point></Placemark></Document></kml>
            """,
            "d.tab":
                "!table\n!version 300\nDefinition Table\n  Type NATIVE Charset \"Neutral\"\n  File \"\(secret)\"\n",
            "e.xml":
                "<?xml version=\"1.0\"?><WFS_Capabilities version=\"1.1.0\"><a href=\"http://127.0.0.1:9/\"/></WFS_Capabilities>",
        ]
        for (name, text) in cases {
            let folder = try TemporaryFolder()
            let path = try folder.write(text, to: name)
            var said = ""
            let failure = message { said = try rows(path, Conversion()) }
            #expect(!said.contains("topsecret") && !failure.contains("topsecret"), "\(name): \(said)\(failure)")
        }
    }

    @Test("Where nothing confines the converter, foreign formats are refused unless that is allowed knowingly")
    func unconfined() throws {
        let folder = try TemporaryFolder()
        try Python.database("a.sqlite", ["CREATE TABLE a(title)", "INSERT INTO a VALUES('here')"], in: folder.path)
        var conversion = Conversion()
        conversion.confinements = []
        let refusal = message { _ = try rows(folder.path + "/a.sqlite", conversion) }
        #expect(refusal.contains("--allow-unconfined-converter") && refusal.contains("bubblewrap"), "\(refusal)")
        conversion.allowsUnconfined = true
        #expect(try rows(folder.path + "/a.sqlite", conversion).contains("here"))
    }

    @Test("Both ways of confining read what is honest", arguments: StandIn.ways)
    func eachWay(way: Confinement) throws {
        let folder = try TemporaryFolder()
        try Python.database("a.sqlite", ["CREATE TABLE a(title)", "INSERT INTO a VALUES('here')"], in: folder.path)
        var conversion = Conversion()
        conversion.confinements = [way]
        #expect(try rows(folder.path + "/a.sqlite", conversion).contains("here"))
    }
}
