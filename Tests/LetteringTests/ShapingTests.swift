import Foundation
import Raster
import Testing

@testable import Lettering

@Suite("Shaping")
struct ShapingTests {
    static let letters = Result { try FontSet() }

    @Test("A text is as wide as the advances of its glyphs", arguments: ["улица Ленина", "Main Street", "ΑΒΓ", "12к3"])
    func width(text: String) throws {
        let shaped = try Self.letters.get().regular.shape(text)
        #expect(shaped.glyphs.count == text.unicodeScalars.count)
        #expect(abs(shaped.glyphs.reduce(0) { $0 + $1.advance } - shaped.width) < 1e-9)
        #expect(shaped.width > Double(text.count) * 0.3 && shaped.width < Double(text.count) * 1.1)
        #expect(shaped.ink.minY > -0.4 && shaped.ink.maxY < 1)
    }

    @Test("Digits within Hebrew run from left to right, the words from right to left")
    func rightToLeft() {
        func seen(_ text: String) -> [String] { TextRun.runs(of: text, faceCount: 1) { _, _ in true }.map(\.text) }
        #expect(seen("רחוב 12 א") == [" א", "12", "רחוב "])
        #expect(seen("Hotel רחוב 12") == ["Hotel ", "12", "רחוב "])
        #expect(seen("Main 12") == ["Main 12"])
    }

    @Test("Hebrew letters stand from right to left")
    func mirrored() throws {
        let fonts = try Self.letters.get().regular
        let (first, second) = (fonts.shape("א"), fonts.shape("ב"))
        let both = fonts.shape("אב")
        #expect(both.glyphs.count == 2)
        #expect(both.glyphs[0].outline === second.glyphs[0].outline)
        #expect(both.glyphs[1].outline === first.glyphs[0].outline)
    }

    @Test(
        "A character that no font has is a box, not a gap and not a crash", arguments: ["漢", "𒀀", "\u{10FFFF}", "a漢b"])
    func missing(text: String) throws {
        let fonts = try Self.letters.get().regular
        let shaped = fonts.shape(text)
        #expect(shaped.width > 0.4)
        #expect(shaped.ink.width > 0.3)
    }

    @Test("Empty and odd texts draw nothing and harm nothing", arguments: ["", " ", "\n", "\u{200D}", "\u{0301}"])
    func odd(text: String) throws {
        let shaped = try Self.letters.get().bold.shape(text)
        #expect(shaped.width >= 0 && shaped.width < 2)
    }

    @Test("A font that the first of the stack lacks is taken from the next")
    func fallback() throws {
        let letters = try Self.letters.get()
        // The bold face has no Arabic letters of its own in some versions; the stack of both always has them.
        let shaped = letters.bold.shape("شارع")
        #expect(shaped.ink.width > 0.5)
    }

    @Test("A file that is no font is refused with its name")
    func noFont() {
        #expect(throws: LetteringError.self) { try Typeface(path: "/nonexistent.ttf") }
        #expect(throws: LetteringError.self) { try Typeface(path: #filePath) }
    }
}

@Suite("Drawing text")
struct TextDrawingTests {
    private func ink(_ canvas: Canvas) -> (left: Int, right: Int, top: Int, bottom: Int, pixels: Int) {
        var result = (left: canvas.width, right: -1, top: canvas.height, bottom: -1, pixels: 0)
        for y in 0..<canvas.height {
            for x in 0..<canvas.width where canvas[x, y].bits != 0 {
                result = (
                    min(result.left, x), max(result.right, x), min(result.top, y), max(result.bottom, y),
                    result.pixels + 1
                )
            }
        }
        return result
    }

    @Test("The ink lies in the box that was measured")
    func box() throws {
        let fonts = try ShapingTests.letters.get().regular
        let canvas = Canvas(width: 300, height: 60)
        canvas.write("Щёлковская, 5", fonts, TextStyle(size: 24, color: .black), x: 20, y: 40)
        let box = fonts.shape("Щёлковская, 5").ink
        let found = ink(canvas)
        #expect(abs(Double(found.left) - (20 + box.minX * 24)) <= 1)
        #expect(abs(Double(found.right) - (20 + box.maxX * 24)) <= 1)
        #expect(abs(Double(found.top) - (40 - box.maxY * 24)) <= 1)
        #expect(abs(Double(found.bottom) - (40 - box.minY * 24)) <= 1)
        #expect(found.pixels > 500)
    }

    @Test("A halo reaches as far as it is wide", arguments: [1.0, 2, 4])
    func halo(width: Double) throws {
        let fonts = try ShapingTests.letters.get().regular
        let (plain, haloed) = (Canvas(width: 200, height: 60), Canvas(width: 200, height: 60))
        plain.write("Дом", fonts, TextStyle(size: 24, color: .black), x: 100, y: 40, alignment: .center)
        let style = TextStyle(size: 24, color: .black, halo: .white, haloWidth: width)
        haloed.write("Дом", fonts, style, x: 100, y: 40, alignment: .center)
        let (a, b) = (ink(plain), ink(haloed))
        #expect(abs(Double(a.left - b.left) - width) <= 1)
        #expect(abs(Double(b.right - a.right) - width) <= 1)
    }

    @Test("Along a line it reads from left to right, whichever way the line runs", arguments: [false, true])
    func along(reversed: Bool) throws {
        let text = try ShapingTests.letters.get().regular.shape("Набережная")
        var x = stride(from: 0.0, through: 200, by: 10).map { $0 }
        var y = x.map { 100 + 10 * sin($0 / 60) }
        if reversed {
            x.reverse()
            y.reverse()
        }
        let line = TextLine(x: x, y: y)
        let placed = try #require(
            PlacedText(text, size: 14, along: line, middle: line.length / 2, drop: 4, origin: (0, 0)))
        #expect(placed.glyphs.map(\.x) == placed.glyphs.map(\.x).sorted())
        #expect(
            placed.glyphs.allSatisfy { $0.cosine > 0.9 && abs($0.cosine * $0.cosine + $0.sine * $0.sine - 1) < 1e-9 })
    }

    @Test("Text does not follow a hairpin, nor a line shorter than itself")
    func refused() throws {
        let text = try ShapingTests.letters.get().regular.shape("Набережная")
        let hairpin = TextLine(x: [0, 100, 0], y: [0, 3, 6])
        #expect(PlacedText(text, size: 14, along: hairpin, middle: hairpin.length / 2, drop: 4, origin: (0, 0)) == nil)
        let short = TextLine(x: [0, 40], y: [0, 0])
        #expect(PlacedText(text, size: 14, along: short, middle: 20, drop: 4, origin: (0, 0)) == nil)
    }

    @Test("Texts a whole number of pixels apart look the same")
    func shifted() throws {
        let fonts = try ShapingTests.letters.get().regular
        let (a, b) = (Canvas(width: 100, height: 60), Canvas(width: 100, height: 60))
        let style = TextStyle(size: 13, color: .black, halo: .white)
        a.write("Ёлка", fonts, style, x: 10.3, y: 30.7)
        b.write("Ёлка", fonts, style, x: 17.3, y: 35.7)
        for y in 0..<50 { for x in 0..<90 { #expect(a[x, y] == b[x + 7, y + 5]) } }
    }
}
