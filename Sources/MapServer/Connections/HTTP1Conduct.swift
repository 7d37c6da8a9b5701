import HTTPTypes
import NIOCore
import NIOHTTP1

/// What HTTP/1 asks of a server beyond parsing and printing messages: how connections end, what HEAD and HTTP/1.0 get, and an answer to
/// those whose request cannot be read.
final class HTTP1Conduct: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private struct Exchange {
        var isHead: Bool
        var keepAlive: Bool
        var version: HTTPVersion
    }

    /// How long an answer that ends the connection may take to arrive before the socket is closed with input unread.
    private static let lingering = TimeAmount.seconds(1)

    private let wire: WireHandler
    private let bodyLimit: Int
    private var exchanges = CircularBuffer<Exchange>(initialCapacity: 2)
    private var bodyBytes = 0
    private var refusal: Problem?
    private var isClosing = false

    /// - Parameter bodyLimit: The most octets that the body of a request may have.
    init(wire: WireHandler, bodyLimit: Int) {
        self.wire = wire
        self.bodyLimit = bodyLimit
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard refusal == nil, !isClosing else { return }
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            bodyBytes = 0
            let announced = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
            guard announced <= bodyLimit else {
                refuse(context, with: .bodyTooLarge(limit: bodyLimit))
                return
            }
            exchanges.append(
                Exchange(isHead: head.method == .HEAD, keepAlive: head.isKeepAlive, version: head.version))
        case .body(let bytes):
            bodyBytes += bytes.readableBytes
            guard bodyBytes <= bodyLimit else {
                context.close(promise: nil)
                return
            }
        case .end: break
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            if !isClosing, refusal == nil { context.fireErrorCaught(error) }
            return
        }
        guard refusal == nil, !isClosing else { return }
        switch error {
        case .headerOverflow: refuse(context, with: wire.isInRequestLine ? .addressTooLong : .headersTooLarge)
        case .invalidVersion: refuse(context, with: .versionNotSupported)
        default: refuse(context, with: .unreadableRequest)
        }
    }

    /// Answers with a problem once the requests before it have been answered, and hangs up.
    private func refuse(_ context: ChannelHandlerContext, with problem: Problem) {
        refusal = problem
        if exchanges.isEmpty { writeRefusal(context) }
    }

    private func writeRefusal(_ context: ChannelHandlerContext) {
        guard let problem = refusal else { return }
        let body = problem.json(instance: nil, requestID: nil)
        let head = HTTPResponseHead(
            version: .http1_1, status: .init(statusCode: problem.status.code),
            headers: [
                "content-type": Problem.mediaType, "content-length": "\(body.count)", "cache-control": "no-store",
                "connection": "close", "x-content-type-options": "nosniff",
            ])
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        close(context, after: .end(nil), promise: nil)
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch Self.unwrapOutboundIn(data) {
        case .head(var head):
            guard !exchanges.isEmpty, head.status.code >= 200 else {
                context.write(data, promise: promise)
                return
            }
            let version = exchanges[exchanges.startIndex].version
            let old = (version.major, version.minor) < (1, 1)
            if old {
                head.version = .http1_0
                if !head.headers.contains(name: "content-length"), head.status != .notModified {
                    exchanges[exchanges.startIndex].keepAlive = false
                }
            }
            if !exchanges[exchanges.startIndex].keepAlive {
                head.headers.replaceOrAdd(name: "connection", value: "close")
            } else if old {
                head.headers.replaceOrAdd(name: "connection", value: "keep-alive")
            }
            context.write(Self.wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end(let trailers):
            guard let exchange = exchanges.popFirst() else {
                context.write(data, promise: promise)
                return
            }
            if exchange.isHead {
                // A HEAD answer has the fields of the GET answer, chunked framing included, but no chunk, not even the last.
                context.flush()
                promise?.succeed()
                if !exchange.keepAlive { close(context, after: nil, promise: nil) }
            } else if exchange.keepAlive {
                context.write(Self.wrapOutboundOut(.end(trailers)), promise: promise)
            } else {
                close(context, after: .end(trailers), promise: promise)
            }
            if exchanges.isEmpty { writeRefusal(context) }
        }
    }

    /// Ends the connection after the last part: first our side, so that the answer arrives even if the client is still sending, and
    /// soon after the other.
    private func close(
        _ context: ChannelHandlerContext, after part: HTTPServerResponsePart?, promise: EventLoopPromise<Void>?
    ) {
        guard !isClosing else { return }
        isClosing = true
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        written.futureResult.whenComplete { _ in
            channel.close(mode: .output, promise: nil)
            channel.eventLoop.scheduleTask(in: Self.lingering) { channel.close(promise: nil) }
        }
        if let part {
            context.writeAndFlush(Self.wrapOutboundOut(part), promise: written)
        } else {
            context.flush()
            written.succeed()
        }
    }
}
