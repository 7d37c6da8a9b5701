import Cartography
import Foundation
import Geometry
import TimeBudgets
import Works

/// Draws the tiles that its standard input names, one a line, "z x y", and answers each with a line "seconds count" (the CPU time that
/// drawing took, the size) and the tile. So another program can measure it in turn with its peers. A line "new" makes it go on with an
/// atlas that has drawn nothing and placed no label yet.
struct TileWorker {
    let tileset: String
    let format: TileFormat
    let makeAtlas: () throws -> Atlas

    func run() throws {
        let moment = Instant.now
        var atlas = try makeAtlas()
        while let line = readLine() {
            if line == "new" { atlas = try makeAtlas() }
            guard let address = TileAddress(line.replacingOccurrences(of: " ", with: "/")) else { continue }
            let request = TileRequest(tileset: tileset, address: address, format: format)
            let started = processSeconds()
            let tile = try atlas.tile(request, at: moment, budget: .unlimited)
            let spent = processSeconds() - started
            FileHandle.standardOutput.write(Data("\(spent) \(tile.bytes.count)\n".utf8) + Data(tile.bytes))
        }
    }
}
