/// Everything that the record holds under a person's address.
public struct PersonRecord: Hashable, Sendable {
    public var address: PersonAddress
    /// Works whose reporter gave the address.
    public var contacts: [Contacted] = []
    /// Reports whose reporter gave the address, whatever became of them.
    public var reports: [PendingReport] = []
    /// Works that are followed from where the person reported something.
    public var followings: [WorkID] = []
    /// Places in texts that name the address.
    public var mentions: [Mention] = []

    public init(address: PersonAddress) { self.address = address }

    public struct Contacted: Hashable, Sendable {
        public var work: WorkID
        public var contact: ReporterContact

        public init(work: WorkID, contact: ReporterContact) {
            self.work = work
            self.contact = contact
        }
    }

    /// True if nothing names the address.
    public var isEmpty: Bool { contacts.isEmpty && reports.isEmpty && followings.isEmpty && mentions.isEmpty }

    /// A text that names the address.
    public struct Mention: Hashable, Sendable {
        public var place: Place
        public var text: String

        public init(place: Place, text: String) {
            self.place = place
            self.text = text
        }

        public enum Place: Hashable, Sendable {
            /// A property of a work, by its name; of `private_extra` only staff reads.
            case work(WorkID, field: String)
            /// An entry of a work's ledger, counted from 1, the oldest.
            case entry(WorkID, Int)
            /// Words of a report.
            case report(token: String, receivedAt: Instant)
        }
    }
}

/// Counts of the parts of a ``PersonRecord`` that were erased.
public struct PersonErasure: Hashable, Sendable {
    public var contacts = 0
    public var reports = 0
    /// Followers who are only counted from now on.
    public var followings = 0

    public init() {}
}

extension PersonErasure: CustomStringConvertible {
    public var description: String { "\(contacts) contacts, \(reports) reports, \(followings) followings" }
}

extension DeskStore {
    /// Looks through everything for a person's address.
    ///
    /// Contacts and reports are read one by one, since what is private is not to be searched in any other way. Time grows with the city: some
    /// seconds for a million works.
    public func record(of address: PersonAddress) throws -> PersonRecord {
        var record = PersonRecord(address: address)
        try forEachContact { work, contact in
            if address.isNamed(in: contact) { record.contacts.append(.init(work: work, contact: contact)) }
        }
        try forEachReport { report in
            if address.isNamed(in: report.contact) { record.reports.append(report) }
            for text in [report.description, report.address].compactMap({ $0 }) where !address.ranges(in: text).isEmpty
            {
                record.mentions.append(
                    .init(place: .report(token: report.token, receivedAt: report.receivedAt), text: text))
            }
        }
        record.followings = try followings(ofReportersOf: record.contacts.map(\.work))
        try forEachText { place, text in
            if !address.ranges(in: text).isEmpty { record.mentions.append(.init(place: place, text: text)) }
        }
        return record
    }
}

extension DeskTransaction {
    /// Erases what a record holds: contacts, followings, contacts of reports, the contents of decided ones, and the address in the words of
    /// others.
    ///
    /// Texts of works stay: they are redacted one by one, with a reason, so that their sources do not bring them back.
    public func erase(_ record: PersonRecord, at now: Instant) throws -> PersonErasure {
        var erased = PersonErasure()
        erased.followings = try eraseFollowings(ofReportersOf: record.contacts.map(\.work), at: now)
        for each in record.contacts where try eraseContact(of: each.work, at: now) { erased.contacts += 1 }
        let named = Set(record.reports.map(\.token))
        let mentioned = record.mentions.compactMap { mention -> String? in
            if case .report(let token, _) = mention.place { token } else { nil }
        }
        for token in named.union(mentioned) {
            guard let report = try pendingReport(token) else { continue }
            let kept = report.withoutPerson(record.address, isReporter: named.contains(token))
            guard kept != report else { continue }
            try rewrite(report, as: kept, at: now)
            erased.reports += 1
        }
        return erased
    }
}

extension PendingReport {
    /// The report without what names a person.
    ///
    /// - Parameter isReporter: True if the person gave the report: then the contact goes, and from a decided one everything.
    func withoutPerson(_ address: PersonAddress, isReporter: Bool) -> PendingReport {
        var kept = self
        if isReporter {
            kept.contact = ReporterContact()
            if decision != nil { kept.eraseContents() }
        }
        kept.description = kept.description.map { address.masked($0) ?? $0 }
        kept.address = kept.address.map { address.masked($0) ?? $0 }
        return kept
    }

    /// Leaves nothing but token, category, times and decision.
    public mutating func eraseContents() {
        (severity, description, address, longitude, latitude, mediaURL) = (nil, nil, nil, nil, nil, nil)
        contact = ReporterContact()
    }

    /// Kind of erasure by which a report became another one, nil if nothing was erased. What an accepted one loses lives on in its work.
    public func erasure(to kept: PendingReport) -> Erasure.Kind? {
        if case .accepted? = kept.decision { return nil }
        var emptied = self
        emptied.eraseContents()
        var held = kept
        held.eraseContents()
        if kept == held, kept.decision != nil, self != emptied || decision == nil { return .report }
        if kept.description != description || kept.address != address { return .reportText }
        return kept.contact == contact ? nil : .reportContact
    }
}
