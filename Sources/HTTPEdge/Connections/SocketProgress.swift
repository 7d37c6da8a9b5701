import Glibc
import NIOCore

/// The system's figures on octets on their way to a client.
///
/// The buffers of the system hold megabytes of an answer; only by what the client's side has acknowledged is a slow
/// reader told from one who takes nothing.
struct SocketProgress: Equatable {
    /// Octets that the client's system has acknowledged since the connection began.
    let acknowledged: UInt64
    /// True if the system holds octets that are not sent or not acknowledged yet.
    let isSending: Bool

    /// Asks the system; nil where the channel is no TCP socket. To be called on the channel's event loop.
    init?(_ channel: any Channel) {
        guard let socket = channel as? any SocketOptionProvider else { return nil }
        let answer: EventLoopFuture<TCPInfo> = socket.unsafeGetSocketOption(
            level: .tcp, name: NIOBSDSocket.Option(rawValue: TCP_INFO))
        var info: TCPInfo?
        // On its event loop the channel has the answer at once.
        answer.assumeIsolated().whenSuccess { info = $0 }
        guard let info else { return nil }
        acknowledged = info.acknowledged
        isSending = info.unacknowledgedSegments > 0 || info.unsent > 0
    }

    /// Has the system take no more of an answer ahead than keeps the connection busy, so that what slow clients do not
    /// take stays in bounded buffers of the server's own.
    static func boundUnsentOctets(of channel: any Channel) {
        (channel as? any SocketOptionProvider)?.unsafeSetSocketOption(
            level: .tcp, name: NIOBSDSocket.Option(rawValue: TCP_NOTSENT_LOWAT), value: CInt(512 << 10)
        ).whenComplete { _ in }
    }
}

/// The beginning of Linux's `struct tcp_info` (linux/tcp.h), of which glibc declares less.
private struct TCPInfo: Sendable {
    private let words:
        (
            UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64,
            UInt64, UInt64, UInt64, UInt64, UInt64, UInt64
        )

    private func value<Value>(at offset: Int, as type: Value.Type) -> Value {
        withUnsafeBytes(of: words) { $0.load(fromByteOffset: offset, as: type) }
    }

    /// `tcpi_unacked`
    var unacknowledgedSegments: UInt32 { value(at: 24, as: UInt32.self) }
    /// `tcpi_bytes_acked`
    var acknowledged: UInt64 { value(at: 120, as: UInt64.self) }
    /// `tcpi_notsent_bytes`
    var unsent: UInt32 { value(at: 144, as: UInt32.self) }
}
