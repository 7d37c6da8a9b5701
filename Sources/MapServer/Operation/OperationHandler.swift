import HTTPEdge
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1

/// Answers `/health` and `/metrics` on the event loop, between the socket and the router: they must be heard when all workers and tasks are busy.
///
/// On the main port other requests go on inwards; on the operations port there is nothing further in.
final class OperationHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let answers: OperationAnswers
    private let connection: Connection
    private let hasRouter: Bool
    private let logger: Logger
    private let clock = FieldClock()
    /// Requests that went on inwards and wait for their answers, which must leave before ours.
    private var inside = 0
    /// True while the rest of a request comes that was answered at its head.
    private var isAnswered = false
    private var isReadHeld = false

    /// - Parameter hasRouter: True on the main port.
    init(services: MapServices, ends: ClientChannel.Ends, hasRouter: Bool = true, logger: Logger) {
        answers = OperationAnswers(services: services)
        connection = ends.connection
        self.hasRouter = hasRouter
        self.logger = logger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            isAnswered = inside == 0 && answer(head, context)
            if isAnswered { return }
            inside += 1
        case .body, .end: if isAnswered { return }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = Self.unwrapOutboundIn(data) { inside -= 1 }
        context.write(data, promise: promise)
    }

    /// Reads no more while the client takes no answers. On the main port the handler before this one sees to it.
    func read(context: ChannelHandlerContext) {
        if hasRouter || context.channel.isWritable { context.read() } else { isReadHeld = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isReadHeld, context.channel.isWritable {
            isReadHeld = false
            context.read()
        }
        context.fireChannelWritabilityChanged()
    }

    /// Answers the request, if it is one for here; false if it is to go on inwards.
    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) -> Bool {
        let started = ContinuousClock.now
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts.first.map(String.init) ?? ""
        let question = OperationQuestion(rawValue: path)
        let isReading = head.method == .GET || head.method == .HEAD
        let fields = Fields(head)
        if hasRouter, question == nil || !isReading || fields.hasBody { return false }

        let line = AccessLine(
            requestID: fields.requestID ?? RequestID.next(), method: head.method.rawValue,
            route: question?.rawValue ?? "-", path: LoggedPath.text(of: path, route: question?.rawValue),
            started: started)
        var (status, answer, body): (HTTPResponse.Status, HTTPFields, ByteBuffer)
        do throws(Problem) {
            let content = try self.content(
                question, isReading, head, parts.count > 1 ? String(parts[1]) : nil, fields, context)
            (status, answer) = content.head(for: Condition(), caching: .never)
            body = content.body
        } catch {
            (status, answer) = (error.status, error.fields)
            body = ByteBuffer(bytes: error.json(instance: path, requestID: line.requestID))
        }
        CommonHeaders.add(to: &answer, requestID: line.requestID)
        let isHead = head.method == .HEAD
        HTTP1ConnectionHandler.write(status, answer, body, isHead: isHead, date: clock.date, to: context)
        line.write(
            status: status.code, octets: isHead ? 0 : body.readableBytes, error: nil, to: logger,
            answers.services.metrics)
        return true
    }

    private func content(
        _ question: OperationQuestion?, _ isReading: Bool, _ head: HTTPRequestHead, _ query: String?, _ fields: Fields,
        _ context: ChannelHandlerContext
    ) throws(Problem) -> Content {
        guard let question else { throw .notFound("here are /health/live, /health/ready and /metrics") }
        guard isReading else {
            throw .methodNotAllowed(.init(head.method.rawValue) ?? .get, allow: "GET, HEAD")
        }
        let audience =
            hasRouter
            ? answers.audience(
                client: connection.peer, isForwarded: fields.isForwarded)
            : .operators
        return try answers.content(of: question, query: query, gzip: fields.acceptsGzip, for: audience)
    }

    /// Fields of a request that decide about its answer.
    private struct Fields {
        var requestID: String?
        var acceptsGzip = false
        var isForwarded = false
        var hasBody = false

        init(_ head: HTTPRequestHead) {
            for (name, value) in head.headers {
                switch name.lowercased() {
                case "x-request-id": requestID = RequestID.isPlain(value) ? value : nil
                case "accept-encoding": acceptsGzip = WeightedChoice.acceptsGzip(value)
                case "content-length", "transfer-encoding": hasBody = true
                case let name where OperationAnswers.isForwarding(name): isForwarded = true
                default: break
                }
            }
        }
    }
}
