public import NIOCore

/// Division of the process's descriptors between clients and the program's own files.
///
/// Clients never get the last ones: the database, its readers, pages and log files go on to be opened however many clients there are.
public struct DescriptorBudget: Hashable, Sendable {
    /// Fewest connections that a server can work with.
    public static let fewestConnections = 8

    /// Clients that may be connected at once.
    public let connections: Int
    /// The least limit that would do.
    public let leastLimit: Int

    /// - Parameters:
    ///   - limit: Descriptors that the process may hold (`ulimit -n`).
    ///   - inUse: Descriptors that are open before the server listens.
    ///   - wanted: Most connections that are of use.
    ///   - loops: Event loops for clients.
    public init(limit: Int, inUse: Int, wanted: Int, loops: Int = System.coreCount) {
        // A loop has three descriptors, that of the operations port too.
        let threads = 3 * (loops + 1)
        // Readers of the database have up to two each; the rest is for listening, for files of pages and for what is looked at in between.
        let files = 16 + min(limit / 8, 128)
        let taken = inUse + threads + files
        leastLimit = taken + Self.fewestConnections
        connections = min(wanted, limit - taken)
    }

    /// True if there is room for clients at all.
    public var isSufficient: Bool { connections > 0 }
}
