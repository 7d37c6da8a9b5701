package import HTTPTypes
package import NIOCore
import NIOHTTP1

extension HTTP1ConnectionHandler {
    /// Writes an answer that is whole, for handlers that answer before the router.
    ///
    /// - Parameters:
    ///   - body: Nil for an answer that has none.
    ///   - isHead: True for the answer to HEAD, which states the body's length and leaves it out.
    ///   - date: Value of the field `Date`.
    package static func write(
        _ status: HTTPResponse.Status, _ fields: HTTPFields, _ body: ByteBuffer?, isHead: Bool, date: String,
        to context: ChannelHandlerContext
    ) {
        var headers = HTTPHeaders()
        headers.reserveCapacity(fields.count + 2)
        for field in fields { headers.add(name: field.name.rawName, value: field.value) }
        headers.add(name: "Date", value: date)
        if let body { headers.add(name: "Content-Length", value: String(body.readableBytes)) }
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status.code), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body, !isHead { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
