import Dispatch
import Glibc
import TestConditions

/// A client that sends octets as they are given to it and tells what came back, for what no decent client would send.
struct RawClient: Sendable {
    /// What came back.
    struct Reply: Sendable {
        var text: String
        /// Whether the connection was reset instead of closed.
        var isReset: Bool

        /// The status code of the first answer.
        var status: Int? { text.split(separator: " ").dropFirst().first.flatMap { Int($0) } }

        /// What follows the first empty line.
        var body: Substring {
            text.firstRange(of: "\r\n\r\n").map { text[$0.upperBound...] } ?? ""
        }
    }

    let port: Int

    /// Sends `request`, reads until the server closes, and returns what it sent.
    ///
    /// - Parameters:
    ///   - closesItsSide: Whether to end the own direction after sending.
    ///   - limit: After how many octets to stop reading and hang up; nil for never.
    ///   - pause: A rest after `octets` have been read.
    func exchange(
        _ request: String, closesItsSide: Bool = false, limit: Int? = nil, afterReading octets: Int = .max,
        pause: Duration = .zero
    ) async -> Reply {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [self] in
                let rest = octets == .max ? nil : (octets, UInt32(pause / .microseconds(1)))
                continuation.resume(
                    returning: blocking(request, closesItsSide: closesItsSide, limit: limit, rest: rest))
            }
        }
    }

    /// Sends `request`, waits until `moment` has come, which `awaited` names, and hangs up without reading.
    func abandon(
        _ request: String, once awaited: String, _ moment: @escaping @Sendable () -> Bool
    ) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global().async { [self] in
                let socket = connect()
                defer { close(socket) }
                transmit(request, over: socket)
                continuation.resume(with: Result { try block(until: awaited, moment) })
            }
        }
    }

    /// Sends pieces one after the other with a pause before each, until the server hangs up or none is left; returns what the server sent and
    /// whether it hung up first.
    func dribble(_ pieces: [String], every milliseconds: UInt32) async -> (text: String, wasHungUpOn: Bool) {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [self] in
                let socket = connect()
                defer { close(socket) }
                var received: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 65_536)
                for piece in pieces {
                    usleep(milliseconds * 1000)
                    let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                    if count == 0 || (count < 0 && errno != EAGAIN) {
                        return continuation.resume(returning: (String(decoding: received, as: UTF8.self), true))
                    }
                    if count > 0 { received += buffer[..<count] }
                    transmit(piece, over: socket)
                }
                usleep(200_000)
                let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                if count > 0 { received += buffer[..<count] }
                continuation.resume(returning: (String(decoding: received, as: UTF8.self), count == 0))
            }
        }
    }

    /// Opens connections that send `request`, none if it is empty, and keeps them open without reading while `body` runs.
    func holding<Value>(
        _ count: Int, sending request: String = "", _ body: () async throws -> Value
    ) async throws -> Value {
        let sockets = (0..<count).map { _ in
            let socket = connect()
            transmit(request, over: socket)
            return socket
        }
        defer { for socket in sockets { close(socket) } }
        return try await body()
    }

    private func transmit(_ request: String, over socket: Int32) {
        let octets = Array(request.utf8)
        var sent = 0
        while sent < octets.count {
            let count = octets[sent...].withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { break }
            sent += count
        }
    }

    private func blocking(
        _ request: String, closesItsSide: Bool, limit: Int?, rest: (octets: Int, microseconds: UInt32)?
    ) -> Reply {
        var rest = rest
        let socket = connect()
        defer { close(socket) }
        transmit(request, over: socket)
        if closesItsSide { shutdown(socket, Int32(SHUT_WR)) }
        var received: [UInt8] = []
        var isReset = false
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while received.count < limit ?? .max {
            let count = recv(socket, &buffer, buffer.count, 0)
            if count < 0 { isReset = errno == ECONNRESET }
            guard count > 0 else { break }
            received += buffer[..<count]
            if let pause = rest, received.count >= pause.octets {
                usleep(pause.microseconds)
                rest = nil
            }
        }
        return Reply(text: String(decoding: received, as: UTF8.self), isReset: isReset)
    }

    private func connect() -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(socket, $0, size) }
        }
        precondition(status == 0, "no connection to port \(port)")
        // The tests beside this one may keep all threads busy for long; only a server that never answers shall fail.
        var patience = timeval(tv_sec: 300, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        return socket
    }
}
