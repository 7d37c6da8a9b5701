/// The edges on a sweep line from south to north: a treap over edge numbers, threaded from neighbor to neighbor.
///
/// R. Seidel, C. Aragon, *Randomized Search Trees*, 1996; the priorities are a hash of the numbers, so that a run can be
/// repeated. Complexity: O(log *n*) for insertion and removal, O(1) for neighbors.
struct SweepLine {
    private static let none: Int32 = -1

    private struct Node {
        var south = SweepLine.none
        var north = SweepLine.none
        var parent = SweepLine.none
        /// The children, with what lies south and what lies north.
        var southern = SweepLine.none
        var northern = SweepLine.none
    }

    private var nodes: [Node]
    private var root = SweepLine.none

    /// Room for edges 0..<capacity.
    init(capacity: Int) {
        nodes = [Node](repeating: Node(), count: capacity)
    }

    /// The edge next to the south.
    func south(of edge: Int) -> Int? { Self.edge(nodes[edge].south) }

    /// The edge next to the north.
    func north(of edge: Int) -> Int? { Self.edge(nodes[edge].north) }

    private static func edge(_ number: Int32) -> Int? { number == none ? nil : Int(number) }

    /// A bijective hash (the finalizer of MurmurHash3), so no two edges have the same priority.
    private static func priority(_ edge: Int32) -> UInt32 {
        var hash = UInt32(bitPattern: edge) &+ 1
        hash = (hash ^ hash >> 16) &* 0x85EB_CA6B
        hash = (hash ^ hash >> 13) &* 0xC2B2_AE35
        return hash ^ hash >> 16
    }

    /// Puts an edge in; `isNorthOf` says whether it goes north of one that is there.
    @inline(__always)
    mutating func insert(_ edge: Int, isNorthOf: (Int) -> Bool) {
        let new = Int32(edge)
        var node = Node()
        var place = root
        while place != Self.none {
            node.parent = place
            if isNorthOf(Int(place)) {
                node.south = place
                place = nodes[Int(place)].northern
            } else {
                node.north = place
                place = nodes[Int(place)].southern
            }
        }
        nodes[edge] = node
        if node.south != Self.none { nodes[Int(node.south)].north = new }
        if node.north != Self.none { nodes[Int(node.north)].south = new }
        guard node.parent != Self.none else {
            root = new
            return
        }
        if node.parent == node.south {
            nodes[Int(node.parent)].northern = new
        } else {
            nodes[Int(node.parent)].southern = new
        }
        while nodes[edge].parent != Self.none, Self.priority(nodes[edge].parent) < Self.priority(new) { raise(new) }
    }

    /// Takes an edge out.
    mutating func remove(_ edge: Int) {
        let old = Int32(edge)
        while true {
            let (southern, northern) = (nodes[edge].southern, nodes[edge].northern)
            if southern == Self.none || northern == Self.none {
                replace(old, with: southern == Self.none ? northern : southern)
                break
            }
            raise(Self.priority(southern) > Self.priority(northern) ? southern : northern)
        }
        let (south, north) = (nodes[edge].south, nodes[edge].north)
        if south != Self.none { nodes[Int(south)].north = north }
        if north != Self.none { nodes[Int(north)].south = south }
    }

    /// Puts another subtree, or none, in the place of a node.
    private mutating func replace(_ old: Int32, with new: Int32) {
        let parent = nodes[Int(old)].parent
        if new != Self.none { nodes[Int(new)].parent = parent }
        if parent == Self.none {
            root = new
        } else if nodes[Int(parent)].southern == old {
            nodes[Int(parent)].southern = new
        } else {
            nodes[Int(parent)].northern = new
        }
    }

    /// Rotates a node into the place of its parent.
    private mutating func raise(_ node: Int32) {
        let parent = nodes[Int(node)].parent
        let child: Int32
        if nodes[Int(parent)].southern == node {
            child = nodes[Int(node)].northern
            nodes[Int(parent)].southern = child
            replace(parent, with: node)
            nodes[Int(node)].northern = parent
        } else {
            child = nodes[Int(node)].southern
            nodes[Int(parent)].northern = child
            replace(parent, with: node)
            nodes[Int(node)].southern = parent
        }
        if child != Self.none { nodes[Int(child)].parent = parent }
        nodes[Int(parent)].parent = node
    }
}
