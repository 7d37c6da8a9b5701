import GRDB
import Geometry
import Sealing
import Works

// What the sealed values of the desk's tables hold: JSON objects whose empty members are left out.

extension JSONObject {
    fileprivate init(texts: KeyValuePairs<String, String?>) {
        self.init(texts.compactMap { name, text in text.map { (name, JSONValue.string($0)) } })
    }
}

private func parsed(_ text: String) -> JSONObject? { (try? JSONParser.parse(text))?.object }

// MARK: Contacts

extension ReporterContact {
    /// The text that is sealed: the fields by their names in Open311.
    var sealedText: String {
        Self.fields.keys.sorted().reduce(into: JSONObject()) { object, name in
            if let value = self[keyPath: Self.fields[name]!] { object[name] = .string(value) }
        }.text
    }

    init?(sealedText: String) {
        guard let object = parsed(sealedText) else { return nil }
        self.init()
        for (name, field) in Self.fields { self[keyPath: field] = object[name]?.string }
    }
}

extension JSONObject {
    fileprivate var text: String { JSONValue.object(self).description }
}

// MARK: Reports

/// A waiting report as its row keeps it. The contact is sealed apart, so that it can be erased without a key.
struct SealedReport {
    /// SHA-256 of the report's token, which is 256 random bits.
    let digest: String
    let report: [UInt8]
    let contact: [UInt8]?

    init(_ report: PendingReport, _ seals: Seals) throws {
        digest = KeyedDigest.plain(report.token)
        let row = Self.row(digest, report.receivedAt.description)
        var object = JSONObject(
            texts: [
                "token": report.token, "category": report.category, "severity": report.severity?.rawValue,
                "description": report.description, "address": report.address, "media_url": report.mediaURL,
            ])
        if let longitude = report.longitude, let latitude = report.latitude {
            object["longitude"] = .number(longitude)
            object["latitude"] = .number(latitude)
        }
        self.report = try seals.seal(Array(object.text.utf8), .report, row: row)
        contact =
            try report.contact.isEmpty ? nil : seals.seal(report.contact.sealedText, .reportContact, row: row)
    }

    /// The text by which a row is bound to its values.
    static func row(_ digest: String, _ receivedAt: String) -> String { "\(digest) \(receivedAt)" }

    static func report(_ sealedText: String, receivedAt: Instant) -> PendingReport? {
        guard let object = parsed(sealedText), let token = object["token"]?.string,
            let category = object["category"]?.string
        else { return nil }
        return PendingReport(
            token: token, receivedAt: receivedAt, category: category,
            severity: object["severity"]?.string.flatMap(Severity.init(rawValue:)),
            description: object["description"]?.string, address: object["address"]?.string,
            longitude: object["longitude"]?.double, latitude: object["latitude"]?.double,
            mediaURL: object["media_url"]?.string)
    }
}

// MARK: The audit log

enum AuditRow {
    /// Binds an entry to `INSERT INTO audit_log VALUES (?, ?, ?, ?, ?)`.
    static func bind(_ entry: AuditEntry, id: Int64, to statement: PreparedStatement, _ seals: Seals) throws {
        let (at, token, work) = (entry.at.description, entry.tokenID, entry.work?.description)
        statement.bind(1, id)
        statement.bind(2, at)
        if let token { statement.bind(3, token) } else { statement.bind(3, nil as String?) }
        statement.bind(4, work)
        let words = JSONObject(texts: ["name": entry.name, "action": entry.action, "detail": entry.detail])
        statement.bind(5, try seals.seal(words.text, .audit, row: row(id, at, token, work)))
    }

    /// The text by which a row is bound to its value.
    static func row(_ id: Int64, _ at: String, _ token: Int64?, _ work: String?) -> String {
        "\(id) \(at) \(token.map(String.init) ?? "") \(work ?? "")"
    }

    static func words(_ sealedText: String) -> (name: String, action: String, detail: String?)? {
        guard let object = parsed(sealedText), let name = object["name"]?.string,
            let action = object["action"]?.string
        else { return nil }
        return (name, action, object["detail"]?.string)
    }
}

// MARK: Tokens

enum TokenRow {
    static let columns =
        "id, name, role, organisation, digest, created_at, last_used_at, revoked_at, source, expires_at, code"

    /// The open fields of a row.
    static func fields(_ row: PreparedStatement) throws -> AccessToken {
        func instant(_ column: Int32) -> Instant? { row.text(column).flatMap { Instant($0) } }
        guard let role = row.text(2).flatMap(Role.init(rawValue:)), let created = instant(5) else {
            throw StoreError.corrupt("token \(row.integer(0)) cannot be read")
        }
        return AccessToken(
            id: row.integer(0), name: "", role: role, organisation: row.text(3), source: row.text(8),
            digest: row.text(4) ?? "", createdAt: created, expiresAt: instant(9), lastUsedAt: instant(6),
            revokedAt: instant(7))
    }

    /// All that gives a token its power, as its code is made of it.
    static func authenticated(_ token: AccessToken) -> [UInt8] {
        func text(_ value: (some CustomStringConvertible)?) -> JSONValue { value.map { .string("\($0)") } ?? .null }
        let fields: [JSONValue] = [
            .integer(Int(token.id)), .string(token.name), .string(token.role.rawValue), text(token.organisation),
            text(token.source), .string(token.digest), text(token.createdAt), text(token.expiresAt),
            text(token.revokedAt),
        ]
        return Array(JSONValue.array(fields).description.utf8)
    }

    /// The token of a row. A row that another program has written or changed makes one without power.
    ///
    /// - Throws: ``StoreError/keyMissing(path:reason:)``.
    static func token(_ row: PreparedStatement, _ seals: Seals) throws -> AccessToken {
        var token = try fields(row)
        do {
            token.name = try seals.text(row.blob(1), .tokenName, row: "\(token.id)") ?? Self.lost
        } catch StoreError.corrupt {
            token.name = Self.altered
        }
        token.isGenuine = isGenuine(token, code: Array(row.blob(10)), seals)
        return token
    }

    static func isGenuine(_ token: AccessToken, code: [UInt8], _ seals: Seals) -> Bool {
        guard let id = Sealer.key(ofCode: code), let sealer = seals.keys.sealer(.tokenCodes, with: id) else {
            return false
        }
        return sealer.isCode(code, of: authenticated(token))
    }

    /// Words in the place of a name that cannot be read.
    static let lost = "(sealed with a lost key)"
    static let altered = "(written by another program)"
}
