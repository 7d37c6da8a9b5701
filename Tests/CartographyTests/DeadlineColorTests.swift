import Foundation
import Geometry
import Testing
import Works

@Suite("Colours of deadlines")
struct DeadlineColorTests {
    /// The colours of the project's sheet by state, as `#rrggbb`.
    private static func colors(_ theme: String) throws -> [(state: String, color: String)] {
        let text = try Data(contentsOf: TestCity.styles.appendingPathComponent("works.json"))
        let sheet = try JSONParser.parse(Array(text))
        return try DeadlineState.allCases.map { state in
            (state.rawValue, try #require(sheet["colors"]?[state.rawValue]?[theme]?.string))
        }
    }

    @Test(
        "stay apart for every kind of colour vision, in both themes", arguments: ["light", "dark"],
        ColorVision.allCases)
    func apart(theme: String, vision: ColorVision) throws {
        let colors = try Self.colors(theme)
        #expect(colors.count == 6)
        for (index, one) in colors.enumerated() {
            for other in colors[..<index] {
                let distance = ColorVision.distance(vision.lab(one.color), vision.lab(other.color))
                #expect(distance >= 15, "\(one.state) and \(other.state): \(distance)")
            }
        }
    }

    /// Pairs 1, 7, 17 and 25 of table 1 of Sharma, Wu and Dalal.
    @Test(
        "are measured as the standard's test data has it",
        arguments: [
            (SIMD3(50, 2.6772, -79.7751), SIMD3(50, 0, -82.7485), 2.0425),
            (SIMD3(50, 0, 0), SIMD3(50, -1, 2), 2.3669),
            (SIMD3(50, 2.5, 0), SIMD3(73, 25, -18), 27.1492),
            (SIMD3(60.2574, -34.0099, 36.2677), SIMD3(60.4626, -34.1751, 39.4387), 1.2644),
        ] as [(SIMD3<Double>, SIMD3<Double>, Double)])
    func published(one: SIMD3<Double>, other: SIMD3<Double>, expected: Double) {
        #expect(abs(ColorVision.distance(one, other) - expected) < 0.0001)
    }
}
