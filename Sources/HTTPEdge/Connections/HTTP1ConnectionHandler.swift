import HTTPTypes
package import NIOCore
package import NIOHTTP1

/// HTTP/1 connection rules beyond parsing and printing messages: the end of connections, answers to HEAD and HTTP/1.0, and an answer to
/// requests that cannot be read.
package final class HTTP1ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias InboundOut = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    private struct Exchange {
        var isHead: Bool
        var keepAlive: Bool
        var version: HTTPVersion
    }

    /// How much longer a request may take for each octet of its body: 500 a second are fast enough.
    private static let patiencePerOctet = TimeAmount.milliseconds(2)
    /// How long an answer that ends the connection may take to arrive before the socket is closed with input unread.
    private static let lingering = TimeAmount.seconds(1)
    /// Time for which a connection without a request stays open when the server ends, for one that is on its way.
    private static let drainGrace = TimeAmount.milliseconds(100)

    private let wire: WireHandler
    private let connection: Connection
    private let bodyLimit: Int
    private let idleTimeout: TimeAmount
    private var context: ChannelHandlerContext?
    private var idleWatch: Scheduled<Void>?
    private var isReceiving = false
    /// True while the body of a request that was handed on is being received.
    private var isBodyOpen = false
    private var lastSeen = NIODeadline.now()
    private var exchanges = CircularBuffer<Exchange>(initialCapacity: 2)
    private var bodyBytes = 0
    private var refusal: Problem?
    private var isClosing = false
    /// True once the head of the oldest open request's answer was written.
    private var hasBegunAnswer = false
    /// True once the server ends: the connection ends with the answers to what has come.
    private var isDraining = false
    /// True if the request that is being received is the connection's last, and if nothing more is read from it.
    private var isLast = false
    private var readsNoMore = false

    package init(wire: WireHandler, connection: Connection, limits: ConnectionLimits) {
        self.wire = wire
        self.connection = connection
        bodyLimit = limits.bodyBytes
        idleTimeout = .init(limits.idleTimeout)
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        watch(context, for: idleTimeout)
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        idleWatch?.cancel()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        idleWatch?.cancel()
        context.fireChannelInactive()
    }

    /// Hangs up on a client that rests too long between requests or takes too long to send one. What counts is whole parts of a request: whoever
    /// dribbles its head letter by letter rests, and a body counts by its octets.
    private func watch(_ context: ChannelHandlerContext, for time: TimeAmount) {
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        idleWatch = context.eventLoop.scheduleTask(in: time) {
            let (conduct, context) = loopBound.value
            // A client rests from when it has taken the whole of its last answer.
            if !conduct.isReceiving, conduct.wire.isSending { conduct.lastSeen = .now() }
            let isAnswering = !conduct.exchanges.isEmpty && !conduct.isReceiving
            let rest = NIODeadline.now() - conduct.lastSeen
            if !isAnswering, rest >= conduct.idleTimeout {
                context.close(promise: nil)
            } else {
                conduct.watch(context, for: isAnswering ? conduct.idleTimeout : conduct.idleTimeout - rest)
            }
        }
    }

    /// The server ends. Nobody further in is told: they would hang up while the client still takes the last answer.
    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is ChannelShouldQuiesceEvent else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        guard !isDraining else { return }
        isDraining = true
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: Self.drainGrace) {
            let (conduct, context) = loopBound.value
            if conduct.exchanges.isEmpty { conduct.close(context, after: nil, promise: nil) }
        }
    }

    // MARK: Requests

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard refusal == nil, !isClosing else { return }
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            lastSeen = .now()
            isReceiving = true
            bodyBytes = 0
            connection.beginRequest()
            let framing = RequestFraming(head)
            let isOld = (head.version.major, head.version.minor) < (1, 1)
            guard framing.hosts == 1 || isOld else {
                refuse(context, with: .noHost)
                return
            }
            guard framing.length <= bodyLimit else {
                refuse(context, with: .bodyTooLarge(limit: bodyLimit))
                return
            }
            isLast = framing.wantsAnotherProtocol
            exchanges.append(
                Exchange(
                    isHead: head.method == .HEAD, keepAlive: head.isKeepAlive && !isLast, version: head.version))
            isBodyOpen = true
            if framing.awaitsContinue, !isOld, exchanges.count == 1 {
                let goOn = HTTPResponseHead(version: .http1_1, status: .continue)
                context.writeAndFlush(Self.wrapOutboundOut(.head(goOn)), promise: nil)
            }
        case .body(let bytes):
            bodyBytes += bytes.readableBytes
            lastSeen = min(.now(), lastSeen + Self.patiencePerOctet * bytes.readableBytes)
            guard bodyBytes <= bodyLimit else {
                refuse(context, with: .bodyTooLarge(limit: bodyLimit))
                return
            }
        case .end:
            lastSeen = .now()
            isReceiving = false
            isBodyOpen = false
            readsNoMore = isLast
        }
        context.fireChannelRead(data)
    }

    package func read(context: ChannelHandlerContext) {
        if !readsNoMore { context.read() }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
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
        writeRefusalIfDue(context)
    }

    /// A request whose body broke off has been handed on already: it is answered here, before the one inside would notice.
    private func writeRefusalIfDue(_ context: ChannelHandlerContext) {
        guard let problem = refusal, !isClosing else { return }
        let isBroken = isBodyOpen && exchanges.count == 1
        guard exchanges.isEmpty || isBroken else { return }
        if isBroken, hasBegunAnswer {
            // Its answer is on the way already: all that is left is to end the connection.
            close(context, after: nil, promise: nil)
            return
        }
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

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isClosing else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch Self.unwrapOutboundIn(data) {
        case .head(var head):
            guard !exchanges.isEmpty, head.status.code >= 200 else {
                context.write(data, promise: promise)
                return
            }
            hasBegunAnswer = true
            if isDraining, exchanges.count == 1 { exchanges[exchanges.startIndex].keepAlive = false }
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
            guard var exchange = exchanges.popFirst() else {
                context.write(data, promise: promise)
                return
            }
            noteAnswer()
            if isDraining, exchanges.isEmpty { exchange.keepAlive = false }
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
            writeRefusalIfDue(context)
        }
    }

    /// Notes that the oldest open request was answered.
    private func noteAnswer() {
        lastSeen = .now()
        hasBegunAnswer = false
        if exchanges.isEmpty { connection.becomeIdle(at: lastSeen) }
    }

    /// Whether the oldest open request may be answered in one piece: nothing about the answer depends on the version, the method or the end of
    /// the connection.
    package var takesWholeAnswer: Bool {
        guard let exchange = exchanges.first else { return false }
        return exchange.keepAlive && !isDraining && !exchange.isHead && exchange.version == .http1_1
    }

    /// Answers the oldest open request with octets that are a whole message of HTTP/1.1; the caller has the wire flushed.
    package func write(whole answer: ByteBuffer) {
        exchanges.removeFirst()
        noteAnswer()
        wire.write(answer)
        if refusal != nil, let context { writeRefusalIfDue(context) }
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
        let conduct = NIOLoopBound(self, eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in
            channel.close(mode: .output, promise: nil)
            conduct.value.closeWhenTaken(channel)
        }
        if let part {
            context.writeAndFlush(Self.wrapOutboundOut(part), promise: written)
        } else {
            wire.flush(promise: written)
        }
    }

    /// Closes the socket once the client has the whole answer: the system gives up on one that belongs to no program any more.
    private func closeWhenTaken(_ channel: any Channel) {
        let conduct = NIOLoopBound(self, eventLoop: channel.eventLoop)
        channel.eventLoop.scheduleTask(in: Self.lingering) {
            if conduct.value.wire.isSending {
                conduct.value.closeWhenTaken(channel)
            } else {
                channel.close(promise: nil)
            }
        }
    }
}
