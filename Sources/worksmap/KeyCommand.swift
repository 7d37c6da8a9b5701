import ArgumentParser
import Geometry
import Hotspots
import Sealing
import SpatiaLiteStore

/// `worksmap key`
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Look after the keys that seal what is private.",
        discussion: """
            Examples:
              worksmap key show
              worksmap key rotate
              worksmap key new

            Reporters' contacts, waiting reports, what sources said that is not public, the audit log and the names of
            staff are sealed in the database; the key lies in a file of its own, in the city's folder. Keep a copy of
            that file in a safe place, apart from the backups: without it nobody reads what it sealed, and a backup is
            read only with the key that it was made with.
            """,
        subcommands: [Show.self, Rotate.self, New.self])

    /// `worksmap key show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the keys of the file and of the database, without their secrets.")

        @OptionGroup var common: CommonOptions
        @Option(help: "table or json.") var format = ListFormat.table

        func run() throws {
            try reporting {
                let store = try common.openStore(readOnly: true)
                let states = try store.keyStates()
                let mode = store.keyFile.mode.map { "0" + String($0, radix: 8) }
                if format == .json {
                    let keys = states.map { JSONValue.object($0.json) }
                    let answer = JSONObject([
                        ("file", .string(store.keyFile.path)), ("mode", mode.map { .string($0) } ?? .null),
                        ("keys", .array(keys)),
                    ])
                    return Terminal.show(json: JSONValue.object(answer).description)
                }
                tell("\(store.keyFile.path): \(mode.map { "mode \($0)" } ?? "missing")")
                var table = TextTable([
                    .init("key", .left), .init("since", .left), .init("state", .left), .init("in the file", .left),
                    .init("values"),
                ])
                for key in states {
                    table.add([
                        key.id.description, key.since, key.role.rawValue, key.isInFile ? "yes" : "no",
                        String(key.values),
                    ])
                }
                Terminal.show(table.text(width: Terminal.width))
            }
        }
    }

    /// `worksmap key rotate`
    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a new key and seal everything with it.",
            discussion: """
                A service may run meanwhile. What was interrupted goes on at the next call. The old key leaves the file
                once nothing in the database needs it; backups made before need it still, so keep a copy of the key
                file as long as you keep them. Tokens stay good.
                """)

        @OptionGroup var common: CommonOptions

        func run() throws {
            try reporting {
                let store = try common.openStore()
                let rotation = try store.rotateKey()
                tell("\(rotation.resealed) values are sealed with key \(rotation.key) of \(store.keyFile.path)")
                if !rotation.removed.isEmpty {
                    let removed = rotation.removed.map(\.description).joined(separator: ", ")
                    tell("key \(removed) has left the file; backups made before can be read only with a copy of it")
                }
                if rotation.left > 0 {
                    tell("\(rotation.left) values do not open and stay as they are; `worksmap check` names them")
                }
                tell(CommonOptions.advice(on: store.keyFile.path))
            }
        }
    }

    /// `worksmap key new`
    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Begin anew with another key, where the database's own is lost.",
            discussion: """
                What the lost key sealed cannot be read: contacts, waiting reports, what sources said that is not
                public, names and words in the audit log. It stays in the database; if the key turns up again, add its
                line to the key file. All tokens lose their power for good: make new ones. All that is public stays.
                """)

        @OptionGroup var common: CommonOptions

        func run() throws {
            try reporting {
                let store = try common.openStore()
                let (key, lost) = try store.beginAnew()
                tell(
                    "key \(key) of \(store.keyFile.path) seals from now on; \(lost) values are lost until their key is back"
                )
                tell("all tokens have lost their power: `worksmap token create` makes new ones")
                tell(CommonOptions.advice(on: store.keyFile.path))
            }
        }
    }
}

extension KeyState {
    fileprivate var json: JSONObject {
        JSONObject([
            ("id", .string(id.description)), ("since", .string(since)), ("state", .string(role.rawValue)),
            ("in_file", .bool(isInFile)), ("values", .integer(values)),
        ])
    }
}
