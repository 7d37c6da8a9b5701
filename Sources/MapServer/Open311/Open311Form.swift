import Foundation
import Geometry
import HTTPEdge
import Interchange
import Works

/// An error in Open311's own terms: an HTTP status and what is wrong.
struct Open311Failure: Error, Hashable {
    /// Also the code in the body, as the specification's examples have it.
    var status: Int
    var descriptions: [String]
    var retryAfter: Int?

    init(_ status: Int, _ descriptions: String..., retryAfter: Int? = nil) {
        self.init(status, descriptions, retryAfter: retryAfter)
    }

    init(_ status: Int, _ descriptions: [String], retryAfter: Int? = nil) {
        self.status = status
        self.descriptions = descriptions
        self.retryAfter = retryAfter
    }
}

/// The fields of a `POST requests`, checked one by one; everything that is wrong is told at once.
struct Open311Form {
    private(set) var fields: [String: String] = [:]

    /// Characters of any other field.
    private static let fieldLength = 1000

    /// Reads `application/x-www-form-urlencoded`.
    init(_ bytes: [UInt8]) throws(Open311Failure) {
        // Octets of a URL standard's form: plain ASCII with escapes.
        let text = String(decoding: bytes, as: UTF8.self)
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(parts[0], plusIsSpace: true),
                let value = PercentEncoding.decode(parts.count > 1 ? parts[1] : "", plusIsSpace: true)
            else { throw Open311Failure(400, "the form is not percent-encoded UTF-8 without NUL") }
            // Only an attribute may have several values; none of ours has more than one, so the last counts.
            guard fields[name] == nil || name.hasPrefix("attribute[") else {
                throw Open311Failure(400, "\(name.prefix(60)) is given more than once")
            }
            guard fields.count < 100 else { throw Open311Failure(400, "more than 100 fields") }
            let text = value.trimmingCharacters(in: .whitespacesAndNewlines)
            if !text.isEmpty { fields[name] = text }
        }
    }

    subscript(name: String) -> String? { fields[name] }

    /// The report that the fields make, without what the rules add.
    ///
    /// - Throws: ``Open311Failure`` with everything that is wrong.
    func report(token: String, at now: Instant) throws(Open311Failure) -> PendingReport {
        var faults: [String] = []
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            let limit = name == "description" ? Open311Document.descriptionLength : Self.fieldLength
            let count = value.unicodeScalars.count
            if count > limit { faults.append("\(name.prefix(60)) has \(count) characters; at most \(limit) are taken") }
        }
        let code = fields["service_code"]
        if code == nil { faults.append("service_code was not provided") }
        let place = place(&faults)
        let address = fields["address_string"] ?? fields["address_id"]
        if place == nil, address == nil, fields["lat"] == nil, fields["long"] == nil {
            faults.append("a place was not provided: lat and long, or address_string, or address_id")
        }
        if let media = fields["media_url"], !WebAddress.isPlain(media) {
            faults.append("media_url is not an http or https address")
        }
        var severity: Severity?
        if let text = fields["attribute[severity]"] {
            severity = Severity(rawValue: text)
            if severity == nil {
                faults.append(
                    "attribute[severity] is none of \(Severity.allCases.map(\.rawValue).joined(separator: ", "))")
            }
        }
        if let email = fields["email"], !email.contains("@") { faults.append("email is not an e-mail address") }
        if let original = fields["duplicate_of"], WorkID(original) == nil {
            faults.append("duplicate_of is no service_request_id")
        }
        guard faults.isEmpty, let code else { throw Open311Failure(400, faults) }
        return PendingReport(
            token: token, receivedAt: now, category: code, severity: severity, description: fields["description"],
            address: address, longitude: place?.longitude, latitude: place?.latitude, mediaURL: fields["media_url"],
            contact: ReporterContact(
                email: fields["email"], phone: fields["phone"], firstName: fields["first_name"],
                lastName: fields["last_name"], deviceID: fields["device_id"], accountID: fields["account_id"]))
    }

    private func place(_ faults: inout [String]) -> Coordinate? {
        switch (fields["lat"], fields["long"]) {
        case (nil, nil): return nil
        case (let lat?, let long?):
            if let latitude = Double(lat), latitude.magnitude <= 90, let longitude = Double(long),
                longitude.magnitude <= 180
            {
                return Coordinate(longitude: longitude, latitude: latitude).rounded
            }
            faults.append("lat and long are not degrees of WGS 84")
        default: faults.append("lat and long come together")
        }
        return nil
    }
}

extension PendingReport {
    /// What the report says, as a work.
    var draft: WorkDraft {
        var draft = WorkDraft()
        draft.category = category
        draft.severity = severity
        draft.description = description
        draft.address = address
        draft.reportedAt = receivedAt
        if let longitude, let latitude {
            draft.geometry = .point(Coordinate(longitude: longitude, latitude: latitude).rounded)
        }
        if let mediaURL, WebAddress.isPlain(mediaURL) {
            draft.extra = ExtraStatement(
                published: JSONObject([(WebAddress.mediaProperty, .string(mediaURL))]).description)
        }
        return draft
    }
}
