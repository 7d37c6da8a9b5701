package import NIOHTTP1

/// What the fields of a request say about how it comes: all that decides whether it is taken at all, found in one pass.
package struct RequestFraming {
    /// How many `Host` fields there are: one in HTTP/1.1 (RFC 9112 section 3.2).
    private(set) var hosts = 0
    /// How many octets the body is announced to have; the largest number if it is no number that can be counted to.
    private(set) var length = 0
    /// Whether the client waits to be told to go on before it sends the body (RFC 9110 section 10.1.1).
    private(set) var awaitsContinue = false
    /// Whether the client would rather speak something else from here on. Nobody does here, and the parser reads no further requests after such a
    /// one, so the connection ends with its answer.
    private(set) var wantsAnotherProtocol: Bool

    package init(_ head: HTTPRequestHead) {
        wantsAnotherProtocol = head.method == .CONNECT
        for (name, value) in head.headers {
            // By length first: most fields are none of these.
            switch name.utf8.count {
            case 4 where name.lowercased() == "host": hosts += 1
            case 6 where name.lowercased() == "expect": awaitsContinue = value.lowercased() == "100-continue"
            case 7 where name.lowercased() == "upgrade": wantsAnotherProtocol = true
            case 14 where name.lowercased() == "content-length": length = Int(value) ?? .max
            default: break
            }
        }
    }
}
