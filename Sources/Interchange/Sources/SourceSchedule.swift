/// One source of `sources.yaml`: where its list is, what is in it, and how often it is fetched. `docs/sources.md`
/// describes the file.
public struct SourceSchedule: Hashable, Sendable {
    /// Name of the schedule and of its folder.
    public var name: String
    /// Name for people, by language; empty if there is none.
    public var title: [String: String] = [:]
    public var address: SourceAddress
    /// Name of a mapping, or a file in the city's folder; nil for a list with our own names.
    public var mapping: String?
    /// The layer that rows go to; the mapping's if nil.
    public var layer: ImportLayer?
    /// Name under which the works are known; the mapping's, or else the schedule's, if nil.
    public var source: String?
    public var attribution: String?
    /// Seconds between the starts of two fetches.
    public var every = 3600
    /// Seconds after the last success from which on the source is late.
    public var lateAfter: Int
    /// True if the list has all that is open; as the mapping says if nil.
    public var isFull: Bool?
    /// Fields of the request's header.
    public var headers: [SourceField] = []
    /// Parameters that are added to the address.
    public var query: [SourceField] = []
    public var paging: SourcePaging?
    public var limits = SourceLimits()
    /// True if the server may be on this machine or in a private network.
    public var allowsPrivate = false
    /// True if it is fetched by hand only.
    public var isPaused = false
    /// Place in the file, for messages.
    public var place: String

    public init(name: String, address: SourceAddress, every: Int = 3600, place: String = "sources.yaml") {
        self.name = name
        self.address = address
        self.every = every
        self.place = place
        lateAfter = 3 * every
    }

    /// True if a field of the request holds a secret.
    public var hasSecrets: Bool {
        (headers + query).contains { if case .secret = $0.value { true } else { false } }
    }
}

/// Place of a source's lists.
public enum SourceAddress: Hashable, Sendable {
    /// An address of `http` or `https`.
    case web(String)
    /// A file that is replaced, or a folder that lists are put into.
    case path(String)
}

/// A field of a request.
public struct SourceField: Hashable, Sendable {
    public enum Value: Hashable, Sendable {
        case plain(String)
        /// A file in the city's folder that only its owner reads.
        case secret(file: String)
    }

    public var name: String
    public var value: Value

    public init(name: String, value: Value) {
        self.name = name
        self.value = value
    }
}

/// Way in which a server hands out a long list in parts.
public struct SourcePaging: Hashable, Sendable {
    public enum Style: String, CaseIterable, Sendable {
        /// `$limit` and `$offset`, until a page is empty.
        case socrata
        /// `resultRecordCount` and `resultOffset`, while `exceededTransferLimit` is true.
        case arcgis
        /// The link with `"rel": "next"` of OGC API Features.
        case ogc
        /// `page_size` and `page` of GeoReport v2, until a page is empty.
        case open311
    }

    public var style: Style
    /// Rows of a page that are asked for.
    public var size: Int
    public var maximumPages: Int

    public init(style: Style, size: Int = 1000, maximumPages: Int = 1000) {
        self.style = style
        self.size = size
        self.maximumPages = maximumPages
    }
}

/// Limits on what a source may send, and on what is kept of it.
public struct SourceLimits: Hashable, Sendable {
    /// Octets of a list, unpacked, all pages together.
    public var bytes = 250_000_000
    /// Seconds that a whole fetch may take.
    public var seconds = 300
    /// Seconds in which something must come.
    public var idleSeconds = 30
    /// Lists that are kept, at least one.
    public var keptLists = 20
    /// Octets of kept lists; the last good one is kept whatever its size.
    public var keptBytes = 1_000_000_000

    public init() {}
}
