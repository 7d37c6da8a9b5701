import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Hummingbird answering every request with the same octets: what the framework itself costs.
///
///     constant-server FILE PORT
@main
struct ConstantServer {
    static func main() async throws {
        guard CommandLine.arguments.count == 3, let port = Int(CommandLine.arguments[2]) else {
            FileHandle.standardError.write(Data("usage: constant-server FILE PORT\n".utf8))
            exit(64)
        }
        let octets = ByteBuffer(bytes: try Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1])))
        let tag = "\"constant\""
        let router = Router()
        router.get("/constant.png") { request, _ -> Response in
            let headers: HTTPFields = [.contentType: "image/png", .eTag: tag, .cacheControl: "no-cache"]
            if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: octets))
        }
        var logger = Logger(label: "constant-server")
        logger.logLevel = .error
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger)
        try await application.runService()
    }
}
