import Foundation
import Geometry
import HTTPEdge
import Interchange
import NIOPosix
import Works

/// A list as it came.
struct FetchedList: Sendable {
    /// The file in which all of it lies.
    var file: URL
    var validators: Validators
    /// Something that is not wrong yet.
    var remark: String?
}

/// Fetches a list of the web, at once or page by page.
struct WebFetch: Sendable {
    private let schedule: SourceSchedule
    private let surroundings: SourceSurroundings

    init(_ schedule: SourceSchedule, _ surroundings: SourceSurroundings) {
        self.schedule = schedule
        self.surroundings = surroundings
    }

    /// Fetches into a folder; nil if the list is still the one that the validators name.
    ///
    /// - Throws: ``FetchError``.
    func fetch(_ address: String, into folder: URL, validators: Validators, at now: Instant) async throws
        -> FetchedList?
    {
        guard let base = URL(string: address), let origin = Origin(base) else {
            throw FetchError(.setup, "\(schedule.place): “\(address)” is no address")
        }
        let fields = try RequestFields(of: schedule, in: surroundings.cityFolder)
        let first = base.setting(fields.query)
        let request = WebRequest(
            group: surroundings.threads.connections, files: surroundings.threads.files, resolver: surroundings.resolver,
            policy: schedule.allowsPrivate ? .everything : surroundings.policy, userAgent: surroundings.userAgent)
        var question = WebRequest.Question(
            url: first, fields: fields, origin: origin, limits: schedule.limits, room: schedule.limits.bytes)
        let target = folder.appendingPathComponent("list")
        if let paging = schedule.paging {
            return try await pages(paging, &question, request, into: folder, at: now)
        }
        question.validators = validators
        guard let body = try await request.fetch(question, into: target, now: now) else { return nil }
        return FetchedList(
            file: try await named(target, body.mediaType, body.url), validators: body.validators,
            remark: body.movedTo.map { moved(to: $0, fields) })
    }

    private func pages(
        _ paging: SourcePaging, _ question: inout WebRequest.Question, _ request: WebRequest, into folder: URL,
        at now: Instant
    ) async throws -> FetchedList {
        let (target, part) = (folder.appendingPathComponent("list"), folder.appendingPathComponent("page"))
        var walk = PageWalk(paging, from: question.url)
        var join = try PageJoin(into: target, limit: schedule.limits.bytes)
        var next: URL? = walk.begin()
        var remark: String?
        var mediaType = ""
        var origin = question.url
        var count = 0
        while let url = next {
            count += 1
            question.url = url
            do {
                guard let body = try await request.fetch(question, into: part, now: now) else { break }
                let page = try ListPage(Data(contentsOf: part, options: .mappedIfSafe), from: body.url)
                if count == 1 {
                    (mediaType, origin, remark) = (
                        body.mediaType, body.url, body.movedTo.map { moved(to: $0, question.fields) }
                    )
                }
                question.room -= body.count
                try join.add(page)
                next = try walk.next(after: page)
                if let next, next.isLessSafe(than: url) {
                    throw FetchError(
                        .redirect,
                        "the link to the next page leads from https to \(WebRequest.shown(next)), which is not safe")
                }
            } catch var error as FetchError {
                error.description = question.fields.redacting("page \(count): \(error.description)")
                throw error
            }
            unlink(part.path)
        }
        try join.finish()
        return FetchedList(file: try await named(target, mediaType, origin), validators: Validators(), remark: remark)
    }

    /// Gives the list a name by which an import knows its format.
    private func named(_ file: URL, _ mediaType: String, _ url: URL) async throws -> URL {
        try await surroundings.threads.files.runIfActive {
            let start = try Array(PeekableSource(FileSource(path: file.path)).peek(512))
            let name = ListName.name(last: url.lastPathComponent, mediaType: mediaType, start: start)
            let target = file.deletingLastPathComponent().appendingPathComponent(name)
            try FileManager.default.moveItem(at: file, to: target)
            return target
        }
    }

    private func moved(to url: URL, _ fields: RequestFields) -> String {
        fields.redacting(
            "the server says that the list has moved for good to \(WebRequest.shown(url)); change the address in sources.yaml"
        )
    }
}
