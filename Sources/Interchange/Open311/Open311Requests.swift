import Geometry
public import Works

extension Open311Document {
    /// Characters of a description, at most.
    public static let descriptionLength = 4000

    /// `GET requests`: works as service requests, the deadline as `expected_datetime`.
    public static func requests(_ works: [Work], _ book: RuleBook?, language: String) -> Open311Document {
        Open311Document(root: "service_requests", .list(works.map { request($0, book, language) }, each: "request"))
    }

    /// The answer to an accepted `POST requests`.
    public static func created(_ id: WorkID, notice: String?) -> Open311Document {
        created(Field("service_request_id", id.description), notice: notice)
    }

    /// The answer to a `POST requests` that a dispatcher looks at first.
    public static func created(token: String, notice: String?) -> Open311Document {
        created(Field("token", token), notice: notice)
    }

    /// `GET tokens/{token}`: the request that became of a token; without an id as long as nobody has decided.
    public static func token(_ token: String, became id: WorkID?) -> Open311Document {
        Open311Document(
            root: "service_requests",
            .list(
                [.record([Field("service_request_id", id?.description), Field("token", token)])], each: "request"))
    }

    private static func created(_ name: Field, notice: String?) -> Open311Document {
        Open311Document(
            root: "service_requests",
            .list(
                [.record([name, Field("service_notice", notice), Field("account_id", .text(nil))])], each: "request"))
    }

    /// The real status, and whether its end is an estimate: the times of a request have no place for that.
    private static func statusNotes(of work: Work, _ language: String) -> String {
        guard work.isCompletedEstimated, work.completedAt != nil else { return work.status.rawValue }
        let words =
            language == "ru"
            ? "время завершения источник не сообщает, это оценка"
            : "the source does not state when it ended, the time is an estimate"
        return "\(work.status.rawValue); \(words)"
    }

    private static func request(_ work: Work, _ book: RuleBook?, _ language: String) -> Value {
        let place = work.geometry?.representativePoint
        return .record([
            Field("service_request_id", work.id.description),
            Field("status", work.status.isOpen ? "open" : "closed"),
            // The standard knows two statuses only; the real one stands here.
            Field("status_notes", statusNotes(of: work, language)),
            Field("service_name", book?.category(work.category)?.name(in: language) ?? work.category),
            Field("service_code", work.category),
            Field(
                "description",
                (work.description ?? work.title).map { String($0.unicodeScalars.prefix(descriptionLength)) }),
            Field("agency_responsible", work.organisation),
            Field("service_notice", .text(nil)),
            Field("requested_datetime", (work.reportedAt ?? work.startsAt ?? work.updatedAt).description),
            // Of a closed request the specification wants the moment of closing.
            Field("updated_datetime", (work.completedAt ?? work.updatedAt).description),
            Field("expected_datetime", work.dueAt?.description),
            Field("address", work.address),
            Field("address_id", .text(nil)),
            Field("zipcode", .text(nil)),
            Field("lat", place.map { .number($0.latitude) } ?? .text(nil)),
            Field("long", place.map { .number($0.longitude) } ?? .text(nil)),
            Field("media_url", PublicExtra.mediaAddress(of: work)),
        ])
    }
}
