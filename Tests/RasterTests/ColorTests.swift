import Raster
import Testing

@Suite("Colours")
struct ColorTests {
    @Test(
        "Hexadecimal colours are read",
        arguments: [
            ("#d7301f", Color(red: 0xd7, green: 0x30, blue: 0x1f)),
            ("#D7301F", Color(red: 0xd7, green: 0x30, blue: 0x1f)),
            ("#d7301f59", Color(red: 0xd7, green: 0x30, blue: 0x1f, alpha: 0x59)),
            ("#fa0", Color(red: 0xff, green: 0xaa, blue: 0)),
            ("#fa08", Color(red: 0xff, green: 0xaa, blue: 0, alpha: 0x88)),
        ])
    func read(text: String, color: Color) {
        #expect(Color(text) == color)
    }

    @Test(
        "Anything else is no colour",
        arguments: ["", "#", "d7301f", "#d7301", "#d7301g", "#12345", "#123456789", "#１２３"])
    func refuse(text: String) {
        #expect(Color(text) == nil)
    }

    @Test("A colour is written as it is read")
    func written() {
        for text in ["#d7301f", "#00000000", "#0a0b0c0d"] { #expect(Color(text)?.description == text) }
    }

    @Test("Opacity multiplies alpha and is clamped")
    func opacity() {
        #expect(Color.black.opacity(0.35).alpha == 89)
        #expect(Color.black.opacity(7).alpha == 255)
        #expect(Color.black.opacity(-1).alpha == 0)
        #expect(Color.black.opacity(.nan).alpha == 0)
    }
}
