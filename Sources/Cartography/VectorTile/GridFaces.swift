/// The faces between edges that meet at their ends only, and the polygons that those with a positive winding number make.
///
///           ╲ h₂ │ h₁          around a vertex, counter-clockwise: what lies left of an edge lies right of the next one. Crossing an
///      left of h₂│             edge from its right to its left changes the winding number by how often rings run along it.
///            ────●──── h₀
struct GridFaces {
    /// Two half-edges to each edge, one after the other: there and back.
    private var origin: [UInt64] = []
    private var winding: [Int32] = []
    /// The half-edges sorted by origin and, around it, counter-clockwise; and the place of each in that order.
    private var order: [Int32] = []
    private var rank: [Int32] = []
    /// Where the half-edges of each vertex begin in `order`, and for each half-edge its vertex.
    private var starts: [Int] = []
    private var vertex: [Int32] = []
    /// The winding number on the left of each half-edge.
    private var left: [Int32] = []

    init(_ chains: [SnapRounding.Chain]) {
        // Edges that lie upon each other are one; those that cancel out are none.
        var directed: [(low: UInt64, high: UInt64, winding: Int32)] = chains.map { chain in
            let (from, to) = (SnapRounding.key(chain.from), SnapRounding.key(chain.to))
            return from < to ? (from, to, 1) : (to, from, -1)
        }
        directed.sort { ($0.low, $0.high) < ($1.low, $1.high) }
        var index = 0
        while index < directed.count {
            let first = directed[index]
            var sum: Int32 = 0
            while index < directed.count, directed[index].low == first.low, directed[index].high == first.high {
                sum += directed[index].winding
                index += 1
            }
            if sum != 0 {
                origin += [first.low, first.high]
                winding += [sum, -sum]
            }
        }
        arrange()
        wind()
    }

    private func end(_ half: Int) -> GridRings.Place { SnapRounding.place(origin[half ^ 1]) }
    private func beginning(_ half: Int) -> GridRings.Place { SnapRounding.place(origin[half]) }

    private mutating func arrange() {
        /// From just behind west over south, east and north to west.
        func sector(_ d: GridRings.Place) -> Int { d.y < 0 ? 0 : d.y > 0 ? 2 : d.x > 0 ? 1 : 3 }
        let directions = origin.indices.map { end($0) &- beginning($0) }
        order = origin.indices.map { Int32($0) }
        order.sort { a, b in
            let (a, b) = (Int(a), Int(b))
            if origin[a] != origin[b] { return origin[a] < origin[b] }
            let (u, v) = (directions[a], directions[b])
            let (one, other) = (sector(u), sector(v))
            return one != other ? one < other : Int64(u.x) * Int64(v.y) - Int64(u.y) * Int64(v.x) > 0
        }
        rank = [Int32](repeating: 0, count: order.count)
        vertex = rank
        for (place, half) in order.enumerated() {
            if place == 0 || origin[Int(order[place - 1])] != origin[Int(half)] { starts.append(place) }
            rank[Int(half)] = Int32(place)
            vertex[Int(half)] = Int32(starts.count - 1)
        }
        starts.append(order.count)
    }

    // MARK: Winding numbers

    private mutating func wind() {
        left = [Int32](repeating: 0, count: order.count)
        var isKnown = [Bool](repeating: false, count: starts.count)
        var pending: [Int] = []
        for vertex in 0..<(starts.count - 1) where !isKnown[vertex] {
            // The leftmost vertex of what hangs together: west of it is what lies around.
            let last = Int(order[starts[vertex + 1] - 1])
            left[last] = windingAround(SnapRounding.place(origin[last]))
            isKnown[vertex] = true
            pending.append(last)
            while let half = pending.popLast() {
                let vertex = Int(self.vertex[half])
                let (start, count) = (starts[vertex], starts[vertex + 1] - starts[vertex])
                var number = left[half]
                for turn in 1...count {
                    let next = Int(order[start + (Int(rank[half]) - start + turn) % count])
                    number += winding[next]
                    left[next] = number
                    left[next ^ 1] = number - winding[next]
                    let neighbor = Int(self.vertex[next ^ 1])
                    if !isKnown[neighbor] {
                        isKnown[neighbor] = true
                        pending.append(next ^ 1)
                    }
                }
            }
        }
    }

    /// The winding number just west of a place, by the edges on the way to the west.
    private func windingAround(_ place: GridRings.Place) -> Int32 {
        var number: Int32 = 0
        for edge in stride(from: 0, to: origin.count, by: 2) {
            let (from, to) = (beginning(edge), end(edge))
            guard (from.y > place.y) != (to.y > place.y) else { continue }
            let side = GridRings.turn(from, to, place)
            // West of the place is an edge that goes up and has it on its right, or down and on its left.
            if to.y > from.y, side < 0 {
                number -= winding[edge]
            } else if to.y < from.y, side > 0 {
                number += winding[edge]
            }
        }
        return number
    }

    // MARK: Polygons

    private func isBorder(_ half: Int) -> Bool { left[half] > 0 && left[half ^ 1] <= 0 }

    private struct Part {
        var shell: [GridRings.Place]
        var holes: [[GridRings.Place]]
    }

    /// The polygons, each shell followed by its holes.
    func polygons() -> GridRings {
        var parts: [Part] = []
        var loose: [[GridRings.Place]] = []
        var isDone = [Bool](repeating: false, count: order.count)
        var step = [Int32](repeating: -1, count: starts.count)
        for first in order.indices where !isDone[first] && isBorder(first) {
            let loops = loops(from: first, &isDone, &step)
            let shells = loops.filter { GridRings.twiceArea($0) > 0 }
            let holes = loops.filter { GridRings.twiceArea($0) < 0 }
            if let shell = shells.first {
                parts.append(Part(shell: shell, holes: holes))
                parts += shells.dropFirst().map { Part(shell: $0, holes: []) }
            } else {
                loose += holes
            }
        }
        let boxes = parts.map { GridBox($0.shell) }
        for hole in loose {
            let around = parts.indices.filter { part in
                boxes[part].contains(hole[0]) && Self.lies(hole, in: parts[part].shell)
            }
            let nearest = around.min {
                GridRings.twiceArea(parts[$0].shell) < GridRings.twiceArea(parts[$1].shell)
            }
            if let nearest { parts[nearest].holes.append(hole) }
        }
        var rings = GridRings()
        for part in parts {
            for place in part.shell { rings.add(place) }
            guard rings.endRing(shell: nil) else { continue }
            let shell = rings.count - 1
            for hole in part.holes {
                for place in hole { rings.add(place) }
                rings.endRing(shell: shell)
            }
        }
        return rings
    }

    /// Follows the border of one face, which lies on the left, and takes it apart where it comes back to a vertex.
    private func loops(from first: Int, _ isDone: inout [Bool], _ step: inout [Int32]) -> [[GridRings.Place]] {
        var loops: [[GridRings.Place]] = []
        var way: [Int] = []
        var half = first
        repeat {
            isDone[half] = true
            let at = Int(vertex[half])
            if step[at] >= 0 {
                let loop = way[Int(step[at])...]
                loops.append(loop.map(beginning))
                for passed in loop { step[Int(vertex[passed])] = -1 }
                way.removeSubrange(loop.indices)
            }
            step[at] = Int32(way.count)
            way.append(half)
            half = next(after: half)
        } while half != first
        loops.append(way.map(beginning))
        for passed in way { step[Int(vertex[passed])] = -1 }
        return loops
    }

    /// The half-edge in which the border of the face on the left goes on: the first one clockwise from the way back.
    private func next(after half: Int) -> Int {
        let at = Int(vertex[half ^ 1])
        let (start, count) = (starts[at], starts[at + 1] - starts[at])
        var turn = Int(rank[half ^ 1]) - start
        repeat { turn = (turn + count - 1) % count } while !isBorder(Int(order[start + turn]))
        return Int(order[start + turn])
    }

    /// Whether a hole lies in a shell that it may touch, decided by the first of its places that is not on the shell.
    private static func lies(_ hole: [GridRings.Place], in shell: [GridRings.Place]) -> Bool {
        let corners = Set(shell)
        // After rounding nothing lies on an edge but its ends.
        guard let place = hole.first(where: { !corners.contains($0) }) else { return false }
        return GridPolygons.contains(place, shell)
    }
}
