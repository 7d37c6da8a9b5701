/// Why a list could not be fetched or taken.
public struct FetchError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Kind: String, Sendable, CaseIterable {
        /// No answer: no such host, nobody listens, the connection broke.
        case unreachable
        /// The server's certificate is not good, or it speaks no TLS.
        case tls
        /// The address is one that may not be asked.
        case forbidden
        case redirect
        /// The server answered with an error.
        case status
        /// The answer is no list.
        case content
        case tooLarge = "too_large"
        case tooSlow = "too_slow"
        /// The answer ended too early, or may have.
        case cut
        case paging
        /// Something in the city's folder is missing or wrong.
        case setup
        /// Another fetch of the source is running.
        case busy
        /// The list came, and the import refused it.
        case refused
    }

    public var kind: Kind
    /// Words for those who run the server. Secrets never are in them, addresses may be.
    public var description: String
    /// Seconds that the server wants to be left alone.
    public var retryAfter: Int?
    /// True if the list was refused because a newer one has come before it.
    var isOlder = false

    init(_ kind: Kind, _ description: String, retryAfter: Int? = nil) {
        self.kind = kind
        self.description = description
        self.retryAfter = retryAfter
    }
}

extension FetchError.Kind {
    /// Words for everybody, without addresses or paths.
    public var publicWords: String {
        switch self {
        case .unreachable: "the source's server cannot be reached"
        case .tls: "the source's server cannot prove who it is"
        case .forbidden, .redirect: "the source's address leads elsewhere"
        case .status: "the source's server answers with an error"
        case .content: "the source's server sends something that is no list"
        case .tooLarge: "the list is larger than is allowed"
        case .tooSlow: "the source's server is too slow"
        case .cut: "the list was cut off on its way"
        case .paging: "the parts of the list do not fit together"
        case .setup: "the source is not set up completely"
        case .busy: "the source is being fetched"
        case .refused: "the list was refused; what came before it stays"
        }
    }
}
