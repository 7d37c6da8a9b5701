import HTTPTypes
package import Hummingbird

extension Response {
    /// The same fields without the body, for HEAD.
    package func withoutBody() -> Response {
        Response(
            status: status, headers: headers,
            body: ResponseBody(contentLength: body.contentLength) { writer in try await writer.finish(nil) })
    }

    /// The answer, calling `body` once it has left or failed to, with the octets of its body.
    package func whenSent(_ report: @escaping @Sendable (_ octets: Int, _ error: (any Error)?) -> Void) -> Response {
        if let length = body.contentLength {
            report(length, nil)
            return self
        }
        let original = body
        var counted = self
        counted.body = ResponseBody { writer in
            let meter = CountingWriter(writer: writer)
            do {
                try await original.write(meter)
                report(meter.octets, nil)
            } catch {
                report(meter.octets, error)
                throw error
            }
        }
        return counted
    }
}

/// Counts what passes.
private final class CountingWriter: ResponseBodyWriter {
    private var writer: any ResponseBodyWriter
    private(set) var octets = 0

    init(writer: any ResponseBodyWriter) {
        self.writer = writer
    }

    func write(_ buffer: ByteBuffer) async throws {
        octets += buffer.readableBytes
        try await writer.write(buffer)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await writer.finish(trailingHeaders)
    }
}
