import Geometry
import Works

/// Prints what is kept about a person and what was erased, as text and as JSON.
enum PersonText {
    static func show(_ record: PersonRecord, _ format: PersonFormat) {
        guard format == .text else { return Terminal.show(json: JSONValue.object(object(record)).description) }
        guard !record.isEmpty else { return tell("nobody here has this address: nothing is kept under it") }
        Terminal.show(lines(record).map { $0 + "\n" }.joined())
    }

    static func show(_ erased: PersonErasure, of record: PersonRecord, isClean: Bool, _ format: PersonFormat) {
        let left = record.mentions.filter { $0.command != nil }
        if format == .json {
            let counts = JSONObject([
                ("contacts", .integer(erased.contacts)), ("reports", .integer(erased.reports)),
                ("followings", .integer(erased.followings)),
            ])
            Terminal.show(
                json: JSONValue.object(
                    JSONObject([
                        ("address", .object(address(record.address))), ("erased", .object(counts)),
                        ("log_emptied", .bool(isClean)), ("left", .array(left.map { .object(object($0)) })),
                    ])
                ).description)
        } else if record.isEmpty {
            tell("nobody here has this address: nothing is kept under it, and nothing was erased")
        } else {
            Terminal.show("erased: \(erased)\n")
            Terminal.show(left.flatMap { lines($0) }.map { $0 + "\n" }.joined())
        }
        if !left.isEmpty {
            tell(
                "\(left.count) texts of works name the address still: redact them, each with a reason that everyone can read"
            )
        }
        if !isClean {
            tell(
                "readers keep the write-ahead log from being emptied: old bytes stay in it until they let go; run this again then"
            )
        }
        if erased != PersonErasure() {
            tell(
                "backups made before hold it still: `worksmap restore` takes it away again; delete them when their time is over"
            )
        }
    }

    // MARK: Text

    private static func lines(_ record: PersonRecord) -> [String] {
        var lines: [String] = []
        for each in record.contacts { lines.append("contact of work \(each.work): \(fields(each.contact))") }
        for report in record.reports {
            lines.append(
                "report of \(report.receivedAt), \(report.category), \(state(report)): \(fields(report.contact))")
            for (name, text) in details(report) { lines.append("  \(name): \(text)") }
        }
        for work in record.followings { lines.append("follows work \(work), or somebody of the same network does") }
        for mention in record.mentions { lines += Self.lines(mention) }
        return lines
    }

    private static func lines(_ mention: PersonRecord.Mention) -> [String] {
        let place =
            switch mention.place {
            case .work(let work, let field): "\(field) of work \(work)"
            case .entry(let work, let number): "entry \(number) of the history of work \(work)"
            case .report(_, let received): "report of \(received)"
            }
        return ["named in the \(place): \(mention.text)"] + (mention.command.map { ["  \($0)"] } ?? [])
    }

    private static func fields(_ contact: ReporterContact) -> String {
        let given = members(contact).map { "\($0.0) \($0.1)" }
        return given.isEmpty ? "no contact" : given.joined(separator: ", ")
    }

    private static func members(_ contact: ReporterContact) -> [(String, String)] {
        ["email", "phone", "first_name", "last_name", "device_id", "account_id"].compactMap { name in
            ReporterContact.fields[name].flatMap { contact[keyPath: $0] }.map { (name, $0) }
        }
    }

    private static func state(_ report: PendingReport) -> String {
        switch report.decision {
        case .accepted(let work): "accepted as work \(work)"
        case .refused: "refused"
        case nil: "waiting"
        }
    }

    private static func details(_ report: PendingReport) -> [(String, String)] {
        var place: String?
        if let longitude = report.longitude, let latitude = report.latitude { place = "\(longitude), \(latitude)" }
        return [
            ("severity", report.severity?.rawValue), ("description", report.description), ("address", report.address),
            ("place", place), ("media_url", report.mediaURL),
        ].compactMap { name, text in text.map { (name, $0) } }
    }

    // MARK: JSON

    private static func text(_ value: (some CustomStringConvertible)?) -> JSONValue {
        value.map { .string("\($0)") } ?? .null
    }

    private static func address(_ address: PersonAddress) -> JSONObject {
        switch address {
        case .email(let email): JSONObject([("email", .string(email.text))])
        case .phone(let number): JSONObject([("phone", .string(number.digits))])
        }
    }

    private static func object(_ contact: ReporterContact) -> JSONValue {
        .object(JSONObject(members(contact).map { ($0.0, .string($0.1)) }))
    }

    private static func object(_ record: PersonRecord) -> JSONObject {
        let contacts = record.contacts.map { each -> JSONValue in
            .object(JSONObject([("work", .string(each.work.description)), ("contact", object(each.contact))]))
        }
        return JSONObject([
            ("address", .object(address(record.address))), ("contacts", .array(contacts)),
            ("reports", .array(record.reports.map { .object(object($0)) })),
            ("followings", .array(record.followings.map { .string($0.description) })),
            ("mentions", .array(record.mentions.map { .object(object($0)) })),
        ])
    }

    private static func object(_ report: PendingReport) -> JSONObject {
        var work: WorkID?
        if case .accepted(let id)? = report.decision { work = id }
        let decision = report.decision == nil ? "waiting" : work == nil ? "refused" : "accepted"
        return JSONObject([
            ("received_at", .string(report.receivedAt.description)), ("category", .string(report.category)),
            ("decision", .string(decision)), ("decided_at", text(report.decidedAt)), ("work", text(work)),
            ("severity", text(report.severity?.rawValue)), ("description", text(report.description)),
            ("address", text(report.address)), ("longitude", report.longitude.map { .number($0) } ?? .null),
            ("latitude", report.latitude.map { .number($0) } ?? .null), ("media_url", text(report.mediaURL)),
            ("contact", object(report.contact)),
        ])
    }

    private static func object(_ mention: PersonRecord.Mention) -> JSONObject {
        var (work, field, entry, report): (WorkID?, String?, Int?, Instant?)
        switch mention.place {
        case .work(let id, let name): (work, field) = (id, name)
        case .entry(let id, let number): (work, entry) = (id, number)
        case .report(_, let received): report = received
        }
        return JSONObject([
            ("work", text(work)), ("field", text(field)), ("entry", entry.map { .integer($0) } ?? .null),
            ("report_received_at", text(report)), ("text", .string(mention.text)), ("command", text(mention.command)),
        ])
    }
}

extension PersonRecord.Mention {
    /// Command line that takes the text back; nil for what `erase` takes back.
    fileprivate var command: String? {
        switch place {
        case .work(let work, let field) where ["organisation", "contractor"].contains(field):
            "worksmap work assign \(work) --\(field) NAME --reason REASON"
        case .work(let work, let field): "worksmap work redact \(work) --field \(field) --reason REASON"
        case .entry(let work, let number): "worksmap work redact \(work) --entry \(number) --reason REASON"
        case .report: nil
        }
    }
}
