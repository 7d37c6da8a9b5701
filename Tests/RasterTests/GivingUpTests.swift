import SeededRandom
import Testing

@testable import Raster

@Suite("A drawing that nobody wants any more")
struct GivingUpTests {
    /// So many vertices all over the canvas and beyond.
    private func tangle(_ count: Int) -> Path {
        var generator = SeededRandom(seed: 11)
        return Path([(0..<count).map { _ in generator.point(-20...84) }])
    }

    enum Drawing: CaseIterable {
        case fill, hatch, line, dashes

        func draw(_ path: Path, on canvas: Canvas) {
            switch self {
            case .fill: canvas.fill(path, .black)
            case .hatch: canvas.fill(path, .black, hatch: Hatch())
            case .line: canvas.stroke(path, Stroke(width: 3, cap: .round, join: .round), .black)
            case .dashes: canvas.stroke(path, Stroke(width: 1, dash: Dash([4, 4])), .black)
            }
        }
    }

    @Test("Ends where it is told so, and leaves nothing behind for the next one", arguments: Drawing.allCases)
    func stops(drawing: Drawing) {
        let canvas = Canvas(width: 64, height: 64), fresh = Canvas(width: 64, height: 64)
        let path = tangle(4000)
        var questions = 0
        canvas.isWanted = {
            questions += 1
            return true
        }
        drawing.draw(path, on: canvas)
        drawing.draw(path, on: fresh)
        #expect(canvas.alphas == fresh.alphas, "asking changes nothing")
        let all = questions
        #expect(all >= 4000 / 512)

        questions = 0
        canvas.isWanted = {
            questions += 1
            return questions < 3
        }
        drawing.draw(path, on: canvas)
        // An outline has two sides, each of which may still be left once.
        #expect((3...5).contains(questions), "of \(all)")

        canvas.isWanted = { true }
        for canvas in [canvas, fresh] {
            canvas.clear()
            drawing.draw(tangle(50), on: canvas)
        }
        #expect(canvas.alphas == fresh.alphas)
    }
}
