/// Limits on clients' connections.
package struct ConnectionLimits: Sendable {
    /// Connections that may be open at once.
    package var connections = 1024
    /// Connections that one client address may have open; clients of trusted proxies are not counted. Nil is a quarter of ``connections``.
    package var connectionsPerAddress: Int?
    /// Connections that may wait in the system's backlog.
    package var backlog = 1024
    /// Bytes of one header field, and of the request line; all fields together may have twice as many.
    package var headerBytes = 32 * 1024
    package var headerFields = 100
    /// Bytes of a request's body.
    package var bodyBytes = 2 * 1024 * 1024
    /// Time that a connection may rest between requests, or take to send one.
    package var idleTimeout = Duration.seconds(30)
    /// Time for which work goes on for a client that has closed its sending side, in case it only closed that side.
    package var partingGrace = Duration.milliseconds(250)
    /// Time for which the client's system may acknowledge nothing, though an answer waits.
    ///
    /// A client that reads slowly acknowledges seldom: with full buffers only when there is room for a whole segment, which is 64 KB over the
    /// loopback and 1.4 KB elsewhere.
    package var stallTimeout = Duration.seconds(900)

    package init() {}
}
