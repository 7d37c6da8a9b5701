import Cartography
import HTTPEdge
import HTTPTypes
import Hummingbird
import Interchange
import Logging
import NIOCore
import NIOHTTP1
import TimeBudgets
import Works

/// Answers requests for pictures of tiles between the socket and the workers that draw them: no task, no router.
///
/// A map asks for tiles by the dozen, and one that was made before costs less than the way through a framework. Everything else about them is
/// as for other requests: the same limits, times, fields, problems, metrics and log. Requests that are no plain tile go on inwards.
final class TileHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// A request that is answered here. A class, because it is handed on several times and holds much that copies would count.
    private final class Question: Sendable {
        let tile: TileRequest
        let line: AccessLine
        let isHead: Bool
        let condition: Condition
        let patience: Duration?
        let client: ClientAddress

        init(
            tile: TileRequest, line: AccessLine, isHead: Bool, condition: Condition, patience: Duration?,
            client: ClientAddress
        ) {
            self.tile = tile
            self.line = line
            self.isHead = isHead
            self.condition = condition
            self.patience = patience
            self.client = client
        }
    }

    private let services: MapServices
    private let connection: Connection
    private let http: HTTP1ConnectionHandler
    private let wire: WireHandler
    private let logger: Logger
    private let clock = FieldClock()
    /// Requests that went on inwards and wait for their answers, which must leave before ours.
    private var inside = 0
    private var question: Question?
    private var isDrawing = false
    /// What came while a tile is being drawn, or while the client takes too little of the answers that it has asked for.
    private var held = CircularBuffer<HTTPServerRequestPart>()
    private var isReadHeld = false
    /// Whether more requests may come before the end of what was read from the socket, and whether answers to those before wait for that.
    private var isReading = false
    private var owesFlush = false

    init(services: MapServices, ends: ClientChannel.Ends, logger: Logger) {
        self.services = services
        connection = ends.connection
        http = ends.http
        wire = ends.wire
        self.logger = logger
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = Self.unwrapInboundIn(data)
        isReading = true
        if isHeld(context) || !held.isEmpty { held.append(part) } else { take(part, context) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        if owesFlush {
            owesFlush = false
            wire.flush()
        }
        context.fireChannelReadComplete()
    }

    /// Whether the next request has to wait: an answer is on its way, or those before wait for the client to take them.
    private func isHeld(_ context: ChannelHandlerContext) -> Bool {
        isDrawing || (inside == 0 && !context.channel.isWritable)
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head):
            question = inside == 0 ? Self.question(head, connection, services) : nil
            guard question == nil else { return }
            inside += 1
        case .body: break
        case .end:
            if let question {
                self.question = nil
                answer(question, context)
                return
            }
        }
        context.fireChannelRead(Self.wrapInboundOut(part))
    }

    private static func question(
        _ head: HTTPRequestHead, _ connection: Connection, _ services: MapServices
    ) -> Question? {
        guard head.method == .GET || head.method == .HEAD, head.uri.hasPrefix("/tiles/") else { return nil }
        var condition = Condition()
        var preferences: [String] = []
        var requestID: String?
        var forwarded: [String] = []
        for (name, value) in head.headers {
            // By length first: most fields are none of these.
            switch name.utf8.count {
            case 13 where name.lowercased() == "if-none-match":
                // Fields of the same name are one list (RFC 9110 section 5.3).
                condition.ifNoneMatch = condition.ifNoneMatch.map { $0 + ", " + value } ?? value
            case 6 where name.lowercased() == "prefer": preferences.append(value)
            case 12 where name.lowercased() == "x-request-id": requestID = RequestID.isPlain(value) ? value : nil
            case 15 where connection.isProxy && name.lowercased() == "x-forwarded-for": forwarded.append(value)
            case 14 where name.lowercased() == "content-length", 17 where name.lowercased() == "transfer-encoding":
                return nil
            default: break
            }
        }
        guard let tile = TileRoutes.tileRequest(uri: head.uri, services.cityZone), tile.format == .png else {
            return nil
        }
        let line = AccessLine(
            requestID: requestID ?? RequestID.next(), method: head.method.rawValue, route: TileRoutes.pattern,
            path: head.uri.utf8.firstIndex(of: UInt8(ascii: "?")).map { String(head.uri[..<$0]) } ?? head.uri,
            started: .now)
        return Question(
            tile: tile, line: line, isHead: head.method == .HEAD, condition: condition,
            patience: preferences.isEmpty ? nil : Request.patience(preferences),
            client: connection.isProxy
                ? client(of: connection, forwarded, services.configuration.proxies) : connection.client)
    }

    private static func client(
        of connection: Connection, _ forwarded: [String], _ proxies: TrustedProxies
    ) -> ClientAddress {
        connection.peer.map { ClientAddress(proxies.client(behind: $0, forwarded: forwarded)) } ?? .unknown
    }

    /// Nothing more is read while requests have to wait, so that what is held stays little. One piece is read ahead: to stop listening to the
    /// socket for each tile costs more than most clients, which wait for their tile, ever make us hold.
    func read(context: ChannelHandlerContext) {
        if !held.isEmpty, isHeld(context) { isReadHeld = true } else { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, isReadHeld || !held.isEmpty {
            let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            // Not at once: this is called from within a flush.
            context.eventLoop.execute {
                let (lane, context) = loopBound.value
                lane.goOn(context)
            }
        }
        context.fireChannelWritabilityChanged()
    }

    /// Takes up what had to wait.
    private func goOn(_ context: ChannelHandlerContext) {
        let waited = held.count
        while !isHeld(context), let part = held.popFirst() { take(part, context) }
        // Those inside look at what they got when a reading ends; the one that brought this ended long ago.
        if held.count < waited { context.fireChannelReadComplete() }
        guard !isHeld(context) else { return }
        if isReadHeld {
            isReadHeld = false
            context.read()
        }
    }

    // MARK: Answers

    private func answer(_ question: Question, _ context: ChannelHandlerContext) {
        let now = Instant.now
        if let tile = services.atlas.cachedTile(question.tile, at: now) {
            write(tile, at: now, to: question, context)
            return
        }
        isDrawing = true
        let route = services.configuration.deadlineTiles
        let budget = TimeBudget(until: question.line.started + min(route, question.patience ?? route))
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        services.tilePool.submit(within: budget, for: connection, of: question.client) { [atlas = services.atlas] in
            try atlas.tile(question.tile, at: now, budget: budget)
        } completion: { result in
            loop.execute {
                let (lane, context) = loopBound.value
                lane.finish(result, at: now, question, context)
            }
        }
    }

    private func finish(
        _ result: Result<EncodedTile, any Error>, at now: Instant, _ question: Question,
        _ context: ChannelHandlerContext
    ) {
        isDrawing = false
        switch result {
        case .success(let tile): write(tile, at: now, to: question, context)
        case .failure(let error): write(error, to: question, context)
        }
        goOn(context)
    }

    private func write(_ tile: EncodedTile, at now: Instant, to question: Question, _ context: ChannelHandlerContext) {
        guard !http.takesWholeAnswer else {
            writeWhole(tile, at: now, to: question, context)
            return
        }
        let content = tile.content(.png, gzip: false)
        var (status, fields) = content.head(for: question.condition, caching: services.caching(of: tile, at: now))
        CommonHeaders.add(to: &fields, requestID: question.line.requestID)
        write(status, fields, status == .notModified ? nil : content.body, to: question, context)
    }

    /// What nearly every client gets: head and picture as one piece of octets, in one write for all requests that came together.
    private func writeWhole(
        _ tile: EncodedTile, at now: Instant, to question: Question, _ context: ChannelHandlerContext
    ) {
        let entityTag = tile.entityTag
        let isUnchanged = question.condition.holds(for: entityTag)
        let length = isUnchanged ? nil : tile.bytes.count
        var octets = context.channel.allocator.buffer(capacity: TileHead.capacity + (length ?? 0))
        (isUnchanged ? TileHead.unchanged : .found).write(
            to: &octets, entityTag: entityTag, caching: services.caching(of: tile, at: now),
            requestID: question.line.requestID, date: clock.date, length: length)
        if !isUnchanged { octets.writeBytes(tile.bytes) }
        http.write(whole: octets)
        if isReading { owesFlush = true } else { wire.flush() }
        question.line.write(
            status: isUnchanged ? 304 : 200, octets: length ?? 0, error: nil, to: logger, services.metrics)
    }

    private func write(_ error: any Error, to question: Question, _ context: ChannelHandlerContext) {
        let problem = Problem(error, logger: logger)
        var fields = problem.fields
        CommonHeaders.add(to: &fields, requestID: question.line.requestID)
        let body = problem.json(instance: question.line.path, requestID: question.line.requestID)
        write(problem.status, fields, ByteBuffer(bytes: body), to: question, context)
    }

    private func write(
        _ status: HTTPResponse.Status, _ fields: HTTPFields, _ body: ByteBuffer?, to question: Question,
        _ context: ChannelHandlerContext
    ) {
        HTTP1ConnectionHandler.write(status, fields, body, isHead: question.isHead, date: clock.date, to: context)
        question.line.write(
            status: status.code, octets: question.isHead ? 0 : body?.readableBytes ?? 0, error: nil, to: logger,
            services.metrics)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = Self.unwrapOutboundIn(data) { inside -= 1 }
        context.write(data, promise: promise)
    }
}

/// The value of `Date`, made once a second.
final class FieldClock {
    private var second = Instant(secondsSinceEpoch: .min)
    private var text = ""

    /// Now, as RFC 9110 section 5.6.7 writes it.
    var date: String {
        let now = Instant.now
        if now != second {
            second = now
            text = now.fieldValue
        }
        return text
    }
}

extension Instant {
    /// `Wed, 25 Nov 2026 23:12:02 GMT` (RFC 9110 section 5.6.7).
    var fieldValue: String {
        let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = description.utf8.split { !(48...57).contains($0) }.map { Int(Substring($0)) ?? 0 }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date = CivilDate(year: parts[0], month: parts[1], day: parts[2])
        return "\(days[date.weekday - 1]), \(two(date.day)) \(months[date.month - 1]) \(date.year) "
            + "\(two(parts[3])):\(two(parts[4])):\(two(parts[5])) GMT"
    }
}
