import Works

/// What styling and filtering need to know of many works, in columns: 38 bytes a work.
struct WorkFacts: Sendable {
    /// The store's numbers, which are also the order of drawing.
    var number: [UInt32] = []
    var idHigh: [UInt64] = []
    var idLow: [UInt64] = []
    /// The lower 16 bits of the numbers in ``Traits``, and the upper ones, which are empty while there are none.
    var traitLow: [UInt16] = []
    var traitHigh: [UInt8] = []
    var due: [Moment] = []
    /// When it starts, or was reported.
    var start: [Moment] = []
    var completed: [Moment] = []
    var updated: [Moment] = []

    var count: Int { number.count }

    @inline(__always)
    func trait(_ row: Int) -> Int {
        Int(traitLow[row]) | (traitHigh.isEmpty ? 0 : Int(traitHigh[row]) << 16)
    }

    func id(_ row: Int) -> WorkID { WorkID(high: idHigh[row], low: idLow[row]) }

    mutating func append(_ work: StagedWork) {
        number.append(work.number)
        idHigh.append(work.id.high)
        idLow.append(work.id.low)
        append(trait: work.trait)
        due.append(work.due)
        start.append(work.start)
        completed.append(work.completed)
        updated.append(work.updated)
    }

    @inline(__always)
    mutating func append(trait: UInt32) {
        traitLow.append(UInt16(truncatingIfNeeded: trait))
        if trait >> 16 != 0 || !traitHigh.isEmpty {
            if traitHigh.isEmpty { traitHigh = [UInt8](repeating: 0, count: traitLow.count - 1) }
            traitHigh.append(UInt8(trait >> 16))
        }
    }

    subscript(row: Int) -> StagedWork {
        StagedWork(
            number: number[row], id: id(row), trait: UInt32(trait(row)), due: due[row], start: start[row],
            completed: completed[row], updated: updated[row])
    }

    /// What decides how works are drawn and which of them, in another order: without identifiers and other times than deadlines.
    func looks(_ order: [UInt32]) -> WorkFacts {
        WorkFacts(
            number: order.map { number[Int($0)] }, traitLow: order.map { traitLow[Int($0)] },
            traitHigh: traitHigh.isEmpty ? [] : order.map { traitHigh[Int($0)] }, due: order.map { due[Int($0)] })
    }

    /// The same works in another order.
    func arranged(_ order: [UInt32]) -> WorkFacts {
        func column<Value>(_ values: [Value]) -> [Value] { order.map { values[Int($0)] } }
        return WorkFacts(
            number: column(number), idHigh: column(idHigh), idLow: column(idLow), traitLow: column(traitLow),
            traitHigh: traitHigh.isEmpty ? [] : column(traitHigh), due: column(due), start: column(start),
            completed: column(completed), updated: column(updated))
    }

    var bytes: Int { count * 38 + traitHigh.count }
}

/// One work on its way into a snapshot.
struct StagedWork: Hashable, Sendable {
    var number: UInt32
    var id: WorkID
    var trait: UInt32
    var due: Moment
    var start: Moment
    var completed: Moment
    var updated: Moment
}

/// A moment in 32 bits: seconds from 1970 to 2106, or none. What lies outside counts as the nearest that can be told.
struct Moment: Hashable, Comparable, Sendable {
    var seconds: UInt32

    static let none = Moment(seconds: .max)

    @inline(__always)
    init(seconds: UInt32) { self.seconds = seconds }

    @inline(__always)
    init(_ instant: Instant?) {
        seconds = instant.map { UInt32(max(0, min(Int64(UInt32.max) - 1, $0.secondsSinceEpoch))) } ?? .max
    }

    @inline(__always)
    var instant: Instant? { seconds == .max ? nil : Instant(secondsSinceEpoch: Int64(seconds)) }

    @inline(__always)
    static func < (a: Moment, b: Moment) -> Bool { a.seconds < b.seconds }
}
