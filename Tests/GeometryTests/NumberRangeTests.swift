import Geometry
import Testing

@Suite("Numbers from outside")
struct NumberRangeTests {
    private static let metres = NumberRange(0.001...20_037_508, unit: "m")
    private static let counts = NumberRange(1...1_000_000)

    @Test(
        "A text is a number of the range or is refused",
        arguments: [
            ("300", 300), ("0.5", 0.5), ("1e3", 1000), ("20037508", 20_037_508), (".5", 0.5), ("+5", 5), ("inf", nil),
            ("-inf", nil), ("nan", nil), ("infinity", nil), ("1e300", nil), ("-1e300", nil), ("1e19", nil), ("0", nil),
            ("-0.0", nil),
            ("-1", nil), ("1e-300", nil), ("4.9e-324", nil), ("1e999", nil), ("", nil), (" 5", nil), ("5 ", nil),
            ("٣", nil), ("１２", nil),
            ("0x10", nil), ("1_000", nil), ("nan(1)", nil), ("5m", nil), (String(repeating: "9", count: 100_000), nil),
        ] as [(String, Double?)])
    func decimals(_ text: String, _ expected: Double?) {
        #expect((try? Self.metres.number(text)) == expected)
    }

    @Test(
        "A text is a whole number of the range or is refused",
        arguments: [
            ("1", 1), ("1000000", 1_000_000), ("007", 7), ("0", nil), ("1000001", nil), ("-1", nil), ("+5", nil),
            ("1.0", nil), ("1e3", nil),
            ("9223372036854775807", nil), ("9223372036854775808", nil), ("-9223372036854775808", nil), ("", nil),
            ("٣", nil), ("0x1", nil),
            (String(repeating: "1", count: 100_000), nil),
        ] as [(String, Int?)])
    func wholeNumbers(_ text: String, _ expected: Int?) {
        #expect((try? Self.counts.number(text)) == expected)
    }

    @Test(
        "Numbers that come as numbers are checked alike",
        arguments: [Double.nan, .infinity, -.infinity, 0, -1, 1e300, 2e7 + 1e5])
    func checked(_ number: Double) throws {
        #expect(throws: NumberRangeError.self) { try Self.metres.checked(number) }
        #expect(try Self.metres.checked(300) == 300)
    }

    @Test("A refusal says what was given, cut if it is long, and the range with its unit")
    func message() {
        let error = #expect(throws: NumberRangeError.self) { try Self.metres.number("1e200") }
        #expect(error?.description == "“1e200” is not a number of 0.001…20037508 m")
        let long = #expect(throws: NumberRangeError.self) { try Self.counts.number(String(repeating: "9", count: 500)) }
        #expect(long?.description == "“\(String(repeating: "9", count: 40))…” is not a whole number of 1…1000000")
    }

    @Test("Made a whole number, what is too large or too small is the nearest there is")
    func saturating() {
        #expect(Int(saturating: 1e300) == .max && Int(saturating: -1e300) == .min && Int(saturating: .nan) == 0)
        #expect(Int(saturating: .infinity) == .max && Int(saturating: 9_223_372_036_854_775_808) == .max)
        #expect(Int(saturating: -9_223_372_036_854_775_808) == .min && Int(saturating: -0.0) == 0)
        #expect(Int(saturating: 2.9) == 2 && Int(saturating: -2.9) == -2 && Int(saturating: 0x1p-1070) == 0)
        #expect(UInt32(saturating: -1) == 0 && UInt32(saturating: 1e10) == .max && Int32(saturating: -1e10) == .min)
    }

    @Test("Areas of next to no height or of nearly all that numbers can tell are searched as others")
    func areas() {
        for height in [0x1p-1070, .leastNonzeroMagnitude, 1e-300, 1e300, 1.7e308] {
            let ring = [(0.0, 0.0), (1, 0), (2, height), (1, height), (0, height), (0, 0)].map {
                Coordinate(longitude: $0.0, latitude: $0.1)
            }
            let index = AreaIndex(.polygon(Polygon(rings: [ring])))
            #expect(index.contains(Coordinate(longitude: 0, latitude: 0)))
            #expect(!index.contains(Coordinate(longitude: 50, latitude: height / 2)))
        }
    }
}
