import Foundation
import SeededRandom
import Testing

@testable import Interchange

@Suite struct ZipArchiveTests {
    private func unpack(_ path: String, limit: Int = 64 << 20) throws -> (folder: TemporaryFolder, members: [String]) {
        let folder = try TemporaryFolder()
        return (folder, try ZipArchive("test.zip", path).unpack(into: folder.path, limit: limit))
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch { return "\(error)" }
    }

    @Test(
        "Stored and deflated files in folders come out as they went in, also with sizes of 64 bits and behind other bytes"
    )
    func contents() throws {
        let folder = try TemporaryFolder()
        try Python.run(
            """
            import io, random, zipfile
            random.seed(1)
            with zipfile.ZipFile("a.zip", "w") as archive:
                archive.writestr("empty/", b"")
                archive.writestr("stored.txt", b"stored", zipfile.ZIP_STORED)
                archive.writestr("a/b/deflated.txt", b"deflated" * 100000, zipfile.ZIP_DEFLATED)
                archive.writestr("a/noise.bin", random.randbytes(700000), zipfile.ZIP_DEFLATED)
                archive.writestr("Район.txt", b"", zipfile.ZIP_DEFLATED)
                archive.writestr("__MACOSX/x", b"no")
                archive.writestr(".hidden", b"no")
                with archive.open(zipfile.ZipInfo("large.txt"), "w", force_zip64=True) as file: file.write(b"large")
            """, in: folder.path)
        let (unpacked, members) = try unpack(folder.path + "/a.zip")
        #expect(members == ["stored.txt", "a/b/deflated.txt", "a/noise.bin", "Район.txt", "large.txt"])
        try Python.run(
            """
            import zipfile
            archive = zipfile.ZipFile("a.zip")
            for name in ["stored.txt", "a/b/deflated.txt", "a/noise.bin", "Район.txt", "large.txt"]:
                assert open("\(unpacked.path)/" + name, "rb").read() == archive.read(name), name
            """, in: folder.path)
    }

    @Test(
        "Names that lead elsewhere, links, doubles, bombs, encryption and cut archives are refused by name or left out")
    func hostile() throws {
        let folder = try TemporaryFolder()
        try Python.run(
            """
            import warnings, zipfile
            warnings.simplefilter("ignore")
            def make(name, *members):
                with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as archive:
                    for member, content in members: archive.writestr(member, content)
            make("up.zip", ("../escaped.txt", b"x"))
            make("back.zip", ("..\\\\escaped.txt", b"x"))
            make("inner.zip", ("a/../../escaped.txt", b"x"))
            make("rooted.zip", ("/rooted.txt", b"x"))
            make("twice.zip", ("a.txt", b"x"), ("a.txt", b"y"))
            make("bomb.zip", ("a.txt", b"x" * (80 << 20)))
            link = zipfile.ZipInfo("link.txt"); link.create_system = 3; link.external_attr = 0o120777 << 16
            make("link.zip", (link, b"/etc/passwd"), ("plain.txt", b"x"))
            whole = open("rooted.zip", "rb").read()
            open("cut.zip", "wb").write(whole[:-30])
            open("text.zip", "wb").write(b"hello")
            encrypted = bytearray(whole); at = encrypted.rindex(b"PK\\x01\\x02"); encrypted[at + 8] |= 1
            open("locked.zip", "wb").write(encrypted)
            wrong = bytearray(whole); at = wrong.rindex(b"PK\\x01\\x02"); wrong[at + 16] ^= 1
            open("wrong.zip", "wb").write(wrong)
            lying = bytearray(open("bomb.zip", "rb").read()); at = lying.rindex(b"PK\\x01\\x02"); lying[at + 24:at + 28] = bytes([9, 0, 0, 0])
            open("lying.zip", "wb").write(lying)
            """, in: folder.path)
        for (name, expected) in [
            ("up", "would lie elsewhere"), ("back", "would lie elsewhere"), ("inner", "would lie elsewhere"),
            ("twice", "holds “a.txt” twice"), ("bomb", "larger than 64 MB"), ("cut", "no zip archive"),
            ("text", "no zip archive"), ("locked", "encrypted"), ("wrong", "checksum"), ("lying", "checksum or size"),
        ] {
            let message = message { _ = try unpack("\(folder.path)/\(name).zip") }
            #expect(message.contains(expected) && message.contains("test.zip"), "\(name): \(message)")
        }
        #expect(try unpack(folder.path + "/rooted.zip").members == ["rooted.txt"])
        #expect(try unpack(folder.path + "/link.zip").members == ["plain.txt"])
    }

    @Test("Damaged archives end in an error or in files, never in a crash")
    func damaged() throws {
        let folder = try TemporaryFolder()
        try Python.run(
            """
            import zipfile
            with zipfile.ZipFile("a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for n in range(5): archive.writestr(f"d/{n}.txt", bytes(range(256)) * 20)
                with archive.open(zipfile.ZipInfo("large.txt"), "w", force_zip64=True) as file: file.write(b"large")
            """, in: folder.path)
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path + "/a.zip")))
        var random = SeededRandom(seed: 11)
        let path = folder.path + "/b.zip"
        for _ in 0..<1000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            do { _ = try unpack(path) } catch is InputError {}
        }
    }

    @Test(
        "Which file of an archive is meant",
        arguments: [
            (["a.shp", "a.dbf", "a.prj", "readme.txt"], "a.shp"), (["x/y/a.gpkg"], "x/y/a.gpkg"),
            (["x/a.shp", "x/b.shp", "x/a.dbf"], "x"), (["data.gdb/a1.gdbtable", "data.gdb/a2.gdbtable"], "data.gdb"),
            (["a.shp", "b.gpkg"], "2 files that could be meant: a.shp, b.gpkg"),
            (["a.txt"], "holds a.txt, which is read by itself"),
            (["picture.png"], "no file of a kind"), ([], "no file of a kind"),
        ] as [([String], String)])
    func meant(members: [String], expected: String) throws {
        let folder = try TemporaryFolder()
        do {
            let content = try ArchiveContent(members, of: "test.zip", in: folder.path)
            #expect(content.path == "\(folder.path)/\(expected)")
        } catch { #expect("\(error)".contains(expected), "\(error)") }
    }
}
