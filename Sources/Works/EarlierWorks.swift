import Geometry

/// The works of which something was said after a moment, as they were then. All others were as they are.
///
/// A store makes it of one of its states and brings it from one state to the next by what changed in between.
public struct EarlierWorks: Sendable {
    /// A work that is not in its row as it was.
    public final class Entry: Sendable {
        public let number: Int64
        /// As it was; nil if it was not known.
        public let work: Work?

        public init(number: Int64, work: Work?) {
            self.number = number
            self.work = work
        }
    }

    public let moment: Instant
    /// The state of the works that they were read from.
    public let state: StoreState
    /// Ascending by number.
    public let entries: [Entry]
    /// Memory of the entries, in octets.
    public let bytes: Int

    /// - Parameter entries: Ascending by number.
    public init(moment: Instant, state: StoreState, entries: [Entry]) {
        self.moment = moment
        self.state = state
        self.entries = entries
        bytes = entries.reduce(0) { $0 + $1.bytes }
    }

    /// The same moment as a later state tells it.
    ///
    /// - Parameters:
    ///   - numbers: The works that changed since.
    ///   - fresh: Those of them that are not in their rows as they were, ascending by number.
    public func replacing(_ numbers: Set<Int64>, by fresh: [Entry], state: StoreState) -> EarlierWorks {
        let kept = entries.filter { !numbers.contains($0.number) }
        var merged: [Entry] = []
        merged.reserveCapacity(kept.count + fresh.count)
        var rest = fresh[...]
        for entry in kept {
            while let next = rest.first, next.number < entry.number { merged.append(rest.removeFirst()) }
            merged.append(entry)
        }
        return EarlierWorks(moment: moment, state: state, entries: merged + rest)
    }

    /// Index of the first entry with this or a greater number.
    public func index(from number: Int64) -> Int { entries.partitioningIndex { $0.number >= number } }

    /// The entry of a number; nil if the work is in its row as it was.
    public func entry(_ number: Int64) -> Entry? {
        let index = index(from: number)
        return index < entries.count && entries[index].number == number ? entries[index] : nil
    }
}

extension EarlierWorks.Entry {
    fileprivate var bytes: Int {
        guard let work else { return 64 }
        let texts = [work.title, work.description, work.address, work.districts, work.extra, work.sourceID]
        return 64 + MemoryLayout<Work>.size + texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
            + 16 * (work.geometry?.vertexCount ?? 0)
    }
}
