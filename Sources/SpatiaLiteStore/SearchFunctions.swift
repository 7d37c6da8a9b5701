import CSpatiaLite
import GRDB
import Geometry

/// The questions about a row that SQL has no words for.
enum SearchFunctions {
    /// `works_meets_box(geometry, west, south, east, north)`: true if the geometry intersects the box, which may cross
    /// the antimeridian, or is none.
    static let meetsBox = "works_meets_box"
    /// `works_mentions(word, title, description, address)`: whether one of the texts holds the word, whatever the case of the letters.
    static let mentions = "works_mentions"

    /// The condition that the geometry of a row intersects a box, or is none.
    static func meets(_ box: Bounds) -> SQLPiece {
        """
        \(name: meetsBox)(geom, \(value: .real(box.west)), \(value: .real(box.south)), \(value: .real(box.east)), \
        \(value: .real(box.north)))
        """
    }

    static func register(in database: Database) throws {
        let connection = database.sqliteConnection
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC
        let codes = [
            sqlite3_create_function_v2(
                connection, meetsBox, 5, flags, nil,
                { context, _, values in
                    guard let values else { return }
                    let bytes = UnsafeRawBufferPointer(
                        start: sqlite3_value_blob(values[0]), count: Int(sqlite3_value_bytes(values[0])))
                    let box = Bounds(
                        west: sqlite3_value_double(values[1]), south: sqlite3_value_double(values[2]),
                        east: sqlite3_value_double(values[3]), north: sqlite3_value_double(values[4]))
                    let meets = bytes.baseAddress == nil ? nil : SpatiaLiteBlob.intersects(bytes, box)
                    sqlite3_result_int(context, meets ?? true ? 1 : 0)
                }, nil, nil, nil),
            sqlite3_create_function_v2(
                connection, mentions, 4, flags, nil,
                { context, _, values in
                    guard let values else { return }
                    sqlite3_result_int(context, SearchFunctions.mentions(values) ? 1 : 0)
                }, nil, nil, nil),
        ]
        guard codes.allSatisfy({ $0 == SQLITE_OK }) else { throw SQLiteFailure(connection) }
    }

    private static func mentions(_ values: UnsafeMutablePointer<OpaquePointer?>) -> Bool {
        guard let word = text(values[0]) else { return false }
        return (1...3).contains { index in text(values[index]).map { mention(of: word, in: $0) } ?? false }
    }

    /// The UTF-8 of a function's argument; nil if it is null.
    static func text(_ value: OpaquePointer?) -> UnsafeBufferPointer<UInt8>? {
        guard let base = sqlite3_value_text(value) else { return nil }
        return UnsafeBufferPointer(start: base, count: Int(sqlite3_value_bytes(value)))
    }

    /// Whether `text` holds `word`, which is in lower case already.
    static func mention(of word: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        if let found = plainMention(of: word, in: text) { return found }
        return String(decoding: text, as: UTF8.self).lowercased().contains(String(decoding: word, as: UTF8.self))
    }

    /// The same for texts of ASCII and the precomposed letters of the Cyrillic alphabets, in which each scalar is a character; nil for others.
    private static func plainMention(of word: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>) -> Bool?
    {
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: text.count + word.count) { letters -> Bool? in
            guard let wanted = lowerLetters(of: word, into: letters, from: 0),
                let count = lowerLetters(of: text, into: letters, from: wanted)
            else { return nil }
            guard wanted > 0 else { return true }
            guard count >= wanted else { return false }
            let first = letters[0]
            // The text's letters lie behind the word's.
            for start in wanted...count where letters[start] == first {
                var index = 1
                while index < wanted, letters[start + index] == letters[index] { index += 1 }
                if index == wanted { return true }
            }
            return false
        }
    }

    /// Writes the letters of a text in lower case and returns how many there are; nil if one of them needs more thought.
    private static func lowerLetters(
        of utf8: UnsafeBufferPointer<UInt8>, into letters: UnsafeMutableBufferPointer<UInt16>, from start: Int
    ) -> Int? {
        var position = 0
        var end = start
        while position < utf8.count {
            let byte = utf8[position]
            if byte < 0x80 {
                // A carriage return and the line feed after it are one character.
                guard byte != 0x0D else { return nil }
                letters[end] = UInt16(byte &- 65 < 26 ? byte + 32 : byte)
                position += 1
            } else {
                guard byte == 0xD0 || byte == 0xD1, position + 1 < utf8.count else { return nil }
                let letter = UInt16(byte & 0x1F) << 6 | UInt16(utf8[position + 1] & 0x3F)
                switch letter {
                case 0x400...0x40F: letters[end] = letter + 0x50
                case 0x410...0x42F: letters[end] = letter + 0x20
                case 0x430...0x45F: letters[end] = letter
                default: return nil
                }
                position += 2
            }
            end += 1
        }
        return end - start
    }
}
