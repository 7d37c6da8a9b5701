import Foundation
import Glibc
import Synchronization

/// A server that plays: it answers each request with what a test makes of it, octet by octet.
final class ListServer: Sendable {
    struct Request: Sendable {
        /// Path with the query.
        var target: String
        /// By names in lower case.
        var headers: [String: String]

        var path: String { String(target.prefix { $0 != "?" }) }
        var query: [String: String] {
            var query: [String: String] = [:]
            for pair in target.drop(while: { $0 != "?" }).dropFirst().split(separator: "&") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                query[parts[0].removingPercentEncoding ?? ""] =
                    parts.count > 1 ? String(parts[1]).removingPercentEncoding : ""
            }
            return query
        }
    }

    struct Reply: Sendable {
        var bytes: [UInt8]
        var then = End.close

        enum End: Sendable { case close, endless, silence }
    }

    /// Address of this machine that tests take for a public one.
    static let address = "127.0.0.2"

    let port: Int
    private let descriptor: CInt
    private let seen: Seen

    /// Requests so far.
    var requests: [Request] { seen.requests.withLock { $0 } }

    /// A class of its own, so that the threads do not keep the server.
    private final class Seen: Sendable {
        let requests = Mutex<[Request]>([])
    }

    init(_ answer: @escaping @Sendable (Request) -> Reply) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, Self.address, &address.sin_addr)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, pointer, &length) == 0
            }
        }
        guard bound else { throw NSError(domain: "bind", code: Int(errno)) }
        self.descriptor = descriptor
        port = Int(UInt16(bigEndian: address.sin_port))
        let seen = Seen()
        self.seen = seen
        Thread.detachNewThread {
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { break }
                Thread.detachNewThread {
                    guard let request = Self.read(client) else {
                        close(client)
                        return
                    }
                    seen.requests.withLock { $0.append(request) }
                    Self.send(answer(request), to: client)
                }
            }
            close(descriptor)
        }
    }

    deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

    func address(_ path: String = "/list.geojson", host: String = "city.test") -> String {
        "http://\(host):\(port)\(path)"
    }

    private static func read(_ client: CInt) -> Request? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !String(decoding: bytes, as: UTF8.self).contains("\r\n\r\n") {
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        let parts = lines[0].split(separator: " ")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces)
        }
        return Request(target: parts.count > 1 ? String(parts[1]) : "", headers: headers)
    }

    private static func send(_ reply: Reply, to client: CInt) {
        func write(_ bytes: [UInt8]) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
        var isOpen = write(reply.bytes)
        switch reply.then {
        case .close: break
        case .endless:
            let more = [UInt8](repeating: UInt8(ascii: " "), count: 65_536)
            while isOpen { isOpen = write(more) }
        case .silence:
            var byte: UInt8 = 0
            _ = recv(client, &byte, 1, 0)
        }
        close(client)
    }
}

extension ListServer.Reply {
    static func of(
        _ body: String, status: String = "200 OK", type: String = "application/geo+json", _ fields: [String] = []
    ) -> Self {
        .of(Array(body.utf8), status: status, type: type, fields)
    }

    static func of(_ body: [UInt8], status: String = "200 OK", type: String, _ fields: [String] = []) -> Self {
        .raw(["HTTP/1.1 \(status)", "Content-Type: \(type)", "Content-Length: \(body.count)"] + fields, body)
    }

    static func redirect(_ status: String, to location: String) -> Self {
        .of("", status: status, ["Location: \(location)"])
    }

    /// A head of these lines, and a body as it is.
    static func raw(_ head: [String], _ body: [UInt8], then end: End = .close) -> Self {
        Self(bytes: Array((head + ["Connection: close", "", ""]).joined(separator: "\r\n").utf8) + body, then: end)
    }
}
