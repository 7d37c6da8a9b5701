import Geometry
import Works

/// Where all works lie and of which kind they are, by their numbers: 17 octets a work.
///
/// Where many works meet a box, a page of it is found soonest by going through them in the order of their numbers: one comparison of four lanes each.
struct WorkPlaces: Sendable {
    /// West, south, and east and north with their signs turned, as the R*Tree has them: one box meets another where no lane is larger.
    private(set) var boxes: [SIMD4<Float>] = []
    /// The bit of each work's kind; empty until somebody asks for a kind.
    private(set) var kinds: [UInt8] = []

    /// Files with more works than this find their pages otherwise.
    static let capacity: Int64 = 1 << 22

    /// The box of a number that no work has: it meets none.
    static let nowhere = SIMD4<Float>(repeating: .infinity)
    /// The box of a work without a geometry: it meets every box and is inside none.
    static let anywhere = SIMD4<Float>(repeating: -.infinity)

    /// - Parameter last: The largest number.
    init(last: Int64) {
        boxes = Array(repeating: Self.nowhere, count: Int(last) + 1)
    }

    mutating func setBox(_ box: SIMD4<Float>, of number: Int64) {
        guard (0...Self.capacity).contains(number) else { return }
        if number >= boxes.count {
            boxes += repeatElement(Self.nowhere, count: Int(number) + 1 - boxes.count)
        }
        boxes[Int(number)] = box
        if !kinds.isEmpty { kinds += repeatElement(0, count: boxes.count - kinds.count) }
    }

    mutating func setKind(_ kind: UInt8, of number: Int64) {
        guard kinds.indices.contains(Int(number)) else { return }
        kinds[Int(number)] = kind
    }

    /// The bit of a work's kind; 0 for a number that no work has.
    func kind(of number: Int64) -> UInt8 {
        number >= 0 && number < kinds.count ? kinds[Int(number)] : 0
    }

    /// Makes room for kinds, none of which is known yet.
    mutating func beginKinds() { kinds = Array(repeating: 0, count: boxes.count) }
}

extension RTreeBox {
    /// The box as ``WorkPlaces`` keeps it.
    var lanes: SIMD4<Float> { SIMD4(west, south, -east, -north) }
}

extension WorkKind {
    /// The bit that stands for the kind.
    var bit: UInt8 {
        switch self {
        case .roadRepair: 1
        case .outage: 2
        case .hazard: 4
        }
    }
}

/// The works of some kinds that may meet a box, in the order of their numbers.
struct PlaceScan {
    /// A box to hold others against, in the lanes of ``WorkPlaces``. It is rounded so that each comparison of floats comes out as that of the doubles would.
    private struct Query {
        /// A box meets this one where none of its lanes is larger.
        let meeting: SIMD4<Float>
        /// It is inside where none is smaller.
        let inside: SIMD4<Float>

        init(_ bounds: Bounds) {
            func down(_ value: Double) -> Float {
                let nearest = Float(value)
                return Double(nearest) > value ? nearest.nextDown : nearest
            }
            func up(_ value: Double) -> Float { -down(-value) }
            meeting = SIMD4(down(bounds.east), down(bounds.north), -up(bounds.west), -up(bounds.south))
            inside = SIMD4(up(bounds.west), up(bounds.south), -down(bounds.east), -down(bounds.north))
        }
    }

    private let places: WorkPlaces
    private let first: Query
    /// The other half of a box over the antimeridian.
    private let second: Query?
    /// The bits of the kinds that are asked for; nil if any will do.
    private let kinds: UInt8?
    private var place: Int

    init(_ places: WorkPlaces, _ bounds: Bounds, kinds: UInt8?, after: Int64?) {
        self.places = places
        self.kinds = kinds
        let parts = bounds.split.map(Query.init)
        first = parts[0]
        second = parts.count > 1 ? parts[1] : nil
        place = after.map { Int(min(max($0, -1), Int64(places.boxes.count) - 1)) + 1 } ?? 0
    }

    /// The next ones, at most `count`.
    mutating func next(_ count: Int) -> [BoxSearch.Candidate] {
        var next: [BoxSearch.Candidate] = []
        var place = place
        places.boxes.withUnsafeBufferPointer { boxes in
            places.kinds.withUnsafeBufferPointer { bits in
                while place < boxes.count, next.count < count {
                    defer { place += 1 }
                    let box = boxes[place]
                    let meets = all(box .<= first.meeting) || second.map { all(box .<= $0.meeting) } ?? false
                    guard meets, kinds.map({ $0 & bits[place] != 0 }) ?? true else { continue }
                    let isInside = all(box .>= first.inside) || second.map { all(box .>= $0.inside) } ?? false
                    next.append(BoxSearch.Candidate(number: Int64(place), isCertain: isInside))
                }
            }
        }
        self.place = place
        return next
    }
}
