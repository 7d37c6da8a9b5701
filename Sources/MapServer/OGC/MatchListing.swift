import Geometry
import Works

/// One page's part of the numbers of all works that match.
struct MatchListing: Sendable {
    /// How many works match in all.
    let matched: Int
    /// Where the page after this one starts; nil if this is the last.
    let next: Int64?
    private let numbers: ArraySlice<Int64>

    /// A range of numbers is read in the table's own order if at least one of so many of them matches.
    private static let sparsest = 4

    /// - Parameters:
    ///   - all: Ascending.
    ///   - number: Where the page starts: after the work with this number.
    init(_ all: [Int64], after number: Int64?, limit: Int) {
        let start = number.map { number in all.partitioningIndex { $0 > number } } ?? 0
        let end = min(start + limit, all.count)
        matched = all.count
        numbers = all[start..<end]
        next = end < all.count ? numbers.last : nil
    }

    /// Has only these works read, by their numbers or, where they lie close together, as a part of the table.
    ///
    /// The filter stays: works may have changed since they were listed.
    func narrow(_ page: inout WorkPage) {
        guard page.filter.bounds == nil, let first = numbers.first, let last = numbers.last,
            last - first < Int64(Self.sparsest * numbers.count)
        else {
            page.numbers = Array(numbers)
            return
        }
        page.after = first - 1
        page.upTo = last
    }
}
