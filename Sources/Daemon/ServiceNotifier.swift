import Foundation
import Glibc

/// Tells the service manager how the service is doing, by the protocol of sd_notify(3): a datagram to the socket that `NOTIFY_SOCKET` names.
public struct ServiceNotifier: Sendable {
    private let descriptor: Int32
    private let address: [UInt8]
    /// The time within which the manager wants to hear that the service is alive, from `WATCHDOG_USEC`; nil if it does not watch.
    public let watchdog: Duration?

    /// Nil if nobody wants to be told.
    ///
    /// - Parameter environment: The variables `NOTIFY_SOCKET`, a path or with `@` a name in the abstract namespace, `WATCHDOG_USEC` and `WATCHDOG_PID`.
    public init?(environment: [String: String]) {
        guard let name = environment["NOTIFY_SOCKET"], name.hasPrefix("/") || name.hasPrefix("@") else { return nil }
        var path = Array(name.utf8)
        // An abstract name begins with a zero and is as long as it is; a path ends with one.
        if path[0] == UInt8(ascii: "@") { path[0] = 0 } else { path.append(0) }
        let room = MemoryLayout.size(ofValue: sockaddr_un().sun_path)
        guard path.count > 1, path.count <= room else { return nil }
        let family = sa_family_t(AF_UNIX)
        address = withUnsafeBytes(of: family) { Array($0) } + path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        // A manager that is busy for a moment hears of everything, one that hangs holds nothing up for long.
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let isMeant = environment["WATCHDOG_PID"].map { Int32($0) == getpid() } ?? true
        let period = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdog = isMeant && period > 0 ? .microseconds(period) : nil
    }

    /// The service answers.
    public func ready() { send("READY=1\nSTATUS=Serving") }

    /// The service reads its configuration anew; ``ready()`` follows.
    public func reloading() {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        send("RELOADING=1\nMONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1000)\nSTATUS=Reloading")
    }

    /// The service finishes its running answers and ends.
    public func stopping() { send("STOPPING=1\nSTATUS=Finishing running answers") }

    /// The service is alive.
    public func alive() { send("WATCHDOG=1") }

    /// Sends the message; one that the manager does not take is lost.
    private func send(_ message: String) {
        let text = Array(message.utf8)
        address.withUnsafeBytes { address in
            let target = address.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            _ = sendto(
                descriptor, text, text.count, Int32(MSG_NOSIGNAL), target,
                socklen_t(address.count))
        }
    }
}
