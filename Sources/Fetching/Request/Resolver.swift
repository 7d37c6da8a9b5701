import Foundation
import Glibc
package import HTTPEdge
import Synchronization

/// The addresses of a host.
package struct Resolver: Sendable {
    /// - Throws: ``FetchError`` if there are none.
    package var addresses: @Sendable (_ host: String) async throws -> [IPAddress]

    package init(_ addresses: @escaping @Sendable (_ host: String) async throws -> [IPAddress]) {
        self.addresses = addresses
    }

    /// The system's resolver, on a thread that is left behind if the task is cancelled: `getaddrinfo` cannot be.
    package static let system = Resolver { host in
        let answer = Answer()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                answer.wait(continuation)
                Thread.detachNewThread { answer.finish(Result { try look(up: host) }) }
            }
        } onCancel: {
            answer.finish(.failure(CancellationError()))
        }
    }

    /// The answer, which comes once: from the thread, or because nobody waits any more.
    private final class Answer: Sendable {
        private struct State {
            var waiting: CheckedContinuation<[IPAddress], any Error>?
            var early: Result<[IPAddress], any Error>?
        }

        private let state = Mutex(State())

        func wait(_ continuation: CheckedContinuation<[IPAddress], any Error>) {
            let early = state.withLock { state in
                if state.early == nil { state.waiting = continuation }
                return state.early
            }
            if let early { continuation.resume(with: early) }
        }

        func finish(_ result: Result<[IPAddress], any Error>) {
            let waiting = state.withLock { state in
                defer { state.waiting = nil }
                if state.early == nil { state.early = result }
                return state.waiting
            }
            waiting?.resume(with: result)
        }
    }

    private static func look(up host: String) throws -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &list)
        guard status == 0 else {
            throw FetchError(.unreachable, "\(host): no address: \(String(cString: gai_strerror(status)))")
        }
        defer { freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var next = list
        while let entry = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
                == 0,
                let address = IPAddress(
                    String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)),
                !addresses.contains(address)
            {
                addresses.append(address)
            }
            next = entry.pointee.ai_next
        }
        return addresses
    }
}
