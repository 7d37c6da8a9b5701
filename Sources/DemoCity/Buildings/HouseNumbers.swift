/// Gives every house its number: along each street from the end nearer to the city's middle, odd ones on the left.
struct HouseNumbers {
    /// For each street the main houses in the order of their numbers' places, for finding the nearest one.
    static func assign(_ buildings: inout [Building], plan: CityPlan) {
        // Streets of several pieces are numbered piece after piece, outwards.
        var piecesOfStreet = [[Int]](repeating: [], count: plan.names.count)
        for (index, way) in plan.ways.enumerated() {
            if let street = way.street { piecesOfStreet[street].append(index) }
        }
        var lines: [Int: (line: MeasuredLine, start: Double)] = [:]
        for pieces in piecesOfStreet {
            func reach(_ way: Int) -> Double {
                let points = plan.ways[way].points
                return min(
                    points[0].distance(to: Skeleton.square), points[points.count - 1].distance(to: Skeleton.square))
            }
            var start = 0.0
            for way in pieces.map({ ($0, reach($0)) }).sorted(by: { ($0.1, $0.0) < ($1.1, $1.0) }).map(\.0) {
                var points = plan.ways[way].points
                if points[0].distance(to: Skeleton.square) > points[points.count - 1].distance(to: Skeleton.square) {
                    points.reverse()
                }
                let line = MeasuredLine(points)
                lines[way] = (line, start)
                start += line.length
            }
        }

        var places: [(building: Int, street: Int, along: Double, isLeft: Bool)] = []
        for (index, building) in buildings.enumerated() where !building.isBehind {
            guard let way = building.way, let street = plan.ways[way].street, let (line, start) = lines[way] else {
                continue
            }
            let place = line.project(building.middle)
            places.append((index, street, start + place.along, place.isLeft))
        }
        places.sort { ($0.street, $0.along, $0.building) < ($1.street, $1.along, $1.building) }
        var next = (street: -1, left: 1, right: 2)
        for place in places {
            if place.street != next.street { next = (place.street, 1, 2) }
            buildings[place.building].street = place.street
            buildings[place.building].number = String(place.isLeft ? next.left : next.right)
            if place.isLeft { next.left += 2 } else { next.right += 2 }
        }

        // What stands behind takes the number of the nearest house in front, with a «корпус».
        var fronts = [[Int]](repeating: [], count: plan.blocks.count)
        for (index, building) in buildings.enumerated() where building.number != nil {
            fronts[building.block].append(index)
        }
        var behind: [Int: Int] = [:]
        for index in buildings.indices where buildings[index].isBehind && buildings[index].way != nil {
            let middle = buildings[index].middle
            guard
                let front = fronts[buildings[index].block].min(by: {
                    buildings[$0].middle.distance(to: middle) < buildings[$1].middle.distance(to: middle)
                })
            else { continue }
            behind[front, default: 1] += 1
            buildings[index].street = buildings[front].street
            buildings[index].number = "\(buildings[front].number!) к\(behind[front]!)"
        }
    }
}
