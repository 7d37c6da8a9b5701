import Glibc

/// Looks for what in an SQLite database or GeoPackage leads out of it: virtual tables that show other files, databases or addresses,
/// and functions that read or write files, load code or ask servers.
///
/// The kernel keeps a converter from all of that anyway (``Confinement``); this says it by name before anything of the file runs.
enum SQLiteCheck {
    /// R*Tree and full-text search: modules whose tables hold their rows in the file itself.
    private static let modules: Set<String> = ["rtree", "rtree_i32", "geopoly", "fts3", "fts4", "fts5"]

    /// What SpatiaLite puts into every database that it makes, to look into the indexes of the same file; without arguments.
    private static let spatiaLite: Set<String> = [
        "virtualspatialindex", "virtualelementary", "virtualknn", "virtualknn2",
    ]

    /// Functions that reach out of the database, by name and by the beginning of their names.
    private static let functions: Set<String> = [
        "load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "eval", "fsdir", "lsdir", "readlink",
        "blobfromfile", "blobtofile", "xb_loadxml", "xb_storexml", "sqlite_dbpage", "system",
    ]
    private static let beginnings = [
        "ogr_", "gdal_", "import", "export", "zipfile", "sqlproc_execute", "sqlproc_fromfile",
        "sqlproc_setlogfile", "storedproc_execute", "proj_set",
        "getvirtual", "postgresql_", "virtual", "registervirtual", "rl2_",
    ]

    /// - Parameters:
    ///   - title: The name of the database for messages.
    ///   - path: Where it is.
    /// - Throws: ``InputError`` that names the table, view or trigger.
    static func check(_ title: String, path: String) throws {
        for ending in ["-wal", "-journal"] {
            var status = stat()
            if stat(path + ending, &status) == 0, status.st_size > 0 {
                throw InputError(
                    file: title,
                    "is in use, or was not closed: \(path)\(ending) holds a part of it. Close the program that writes it, or import a "
                        + "copy: sqlite3 FILE \".backup COPY\"")
            }
        }
        let schema: SQLiteSchema
        do { schema = try SQLiteSchema(path: path) } catch let fault as SQLiteSchema.Fault {
            switch fault {
            case .damaged: throw InputError(file: title, "is damaged: its list of tables cannot be read")
            case .tooLarge:
                throw InputError(
                    file: title,
                    "its list of tables is longer than \(SQLiteSchema.limit >> 20) MiB; export the tables that are meant"
                )
            }
        }
        for entry in schema.entries {
            guard let fault = fault(in: entry) else { continue }
            throw InputError(
                file: title,
                "\(fault), which can reach other files and servers; nothing was read. Export the table that is meant to GeoPackage or "
                    + "GeoJSON with the program that made the file, and import that")
        }
    }

    /// In words; nil if the entry stays in its file.
    static func fault(in entry: SQLiteSchema.Entry) -> String? {
        let words = SQLWords(entry.sql)
        if let module = words.module {
            let name = module.lowercased()
            let isOwn = modules.contains(name) || spatiaLite.contains(name) && words.moduleHasNoArguments
            return isOwn ? nil : "the table “\(entry.name)” is a virtual table (\(module))"
        }
        guard let function = words.calls.first(where: isOutside) else { return nil }
        return "the \(kind(entry.type)) “\(entry.name)” calls \(function)"
    }

    private static func isOutside(_ function: String) -> Bool {
        let name = function.lowercased()
        return functions.contains(name) || beginnings.contains { name.hasPrefix($0) }
    }

    private static func kind(_ type: String) -> String {
        ["view", "trigger", "index"].contains(type.lowercased()) ? type.lowercased() : "table"
    }
}

/// The words of an SQL statement, as SQLite tells them apart: without comments and literals, names without their quotes.
struct SQLWords {
    fileprivate enum Word: Equatable {
        case name(String)
        case symbol(UInt8)

        var isParenthesis: Bool { self == .symbol(UInt8(ascii: "(")) || self == .symbol(UInt8(ascii: ")")) }

        func isKeyword(_ keyword: String) -> Bool {
            if case .name(let name) = self { name.lowercased() == keyword } else { false }
        }
    }

    private var words: [Word] = []

    init(_ sql: String) {
        var bytes = Array(sql.utf8)
        // SQLite reads to the first zero.
        if let end = bytes.firstIndex(of: 0) { bytes.removeSubrange(end...) }
        var index = 0
        /// The bytes up to a closing quote, which stands for itself if it is doubled.
        func quoted(until close: UInt8) -> String {
            var text: [UInt8] = []
            index += 1
            while index < bytes.count {
                if bytes[index] == close {
                    guard close != UInt8(ascii: "]"), index + 1 < bytes.count, bytes[index + 1] == close else { break }
                    index += 1
                }
                text.append(bytes[index])
                index += 1
            }
            index += 1
            return String(decoding: text, as: UTF8.self)
        }
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            switch byte {
            case UInt8(ascii: "-") where next == UInt8(ascii: "-"):
                while index < bytes.count, bytes[index] != 0x0A { index += 1 }
            case UInt8(ascii: "/") where next == UInt8(ascii: "*"):
                index += 2
                while index < bytes.count, !(bytes[index] == UInt8(ascii: "/") && bytes[index - 1] == UInt8(ascii: "*"))
                {
                    index += 1
                }
                index += 1
            // SQLite takes a text where a name is expected for the name.
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): words.append(.name(quoted(until: byte)))
            case UInt8(ascii: "["): words.append(.name(quoted(until: UInt8(ascii: "]"))))
            case _ where Self.isOfName(byte):
                let start = index
                while index < bytes.count, Self.isOfName(bytes[index]) { index += 1 }
                words.append(.name(String(decoding: bytes[start..<index], as: UTF8.self)))
            case 0x09, 0x0A, 0x0C, 0x0D, 0x20: index += 1
            default:
                words.append(.symbol(byte))
                index += 1
            }
        }
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39,
            UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
            true
        default: false
        }
    }

    /// The module of a virtual table: what follows USING; empty if nothing does; nil if this makes no virtual table.
    var module: String? {
        let start = words.prefix(3)
        guard start.contains(where: { $0.isKeyword("virtual") }), start.first?.isKeyword("create") ?? false else {
            return nil
        }
        guard let index = moduleIndex, case .name(let module) = words[index] else { return "" }
        return module
    }

    /// True if nothing or an empty pair of parentheses follows the module.
    var moduleHasNoArguments: Bool {
        guard let index = moduleIndex else { return false }
        return words.count - index <= 3 && words[(index + 1)...].allSatisfy(\.isParenthesis)
    }

    private var moduleIndex: Int? {
        words.firstIndex { $0.isKeyword("using") }.map { $0 + 1 }.flatMap { $0 < words.count ? $0 : nil }
    }

    /// The names that a parenthesis follows.
    var calls: [String] {
        zip(words, words.dropFirst()).compactMap { word, next in
            guard case .name(let name) = word, next == .symbol(UInt8(ascii: "(")) else { return nil }
            return name
        }
    }
}
