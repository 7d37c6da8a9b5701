import AsyncHTTPClient
import Foundation
import HTTPEdge
import Interchange
import NIOCore
import NIOHTTP1
import NIOPosix
import Works

/// Tags by which the server knows the list that it sent last (RFC 9110 section 8.8).
struct Validators: Hashable, Sendable {
    var entityTag: String?
    var lastModified: String?

    var isEmpty: Bool { entityTag == nil && lastModified == nil }
}

/// A body as it lies in a file, unpacked.
struct FetchedBody: Sendable {
    /// Octets, unpacked.
    var count: Int
    var mediaType: String
    var validators: Validators
    /// The address that it came from in the end.
    var url: URL
    /// The address that the server says is the list's for good, if it is another.
    var movedTo: URL?
}

/// Fetches single addresses: follows redirects, and connects only to addresses that may be asked.
struct WebRequest: Sendable {
    var group: any EventLoopGroup
    /// Threads for files.
    var files: NIOThreadPool
    var resolver: Resolver
    var policy: AddressPolicy
    var userAgent: String

    private static let redirectLimit = 5
    private static let connectTime = TimeAmount.seconds(10)

    /// One request: the address, its fields and its limits.
    struct Question: Sendable {
        var url: URL
        var fields: RequestFields
        /// The only origin that is told the fields.
        var origin: Origin
        var validators = Validators()
        var limits: SourceLimits
        /// Octets that may come.
        var room: Int
    }

    /// Fetches into a file; nil if the list is still the one that the validators name.
    ///
    /// - Throws: ``FetchError``, without the secrets of the fields.
    func fetch(_ question: Question, into file: URL, now: Instant) async throws -> FetchedBody? {
        do {
            return try await follow(question, into: file, now: now)
        } catch var error as FetchError {
            error.description = question.fields.redacting(error.description)
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            try Task.checkCancellation()
            throw FetchError(
                Self.kind(of: error), question.fields.redacting("\(question.origin): \(Self.words(for: error))"))
        }
    }

    private func follow(_ question: Question, into file: URL, now: Instant) async throws -> FetchedBody? {
        var url = question.url
        var movedTo: URL?
        var isMovedForGood = true
        for _ in 0...Self.redirectLimit {
            let step = try await ask(url, question, into: file, now: now)
            switch step {
            case .body(var body):
                body.movedTo = movedTo
                return body
            case .unchanged: return nil
            case .redirect(let target, let isPermanent):
                isMovedForGood = isMovedForGood && isPermanent
                url = target
                if isMovedForGood { movedTo = url }
            }
        }
        throw FetchError(
            .redirect,
            "\(question.origin): more than \(Self.redirectLimit) redirects; the last leads to \(Self.shown(url))")
    }

    private enum Step {
        case body(FetchedBody)
        case unchanged
        case redirect(to: URL, isPermanent: Bool)
    }

    private func ask(_ url: URL, _ question: Question, into file: URL, now: Instant) async throws -> Step {
        guard let origin = Origin(url) else {
            throw FetchError(.redirect, "the address leads to \(Self.shown(url)), which is no address of http or https")
        }
        let address = try await address(of: origin)
        let client = client(for: url, origin, at: address, idle: question.limits.idleSeconds)
        do {
            let step = try await ask(url, origin, question, client, into: file, now: now)
            try await client.shutdown()
            return step
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    /// An address of the host that may be asked: the very one that is then connected to.
    private func address(of origin: Origin) async throws -> IPAddress {
        let all: [IPAddress] =
            if let literal = IPAddress(origin.host) { [literal] } else { try await resolver.addresses(origin.host) }
        guard let address = all.first(where: { policy.allows($0) && $0.isIPv4 }) ?? all.first(where: policy.allows)
        else {
            let shown = all.prefix(3).map(\.description).joined(separator: ", ")
            throw FetchError(
                .forbidden,
                "\(origin) is at \(shown.isEmpty ? "no address" : shown): addresses of this machine and of private networks are "
                    + "not asked; `allow_private: yes` permits it for a server of your own")
        }
        return address
    }

    private func client(for url: URL, _ origin: Origin, at address: IPAddress, idle: Int) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: Self.connectTime, read: .seconds(Int64(idle))), decompression: .disabled)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        // Certificates are still checked for the host's name, however it is written.
        let spellings: [String?] = [origin.host, url.host(percentEncoded: true), url.host(percentEncoded: false)]
        for host in spellings.compactMap(\.self) {
            if IPAddress(host) == nil { configuration.dnsOverride[host] = address.description }
        }
        // Nothing is said to a peer that may not be asked, whatever led to it.
        configuration.http1_1ConnectionDebugInitializer = { [policy] channel in
            if let peer = channel.remoteAddress?.ipAddress.flatMap({ IPAddress($0) }), policy.allows(peer) {
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(
                FetchError(.forbidden, "\(origin): the connection led to an address that is not asked"))
        }
        return HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    private func ask(
        _ url: URL, _ origin: Origin, _ question: Question, _ client: HTTPClient, into file: URL, now: Instant
    ) async throws -> Step {
        var request = HTTPClientRequest(url: url.absoluteString)
        request.headers.add(name: "User-Agent", value: userAgent)
        request.headers.add(name: "Accept", value: "application/geo+json, application/json, text/csv, */*;q=0.5")
        request.headers.add(name: "Accept-Encoding", value: "gzip")
        // The fields are for the source's own server: whoever it sends us to is told none of them.
        if origin == question.origin {
            for (name, value) in question.fields.headers { request.headers.replaceOrAdd(name: name, value: value) }
        }
        if let tag = question.validators.entityTag { request.headers.add(name: "If-None-Match", value: tag) }
        if let date = question.validators.lastModified { request.headers.add(name: "If-Modified-Since", value: date) }
        let response = try await client.execute(request, deadline: .now() + .seconds(Int64(question.limits.seconds)))
        switch response.status.code {
        case 200: break
        case 304 where !question.validators.isEmpty: return .unchanged
        case 301, 302, 303, 307, 308:
            return .redirect(
                to: try Self.target(of: response.headers.first(name: "location"), from: url),
                isPermanent: [301, 308].contains(response.status.code))
        default: throw Self.error(response, origin, now: now)
        }
        let mediaType = try Self.mediaType(response.headers, origin)
        let body = BodyFile(at: file, limit: question.room, of: "\(origin)", pool: files)
        try await body.take(response.body, head: BodyHead(response.headers))
        let count = try await body.finish()
        return .body(
            FetchedBody(
                count: count, mediaType: mediaType,
                validators: Validators(
                    entityTag: response.headers.first(name: "etag"),
                    lastModified: response.headers.first(name: "last-modified")), url: url))
    }

    // MARK: Answers

    /// The address that a redirect leads to.
    static func target(of location: String?, from url: URL) throws(FetchError) -> URL {
        guard let text = location, !text.isEmpty, let target = URL(string: text, relativeTo: url)?.absoluteURL else {
            throw FetchError(.redirect, "\(shown(url)): the server sends us on without saying where to")
        }
        guard !target.isLessSafe(than: url) else {
            throw FetchError(
                .redirect, "\(shown(url)): the server sends us on from https to \(shown(target)), which is not safe")
        }
        guard target.user == nil, target.password == nil else {
            throw FetchError(.redirect, "\(shown(url)): the server sends us on to an address with a user's name in it")
        }
        return target
    }

    private static func error(_ response: HTTPClientResponse, _ origin: Origin, now: Instant) -> FetchError {
        let status = response.status
        let wait =
            [429, 503].contains(status.code)
            ? response.headers.first(name: "retry-after").flatMap { RetryAfter.seconds($0, at: now) } : nil
        let advice =
            switch status.code {
            case 401, 403: "; does it want a key (`headers:` or `query:` with `secret:`), and is it still good?"
            case 404, 410: "; the list has moved or is gone: look for its new address"
            case 429: "; it wants fewer requests: make `every` longer"
            default: ""
            }
        return FetchError(.status, "\(origin) answers \(status.code) \(status.reasonPhrase)\(advice)", retryAfter: wait)
    }

    /// The type of a list, in lower case and without parameters.
    private static func mediaType(_ headers: HTTPHeaders, _ origin: Origin) throws -> String {
        let text = headers.first(name: "content-type") ?? ""
        let type = text.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        let isPicture = ["image/", "audio/", "video/", "font/"].contains { type.hasPrefix($0) }
        let isPage = ["text/html", "application/xhtml+xml", "text/css", "text/javascript", "application/javascript"]
            .contains(type)
        guard !isPicture, !isPage, !type.hasPrefix("multipart/") else {
            throw FetchError(
                .content,
                "\(origin) sends \(type), which is no list: a page for people, or one that asks to sign in? "
                    + "Look for the address of the data itself")
        }
        return type
    }

    /// An address without its query, which may hold a key.
    static func shown(_ url: URL) -> String {
        var parts = URLComponents(url: url, resolvingAgainstBaseURL: true)
        parts?.query = nil
        parts?.user = nil
        parts?.password = nil
        return parts?.string ?? "an address"
    }

    private static func kind(of error: any Error) -> FetchError.Kind {
        if let error = error as? HTTPClientError {
            switch error {
            case .readTimeout, .deadlineExceeded, .writeTimeout: return .tooSlow
            case .remoteConnectionClosed, .uncleanShutdown: return .cut
            default: return .unreachable
            }
        }
        if error is HTTPParserError { return .cut }
        return "\(String(reflecting: type(of: error)))".contains("SSL") ? .tls : .unreachable
    }

    private static func words(for error: any Error) -> String {
        switch kind(of: error) {
        case .tooSlow: "nothing came for too long (`idle_timeout`, `timeout`)"
        case .cut: "the connection ended before the whole list was there"
        case .tls:
            "the server's certificate is not good, or it speaks no TLS: \(error); a certificate of your own authority "
                + "belongs to the system's (update-ca-certificates)"
        default: "no connection: \(error)"
        }
    }
}
