import Geometry

/// The sea of an extract, which has no area of its own there: only its coast is drawn, with the land on the left of each line
/// (https://wiki.openstreetmap.org/wiki/Tag:natural%3Dcoastline).
///
///      ┌──────────▷──────┐      Where a coast leaves the frame (b), the sea goes on along the frame, clockwise, until a coast
///      │     land        │      comes in (a). Closed coasts are islands, holes of the sea, or inland seas, areas of it.
///      a▷───╮   ╭───────▷b
///      │    ╰▷──╯        ▽
///      └──────◁──────────┘
struct Sea: Hashable {
    /// Empty if the extract has no coast.
    private(set) var areas: [Polygon] = []
    /// Whether a coast ends in the middle of the extract, so that nobody can say where the sea is; there are no areas then.
    private(set) var isBroken = false

    private let frame: Bounds
    /// Degrees within which an end of a coast is taken to be on the frame: extracts are cut between nodes.
    private let tolerance: Double

    /// - Parameters:
    ///   - coasts: Lines in degrees, the land on their left.
    ///   - frame: What the extract covers; not across the antimeridian.
    init(coasts: [[Coordinate]], frame: Bounds) {
        self.frame = frame
        tolerance = min(frame.width, frame.north - frame.south) * 0.02
        guard tolerance > 0 else { return }
        var shores: [[Coordinate]] = []
        var rings: [[Coordinate]] = []
        for line in Self.joined(coasts) {
            if line.first == line.last, line.allSatisfy(frame.contains) {
                if line.count > 3 { rings.append(line) }
                continue
            }
            for piece in pieces(of: line) {
                guard let shore = reaching(piece) else {
                    isBroken = true
                    return
                }
                shores.append(shore)
            }
        }
        let outer = closed(shores) + rings.filter { Self.signedArea(of: $0) < 0 }
        let islands = rings.filter { Self.signedArea(of: $0) > 0 }
        // Islands and nothing else: the frame itself lies in the sea.
        let seas = outer.isEmpty && !islands.isEmpty ? [corners(from: 0, to: 4, closing: true)] : outer
        areas = seas.map { sea in
            Polygon(rings: [sea.reversed()] + islands.filter { Self.holds(sea, $0[0]) }.map { $0.reversed() })
        }
    }

    // MARK: Lines

    /// Lines joined end to start.
    private static func joined(_ lines: [[Coordinate]]) -> [[Coordinate]] {
        var starts: [Coordinate: Int] = [:]
        for (index, line) in lines.enumerated() where line.count > 1 { starts[line[0]] = index }
        let ends = Set(lines.compactMap(\.last))
        var isUsed = [Bool](repeating: false, count: lines.count)
        var joined: [[Coordinate]] = []
        func walk(_ first: Int) {
            guard lines[first].count > 1, !isUsed[first] else { return }
            isUsed[first] = true
            var line = lines[first]
            while line.last != line.first, let next = line.last.flatMap({ starts[$0] }), !isUsed[next] {
                isUsed[next] = true
                line += lines[next].dropFirst()
            }
            joined.append(line)
        }
        for (index, line) in lines.enumerated() where line.first.map({ !ends.contains($0) }) ?? false { walk(index) }
        for index in lines.indices { walk(index) }
        return joined
    }

    /// The parts of a line within the frame.
    private func pieces(of line: [Coordinate]) -> [[Coordinate]] {
        var pieces: [[Coordinate]] = []
        for (a, b) in zip(line, line.dropFirst()) {
            guard let (from, to) = clip(a, b) else { continue }
            if let last = pieces.last?.last, last == from, a == from {
                pieces[pieces.count - 1].append(to)
            } else {
                pieces.append([from, to])
            }
        }
        // A closed line that begins within the frame goes on where it began.
        if line.first == line.last, pieces.count > 1, let first = pieces.first?.first, first == line.first,
            first == pieces.last?.last
        {
            let end = pieces.removeLast()
            pieces[0] = end + pieces[0].dropFirst()
        }
        return pieces.filter { $0.count > 1 }
    }

    /// The part of a segment within the frame (Liang and Barsky 1984).
    private func clip(_ a: Coordinate, _ b: Coordinate) -> (Coordinate, Coordinate)? {
        let (dx, dy) = (b.longitude - a.longitude, b.latitude - a.latitude)
        var (enter, leave) = (0.0, 1.0)
        for (step, room) in [
            (-dx, a.longitude - frame.west), (dx, frame.east - a.longitude), (-dy, a.latitude - frame.south),
            (dy, frame.north - a.latitude),
        ] {
            if step == 0 {
                if room < 0 { return nil }
            } else if step < 0 {
                enter = max(enter, room / step)
            } else {
                leave = min(leave, room / step)
            }
        }
        guard enter < leave else { return nil }
        func point(_ t: Double) -> Coordinate {
            Coordinate(longitude: a.longitude + t * dx, latitude: a.latitude + t * dy)
        }
        return (enter == 0 ? a : point(enter), leave == 1 ? b : point(leave))
    }

    /// A piece with both ends on the frame; nil if one is nowhere near it.
    private func reaching(_ piece: [Coordinate]) -> [Coordinate]? {
        guard let start = piece.first.flatMap(onFrame), let end = piece.last.flatMap(onFrame) else { return nil }
        return [start] + piece + [end]
    }

    private func onFrame(_ point: Coordinate) -> Coordinate? {
        let sides: [(distance: Double, place: Coordinate)] = [
            (point.longitude - frame.west, Coordinate(longitude: frame.west, latitude: point.latitude)),
            (frame.east - point.longitude, Coordinate(longitude: frame.east, latitude: point.latitude)),
            (point.latitude - frame.south, Coordinate(longitude: point.longitude, latitude: frame.south)),
            (frame.north - point.latitude, Coordinate(longitude: point.longitude, latitude: frame.north)),
        ]
        return sides.min { $0.distance < $1.distance }.flatMap { $0.distance <= tolerance ? $0.place : nil }
    }

    // MARK: Rings

    /// How far along the frame a point on it is: clockwise from the north-west corner, 1 for each side.
    private func position(_ point: Coordinate) -> Double {
        let x = (point.longitude - frame.west) / frame.width
        let y = (frame.north - point.latitude) / (frame.north - frame.south)
        let distances = [y, 1 - x, 1 - y, x]
        switch distances.indices.min(by: { distances[$0].magnitude < distances[$1].magnitude }) ?? 0 {
        case 0: return x
        case 1: return 1 + y
        case 2: return 3 - x
        default: return 4 - y
        }
    }

    /// The frame's corners passed on the way, clockwise.
    private func corners(from: Double, to: Double, closing: Bool = false) -> [Coordinate] {
        let all = [
            Coordinate(longitude: frame.west, latitude: frame.north),
            Coordinate(longitude: frame.east, latitude: frame.north),
            Coordinate(longitude: frame.east, latitude: frame.south),
            Coordinate(longitude: frame.west, latitude: frame.south),
        ]
        let end = to < from ? to + 4 : to
        return (0...8).filter { Double($0) > from && Double($0) < end || closing && $0 <= 4 }.map { all[$0 % 4] }
    }

    /// Rings, clockwise, of shores and what of the frame lies between them.
    private func closed(_ shores: [[Coordinate]]) -> [[Coordinate]] {
        let entries = shores.indices.map { (shore: $0, at: position(shores[$0][0])) }.sorted { $0.at < $1.at }
        var isUsed = [Bool](repeating: false, count: shores.count)
        var rings: [[Coordinate]] = []
        for first in shores.indices where !isUsed[first] {
            var ring: [Coordinate] = []
            var shore = first
            repeat {
                isUsed[shore] = true
                ring += shores[shore]
                let leaving = shores[shore].last.map(position) ?? 0
                let next = entries.first { $0.at >= leaving } ?? entries[0]
                ring += corners(from: leaving, to: next.at)
                shore = next.shore
            } while !isUsed[shore]
            // Two shores that lead to the same entry contradict each other; what is left is no ring of the sea.
            guard shore == first else { continue }
            ring.append(ring[0])
            rings.append(ring.reduce(into: []) { if $0.last != $1 { $0.append($1) } })
        }
        return rings
    }

    /// Positive counterclockwise.
    private static func signedArea(of ring: [Coordinate]) -> Double {
        zip(ring, ring.dropFirst()).reduce(0) {
            $0 + $1.0.longitude * $1.1.latitude - $1.1.longitude * $1.0.latitude
        } / 2
    }

    private static func holds(_ ring: [Coordinate], _ point: Coordinate) -> Bool {
        var isInside = false
        for (a, b) in zip(ring, ring.dropFirst()) where (a.latitude > point.latitude) != (b.latitude > point.latitude) {
            let t = (point.latitude - a.latitude) / (b.latitude - a.latitude)
            if point.longitude < a.longitude + t * (b.longitude - a.longitude) { isInside.toggle() }
        }
        return isInside
    }
}
