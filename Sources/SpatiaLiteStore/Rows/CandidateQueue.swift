/// Candidates by their numbers, smallest first, each number once: as far as somebody asks, so that a page does not pay for the order of all.
struct CandidateQueue {
    /// A binary heap: none is larger than the two below it.
    private(set) var heap: [BoxSearch.Candidate]
    private var last: Int64?

    init(_ candidates: [BoxSearch.Candidate]) {
        heap = candidates
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    /// The next ones, at most `count`.
    mutating func next(_ count: Int) -> [BoxSearch.Candidate] {
        var next: [BoxSearch.Candidate] = []
        next.reserveCapacity(min(count, heap.count))
        while next.count < count, let smallest = heap.first {
            if let replacement = heap.popLast(), !heap.isEmpty {
                heap[0] = replacement
                sink(0)
            }
            // Of two with one number the certain one comes first.
            guard smallest.number != last else { continue }
            last = smallest.number
            next.append(smallest)
        }
        return next
    }

    private mutating func sink(_ start: Int) {
        heap.withUnsafeMutableBufferPointer { heap in
            let sinking = heap[start]
            var index = start
            while case var child = 2 * index + 1, child < heap.count {
                if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
                guard heap[child] < sinking else { break }
                heap[index] = heap[child]
                index = child
            }
            heap[index] = sinking
        }
    }
}
