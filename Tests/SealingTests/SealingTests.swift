import Glibc
import Sealing
import Testing

private let purpose = SealingPurpose(rawValue: "test")
private let place = SealedPlace(table: "t", column: "c", row: "1")
private let today = "2026-11-30T11:00:00Z"

@Suite("Sealed values")
struct SealerTests {
    private let ring = KeyRing([.new(createdAt: today), .new(createdAt: today)])

    private func sealer(_ index: Int = 1, _ purpose: SealingPurpose = purpose) throws -> Sealer {
        try #require(ring.sealer(purpose, with: ring.keys[index].id))
    }

    @Test(
        "A text comes out of its seal as it went in, and no two seals are alike",
        arguments: ["", "a", "ул. Ленина, 5 🚧"])
    func roundTrip(text: String) throws {
        let sealer = try sealer()
        let sealed = sealer.seal(Array(text.utf8), at: place)
        #expect(sealed.count == text.utf8.count + Sealer.overhead)
        #expect(try sealer.open(sealed, at: place) == Array(text.utf8))
        #expect(Sealer.key(of: sealed) == ring.newest?.id)
        #expect(sealer.seal(Array(text.utf8), at: place) != sealed)
    }

    @Test("A value with any bit changed, cut off or lengthened does not open")
    func tampering() throws {
        let sealer = try sealer()
        let sealed = sealer.seal(Array("secret".utf8), at: place)
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << bit
                #expect(throws: SealedValueError.self) { try sealer.open(changed, at: place) }
            }
            #expect(throws: SealedValueError.self) { try sealer.open(sealed.prefix(index), at: place) }
        }
        #expect(throws: SealedValueError.altered) { try sealer.open(sealed + [0], at: place) }
    }

    @Test("A value opens nowhere but in its place")
    func swapped() throws {
        let sealer = try sealer()
        let sealed = sealer.seal(Array("secret".utf8), at: place)
        for other in [
            SealedPlace(table: "t", column: "c", row: "2"), SealedPlace(table: "t", column: "c2", row: "1"),
            SealedPlace(table: "t2", column: "c", row: "1"), SealedPlace(table: "tc", column: "", row: "1"),
            SealedPlace(table: "t", column: "c", row: ""),
        ] {
            #expect(throws: SealedValueError.altered) { try sealer.open(sealed, at: other) }
        }
    }

    @Test("Another key or another purpose opens nothing, an older key of the ring what it sealed")
    func keys() throws {
        let sealed = try sealer(0).seal(Array("secret".utf8), at: place)
        #expect(throws: SealedValueError.altered) { try sealer(1).open(sealed, at: place) }
        let other = try sealer(0, SealingPurpose(rawValue: "other"))
        #expect(throws: SealedValueError.altered) { try other.open(sealed, at: place) }
        let id = try #require(Sealer.key(of: sealed))
        #expect(try ring.sealer(purpose, with: id)?.open(sealed, at: place) == Array("secret".utf8))
        #expect(KeyRing([.new(createdAt: today)]).sealer(purpose, with: id) == nil)
    }

    @Test("A code holds for its bytes and its key only")
    func codes() throws {
        let code = try sealer(0).code(of: [1, 2])
        #expect(try sealer(0).isCode(code, of: [1, 2]))
        #expect(try !sealer(0).isCode(code, of: [1, 3]))
        #expect(try !sealer(1).isCode(code, of: [1, 2]))
        #expect(try !sealer(0).isCode([], of: [1, 2]))
    }
}

@Suite("The key file")
struct KeyFileTests {
    private let folder: String

    init() throws {
        var template = Array("/tmp/worksmap-keys-XXXXXX".utf8CString)
        folder = try #require(
            template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!).map { String(cString: $0) } })
    }

    private var file: KeyFile { KeyFile(path: folder + "/city/key") }

    private func write(_ text: String, mode: mode_t = 0o600) throws {
        mkdir(folder + "/city", 0o750)
        let stream = try #require(fopen(file.path, "w"))
        fputs(text, stream)
        fclose(stream)
        chmod(file.path, mode)
    }

    private func text() throws -> String {
        let stream = try #require(fopen(file.path, "r"))
        defer { fclose(stream) }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = fread(&bytes, 1, bytes.count, stream)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    @Test("A file is made with one key, for its owner alone, in a folder of its own, and read again")
    func make() throws {
        let before = umask(0)
        defer { umask(before) }
        let key = SealingKey.new(createdAt: today)
        try file.make(key)
        #expect(file.mode == 0o600)
        #expect(KeyFile(path: folder + "/city").mode == 0o750)
        let read = try file.read()
        #expect(read.map(\.id) == [key.id] && read[0].createdAt == today)
        let sealed = try #require(KeyRing([key]).sealer(purpose, with: key.id)).seal([1, 2, 3], at: place)
        #expect(try KeyRing(read).sealer(purpose, with: key.id)?.open(sealed, at: place) == [1, 2, 3])
    }

    @Test("A file that is there is not made anew")
    func exists() throws {
        try file.make(.new(createdAt: today))
        let before = try text()
        #expect(throws: KeyFileError.exists(path: file.path)) { try file.make(.new(createdAt: today)) }
        #expect(try text() == before)
    }

    @Test("Keys are replaced all at once, the newest last, and the mode stays")
    func replace() throws {
        let keys = [SealingKey.new(createdAt: today), .new(createdAt: today)]
        try file.make(keys[0])
        let stamp = file.stamp
        try file.replace(with: keys)
        #expect(file.stamp != stamp && file.mode == 0o600)
        #expect(KeyRing(try file.read()).newest?.id == keys[1].id)
    }

    @Test(
        "A file that others than its owner may read or write is refused",
        arguments: [0o640, 0o604, 0o644, 0o620, 0o602] as [mode_t])
    func modes(mode: mode_t) throws {
        try file.make(.new(createdAt: today))
        chmod(file.path, mode)
        #expect(throws: KeyFileError.open(path: file.path, mode: mode)) { try file.read() }
    }

    @Test("A missing file, a folder and a text that is none are told apart")
    func others() throws {
        #expect(throws: KeyFileError.missing(path: file.path)) { try file.read() }
        #expect(throws: KeyFileError.self) { try KeyFile(path: folder).read() }
        for text in ["", "# nothing\n", "key\n", "12345678 \(today) 00\n", String(repeating: "x", count: 70_000)] {
            try write(text)
            #expect(throws: KeyFileError.self, "\(text.prefix(20))") { try file.read() }
        }
    }

    @Test("A digit that is wrong is noticed, and so is a key that stands there twice")
    func mistyped() throws {
        try file.make(.new(createdAt: today))
        let line = try #require(try text().split(separator: "\n").last)
        let wrong = line.dropLast() + (line.hasSuffix("0") ? "1" : "0")
        try write(wrong + "\n")
        #expect(throws: KeyFileError.self) { try file.read() }
        try write("\(line)\n\(line)\n")
        #expect(throws: KeyFileError.self) { try file.read() }
        try write("\n  \(line)  \r\n# a remark\n")
        #expect(try file.read().count == 1)
    }
}
