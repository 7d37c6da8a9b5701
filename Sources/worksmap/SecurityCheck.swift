import Foundation
import Geometry
import HTTPEdge
import SpatiaLiteStore
import TimeBudgets
import Works

/// Checks of `worksmap check --security`: files, the public address, tokens, moderation, and what is published.
struct SecurityCheck {
    let database: String
    let cityFolder: String
    let store: SpatiaLiteStore
    /// The address that somebody says the service is served under; nil asks what it was served with last.
    var publicURL: String?
    /// The city's rules; nil if it has none, and nothing can be reported.
    var rules: RuleBook?
    var now = Instant.now

    func findings() throws -> [SecurityFinding] {
        SecurityFiles(database: database, cityFolder: cityFolder).findings + (try address()) + (try tokens())
            + moderation()
            + (try PublishedValues(store: store, now: now).findings())
    }

    // MARK: The address

    private func address() throws -> [SecurityFinding] {
        func finding(_ severity: SecurityFinding.Severity, _ problem: String) -> [SecurityFinding] {
            [SecurityFinding(severity: severity, check: "address", subject: "--public-url", problem: problem)]
        }
        let usual =
            "serve with --public-url https://… so that links and cookies are made for the address that people use"
        func judge(_ text: String) -> [SecurityFinding] {
            guard let url = try? PublicURL(text) else { return finding(.serious, "“\(text)” is no address of a map") }
            guard !url.isSecure, !Self.isLocal(String(url.authority.prefix { $0 != ":" })) else { return [] }
            return finding(.serious, "\(text) is not https: cookies of staff and tokens can be read on the way")
        }
        if let publicURL { return judge(publicURL) }
        guard let served = try store.note(.servedAt).flatMap(ServedAddress.init(text:)) else {
            return finding(.note, "nobody has served this database yet; \(usual)")
        }
        if let url = served.publicURL { return judge(url) }
        return Self.isLocal(served.host)
            ? finding(.note, "it was last served without, for this machine; if a proxy stands before it, \(usual)")
            : finding(.serious, "it was last served without, on \(served.host); \(usual)")
    }

    private static func isLocal(_ host: String) -> Bool {
        ["127.0.0.1", "::1", "[::1]", "localhost"].contains(host) || host.hasPrefix("127.")
    }

    // MARK: Tokens

    private func tokens() throws -> [SecurityFinding] {
        try store.tokens().filter { token in
            switch token.refusal(at: now) {
            case .revoked?, .expired?: false
            default: token.expiresAt == nil
            }
        }.map { token in
            SecurityFinding(
                severity: .serious, check: "tokens", subject: "token \(token.id)",
                problem: "\(token.role.rawValue) “\(token.name)” never expires; make another with "
                    + "`worksmap token create --expires 365d` and `worksmap token revoke \(token.id)`")
        }
    }

    // MARK: Moderation

    private func moderation() -> [SecurityFinding] {
        let open = (rules?.categories ?? []).filter { $0.isReportable && !$0.needsModeration }.map(\.code)
        guard !open.isEmpty else { return [] }
        return [
            SecurityFinding(
                severity: .note, check: "moderation", subject: "categories.yaml",
                problem: "reports of \(open.count) categories are public before anybody has read them: "
                    + "\(open.joined(separator: ", ")); `moderation: yes` has a dispatcher look first",
                count: open.count)
        ]
    }
}

/// Address that a database was last served from, kept in it for ``SecurityCheck``.
struct ServedAddress: Equatable {
    var host: String
    var publicURL: String?

    init(host: String, publicURL: String?) {
        self.host = host
        self.publicURL = publicURL
    }

    init?(text: String) {
        guard let object = (try? JSONParser.parse(text))?.object, let host = object["host"]?.string else { return nil }
        self.init(host: host, publicURL: object["public_url"]?.string)
    }

    var text: String {
        JSONObject([("host", .string(host)), ("public_url", publicURL.map { .string($0) } ?? .null)]).description
    }

    /// Notes the address in the store, if it is another than before. A store that cannot be written keeps the old one.
    func note(in store: any WorksStore) {
        guard (try? store.note(.servedAt)) != .some(text), let store = store as? any DeskStore else { return }
        try? store.writeDesk(within: TimeBudget(until: .now + .seconds(5))) { try $0.setNote(.servedAt, to: text) }
    }
}
