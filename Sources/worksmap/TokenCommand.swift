import ArgumentParser
import Geometry
import Hotspots
import MapServer
import SpatiaLiteStore
import Works

/// `worksmap token`
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Give out the tokens with which staff and other systems write.",
        discussion: """
            Examples:
              worksmap token create --role dispatcher --name "Иванова" --organisation "Управление дорог"
              worksmap token create --role dispatcher --name leak-detector --source sensors --expires 90d
              worksmap token list
              worksmap token revoke 3
              worksmap token log

            A viewer sees the staff page, a dispatcher also changes works (of one organisation only, if one is named), an
            admin changes those of every organisation. A machine's token (--source) states works of its source by
            POST /api/works and does nothing else; nobody else speaks for that source over HTTP. A token is shown once:
            only its digest is kept. It expires after a year unless --expires says otherwise.
            """,
        subcommands: [Create.self, List.self, Revoke.self, Log.self])

    /// `worksmap token create`
    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a token; prints it, this once.")

        @OptionGroup var common: CommonOptions
        @Option(help: "viewer, dispatcher or admin.") var role: Role
        @Option(help: "Whose it is; stands in the audit log and is not public.") var name: String
        @Option(help: "The only organisation whose works it may change; public where it changes one.")
        var organisation: String?
        @Option(help: "The source that it speaks for, and does nothing else: for machines.") var source: String?
        @Option(
            help: ArgumentHelp(
                "How long it is good: 90d, 12h, 30m or 45s, at most 3650d.", valueName: "age"))
        var expires: Lifetime = Lifetime(seconds: AccessToken.usualLifetime)

        func validate() throws {
            guard source != "" else { throw ValidationError("--source: a name is wanted, or leave it out") }
            guard source == nil || role >= .dispatcher else {
                throw ValidationError("--source: a viewer states nothing; --role dispatcher is for machines")
            }
            guard !name.isEmpty else { throw ValidationError("--name: a name is wanted") }
            guard organisation != "" else { throw ValidationError("--organisation: a name is wanted, or leave it out") }
        }

        func run() throws {
            try reporting {
                let store = try common.openStore()
                let secret = AccessSecret.new()
                let now = Instant.now
                let token = AccessToken(
                    name: name, role: role, organisation: organisation, source: source,
                    digest: AccessSecret.digest(of: secret), createdAt: now, expiresAt: now + expires.seconds)
                let scope = source.map { " for source \($0)" } ?? ""
                let id = try store.writeDesk { transaction in
                    let id = try transaction.add(token)
                    try transaction.add(
                        AuditEntry(
                            commandLineBy: nil, "token.create", nil, "\(id) \(role.rawValue) \(name)\(scope)", at: now))
                    return id
                }
                tell(
                    "token \(id) for \(name)\(scope), good until \(now + expires.seconds); keep it safe, it is not shown again:"
                )
                print(secret)
            }
        }
    }

    /// `worksmap token list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the tokens, without their secrets.")

        @OptionGroup var common: CommonOptions
        @Option(help: "table or json.") var format = ListFormat.table

        func run() throws {
            try reporting {
                let tokens = try common.openStore().tokens()
                if format == .json {
                    Terminal.show(json: JSONValue.array(tokens.map { .object($0.json) }).description)
                    return
                }
                var table = TextTable([
                    .init("id"), .init("role", .left), .init("name", .left, mayShrink: true),
                    .init("organisation", .left, mayShrink: true), .init("source", .left, mayShrink: true),
                    .init("created", .left), .init("last used", .left), .init("expires", .left),
                    .init("revoked", .left),
                ])
                for token in tokens {
                    table.add([
                        String(token.id), token.role.rawValue, token.name, token.organisation ?? "",
                        token.source ?? "", token.createdAt.description, token.lastUsedAt?.description ?? "",
                        token.expiresAt?.description ?? "never",
                        token.isGenuine ? token.revokedAt?.description ?? "" : "no power: altered",
                    ])
                }
                Terminal.show(table.text(width: Terminal.width))
            }
        }
    }

    /// `worksmap token log`
    struct Log: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what was done with tokens and at the command line, the newest first.")

        @OptionGroup var common: CommonOptions
        @Option(help: "How many entries at most.") var limit = 100
        @Option(help: "table or json.") var format = ListFormat.table

        func validate() throws { try NumberRange<Int>.listed.check(limit, of: "--limit") }

        func run() throws {
            try reporting {
                let entries = try common.openStore().audit(limit: limit)
                if format == .json {
                    Terminal.show(json: JSONValue.array(entries.map { .object($0.json) }).description)
                    return
                }
                var table = TextTable([
                    .init("at", .left), .init("who", .left, mayShrink: true), .init("what", .left),
                    .init("work", .left),
                    .init("detail", .left, mayShrink: true),
                ])
                for entry in entries {
                    table.add([
                        entry.at.description, entry.name, entry.action, entry.work?.description ?? "",
                        entry.detail ?? "",
                    ])
                }
                Terminal.show(table.text(width: Terminal.width))
            }
        }
    }

    /// `worksmap token revoke`
    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a token's power away, at once and for good.")

        @OptionGroup var common: CommonOptions
        @Argument(help: "The token's number in the list.") var id: Int64

        func run() throws {
            try reporting {
                let isRevoked = try common.openStore().writeDesk { transaction in
                    guard try transaction.revokeToken(id, at: .now) else { return false }
                    try transaction.add(
                        AuditEntry(commandLineBy: nil, "token.revoke", nil, String(id), at: .now))
                    return true
                }
                guard isRevoked else {
                    throw Failure("no token \(id), or it is revoked already; `worksmap token list` shows them")
                }
                tell("token \(id) is revoked")
            }
        }
    }
}

extension AccessToken {
    /// The token without its digest.
    fileprivate var json: JSONObject {
        func text(_ value: (some CustomStringConvertible)?) -> JSONValue { value.map { .string("\($0)") } ?? .null }
        let members: [(String, JSONValue)] = [
            ("id", .integer(Int(id))), ("role", .string(role.rawValue)), ("name", .string(name)),
            ("organisation", text(organisation)), ("source", text(source)), ("created_at", text(createdAt)),
            ("last_used_at", text(lastUsedAt)), ("expires_at", text(expiresAt)), ("revoked_at", text(revokedAt)),
            ("genuine", .bool(isGenuine)),
        ]
        return JSONObject(members)
    }
}

extension AuditEntry {
    fileprivate var json: JSONObject {
        JSONObject([
            ("at", .string(at.description)), ("token", tokenID.map { .integer(Int($0)) } ?? .null),
            ("name", .string(name)), ("action", .string(action)),
            ("work", work.map { .string($0.description) } ?? .null), ("detail", detail.map { .string($0) } ?? .null),
        ])
    }
}
