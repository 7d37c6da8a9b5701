import Glibc

/// Comparison of names and values with lists of words, whatever their capitals, separators and marks.
struct FoldedText: Hashable, Sendable {
    /// Words in small letters, parted by one blank, with a blank before and behind.
    let text: String
    private let bytes: [UInt8]

    /// A name of a column is parted where small letters meet capitals, too: `createdAt` is two words.
    init(_ original: some StringProtocol, isName: Bool = false) {
        var text = " "
        var previous: Character = " "
        for character in original {
            let isWord = character.isLetter || character.isNumber
            if isName, character.isUppercase, previous.isLowercase, text.last != " " { text.append(" ") }
            if isWord {
                text += character.lowercased()
            } else if text.last != " " {
                text.append(" ")
            }
            previous = character
        }
        if text.last != " " { text.append(" ") }
        self.text = text.replacing("ё", with: "е")
        bytes = Array(self.text.utf8)
    }

    var isEmpty: Bool { text == " " }

    /// Length of the longest stem that fits, 0 if none does.
    ///
    /// A stem begins a word: `clos` fits `closed`. `_` in it is the end of a word and a blank: `end_` fits nothing but the word `end`. A stem
    /// of six letters and more may also stand inside of a word, as names in capitals have no separators.
    func match(_ stems: [String]) -> Int {
        var best = 0
        for stem in stems where stem.utf8.count > best && matches(stem) { best = stem.utf8.count }
        return best
    }

    private func matches(_ stem: String) -> Bool {
        let needle = [0x20] + stem.utf8.map { $0 == UInt8(ascii: "_") ? 0x20 : $0 }
        return contains(needle[...]) || (stem.count >= 6 && contains(needle.dropFirst()))
    }

    private func contains(_ needle: ArraySlice<UInt8>) -> Bool {
        guard let first = needle.first, needle.count <= bytes.count else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            needle.withUnsafeBufferPointer { needle in
                for start in 0...(bytes.count - needle.count) where bytes[start] == first {
                    if memcmp(bytes.baseAddress! + start, needle.baseAddress!, needle.count) == 0 { return true }
                }
                return false
            }
        }
    }
}
