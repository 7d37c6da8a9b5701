import ArgumentParser
import HTTPEdge

/// Ranges of addresses such as `127.0.0.1,10.0.0.0/8`.
struct AddressRanges: ExpressibleByArgument {
    var ranges: [AddressRange]

    init?(argument: String) {
        let ranges = argument.split(separator: ",", omittingEmptySubsequences: false).map { AddressRange($0) }
        guard !ranges.contains(nil) else { return nil }
        self.ranges = ranges.compactMap(\.self)
    }
}
