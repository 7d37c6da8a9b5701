/// Parts of a text that look personal: e-mail addresses, telephone numbers, names of people.
///
/// A guess from how values are written, for reports to those who run a city's map: nothing is published or withheld by it.
public enum PersonalValue: String, Sendable, CaseIterable, Comparable {
    case email
    case telephone
    /// A name of a person, by initials, patronymic or a usual first name.
    case name
    /// A name after words such as «ИП»: an entrepreneur's firm is called by it, and has to be as a contractor.
    case entrepreneur

    public static func < (a: PersonalValue, b: PersonalValue) -> Bool { a.rawValue < b.rawValue }

    /// A part of a text and why it looks personal.
    public struct Finding: Hashable, Sendable {
        public var value: PersonalValue
        public var text: String

        /// The text with only its first two and last two characters.
        public var shortened: String {
            text.count > 6 ? "\(text.prefix(2))…\(text.suffix(2))" : "\(text.prefix(1))…"
        }
    }

    /// Parts of a text that look personal, each sort in the order of the text.
    public static func findings(in text: String) -> [Finding] {
        let words = PersonalText(text)
        return words.emails + words.telephones + words.names
    }
}

/// A text cut into what the rules look at.
private struct PersonalText {
    typealias Finding = PersonalValue.Finding

    private let scalars: [Unicode.Scalar]

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    private func text(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
    }

    private func finding(_ value: PersonalValue, _ range: Range<Int>) -> Finding {
        Finding(value: value, text: text(range))
    }

    // MARK: E-mail addresses

    /// A local part, `@`, and a domain with a dot and a top level of letters (RFC 5321 and 6531, as people write them).
    var emails: [Finding] {
        var found: [Finding] = []
        for at in scalars.indices where scalars[at] == "@" {
            var start = at
            while start > 0, Self.isLocal(scalars[start - 1]) { start -= 1 }
            var end = at + 1
            while end < scalars.count, Self.isDomain(scalars[end]) { end += 1 }
            while end > at + 1, !Self.isLetter(scalars[end - 1]), !Self.isDigit(scalars[end - 1]) { end -= 1 }
            let labels = scalars[(at + 1)..<end].split(separator: ".", omittingEmptySubsequences: false)
            guard start < at, labels.count > 1, labels.allSatisfy({ !$0.isEmpty }), let top = labels.last,
                top.count > 1,
                top.allSatisfy(Self.isLetter) || top.starts(with: "xn--".unicodeScalars)
            else { continue }
            found.append(finding(.email, start..<end))
        }
        return found
    }

    private static func isLocal(_ scalar: Unicode.Scalar) -> Bool {
        isLetter(scalar) || isDigit(scalar) || "._%+-'".unicodeScalars.contains(scalar)
    }

    private static func isDomain(_ scalar: Unicode.Scalar) -> Bool {
        isLetter(scalar) || isDigit(scalar) || scalar == "." || scalar == "-"
    }

    // MARK: Telephone numbers

    /// Numbers in Russian (+7, 8, with an area code in parentheses, or local ones as 123-45-67 after «тел.»), North American and international
    /// writing (ITU-T E.123).
    var telephones: [Finding] {
        var found: [Finding] = []
        var index = 0
        while index < scalars.count {
            let first = scalars[index]
            guard Self.isDigit(first) || first == "+" || first == "(" else {
                index += 1
                continue
            }
            let start = index
            var end = index
            var groups: [Int] = []
            var digits = 0
            var gap = 0
            var scan = index
            let isInternational = first == "+"
            while scan < scalars.count {
                let scalar = scalars[scan]
                if Self.isDigit(scalar) {
                    if gap > 0 || groups.isEmpty { groups.append(0) }
                    groups[groups.count - 1] += 1
                    digits += 1
                    gap = 0
                    end = scan + 1
                } else if scan == start || (gap < 3 && (Self.isSeparator(scalar) || (isInternational && scalar == ".")))
                {
                    gap += 1
                } else {
                    break
                }
                scan += 1
            }
            index = max(end, start + 1)
            guard digits >= 7, isFree(start, end) else { continue }
            let number = text(start..<end)
            guard isTelephone(number, groups: groups, digits: digits, start: start) else { continue }
            found.append(finding(.telephone, start..<end))
        }
        return found
    }

    /// Nothing stands next to the number that makes it a part of something longer.
    private func isFree(_ start: Int, _ end: Int) -> Bool {
        let before = start > 0 ? scalars[start - 1] : " "
        let after = end < scalars.count ? scalars[end] : " "
        func isJoining(_ scalar: Unicode.Scalar) -> Bool {
            Self.isLetter(scalar) || "_/#№=&%".unicodeScalars.contains(scalar)
        }
        if isJoining(before) || before == "-" || before == "." || isJoining(after) { return false }
        // A decimal part, a date with a time, a version.
        if after == "." || after == ":" || after == ",", end + 1 < scalars.count, Self.isDigit(scalars[end + 1]) {
            return false
        }
        return true
    }

    private func isTelephone(_ number: String, groups: [Int], digits: Int, start: Int) -> Bool {
        let plain = number.unicodeScalars.filter(Self.isDigit).map { $0 }
        let (lead, second) = (plain[0], plain[1])
        let hasArea = number.contains("(") && number.contains(")")
        if number.hasPrefix("+") { return (8...15).contains(digits) && lead != "0" }
        let isNamed = isNamed(start)
        if digits == 11, lead == "8" || lead == "7" {
            if second == "9" { return true }
            return "3489".unicodeScalars.contains(second) && (groups.count > 2 || hasArea || isNamed)
        }
        if hasArea, (8...11).contains(digits) { return true }
        if digits == 11, lead == "1" { return groups == [1, 3, 3, 4] }
        if digits == 10 { return groups == [3, 3, 4] || groups == [3, 3, 2, 2] || isNamed }
        if digits == 7 { return isNamed && (groups == [3, 2, 2] || groups == [3, 4] || groups == [7]) }
        return isNamed && digits <= 12 && groups.count > 1
    }

    /// True if a word for telephone stands before a place.
    private func isNamed(_ start: Int) -> Bool {
        let before = text(max(0, start - 24)..<start).lowercased()
        return ["тел", "моб", "звон", "tel", "phone", "call", "mob", "whatsapp"].contains { before.contains($0) }
    }

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "-", "(", ")", "\u{A0}", "\u{2009}", "\u{202F}", "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}": true
        default: false
        }
    }

    // MARK: Names

    /// A word or an initial, and where it is.
    private struct Word {
        var text: String
        var range: Range<Int>
        var isInitial: Bool

        /// A capital and small letters after it, also `Петрова-Водкина`.
        var isCapitalised: Bool {
            !isInitial && range.count > 1
                && text.split(separator: "-").allSatisfy { part in
                    let scalars = part.unicodeScalars
                    return scalars.count > 1 && scalars.first!.properties.isUppercase
                        && scalars.dropFirst().allSatisfy { $0.properties.isLowercase || $0 == "'" }
                }
        }
    }

    /// The words; an initial is a capital with a point behind it.
    private var words: [Word] {
        var words: [Word] = []
        var index = 0
        while index < scalars.count {
            guard Self.isLetter(scalars[index]) else {
                index += 1
                continue
            }
            let start = index
            while index < scalars.count,
                Self.isLetter(scalars[index])
                    || ("-'’".unicodeScalars.contains(scalars[index]) && index + 1 < scalars.count
                        && Self.isLetter(scalars[index + 1]))
            { index += 1 }
            let isInitial =
                index == start + 1 && scalars[start].properties.isUppercase && index < scalars.count
                && scalars[index] == "."
            words.append(
                Word(text: text(start..<index), range: start..<(isInitial ? index + 1 : index), isInitial: isInitial))
        }
        return words
    }

    var names: [Finding] {
        let words = words
        var found: [Finding] = []
        var index = 0
        while index < words.count {
            guard let length = nameLength(words, at: index) else {
                index += 1
                continue
            }
            let range = words[index].range.lowerBound..<words[index + length - 1].range.upperBound
            let before = words[max(0, index - 3)..<index].map { $0.text.lowercased() }
            let after = index + length < words.count ? words[index + length].text.lowercased() : ""
            // Streets, schools and squares are called by names of people whom everybody knows.
            if !before.contains(where: Self.honouring.contains), !Self.honouring.contains(after) {
                let isFirm = before.contains(where: Self.firms.contains)
                found.append(finding(isFirm ? .entrepreneur : .name, range))
            }
            index += length
        }
        return found
    }

    /// Words that a name takes from a word on; nil if none begins there.
    private func nameLength(_ words: [Word], at index: Int) -> Int? {
        func word(_ offset: Int) -> Word? {
            let next = index + offset
            guard next < words.count else { return nil }
            // A sentence, a comma or a line between two words makes them no one name.
            guard offset == 0 || joins(words[next - 1], words[next]) else { return nil }
            return words[next]
        }
        guard let first = word(0) else { return nil }
        // Иванов И. И., Smith J. R. — and the other way round.
        if first.isCapitalised, first.range.count > 2, word(1)?.isInitial == true, word(2)?.isInitial == true {
            return 3
        }
        if first.isInitial, word(1)?.isInitial == true, let last = word(2), last.isCapitalised, last.range.count > 2 {
            return 3
        }
        guard first.isCapitalised else { return nil }
        // Иван Петрович, Иванова Мария Сергеевна: a patronymic after a name.
        if let second = word(1), second.isCapitalised {
            if Self.isPatronymic(second.text) {
                // A surname may follow.
                if let third = word(2), third.isCapitalised, !Self.isPatronymic(third.text), isWhole(words, index, 3) {
                    return 3
                }
                return 2
            }
            if let third = word(2), third.isCapitalised, Self.isPatronymic(third.text) { return 3 }
            if Self.titles.contains(first.text.lowercased()) { return 2 }
            // Two words or three that are all of the value, one of them a usual first name.
            for length in [2, 3] where isWhole(words, index, length) {
                let parts = words[index..<(index + length)]
                guard parts.allSatisfy({ $0.isCapitalised || $0.isInitial }), isWholeText(parts),
                    !parts.contains(where: { Self.honouring.contains($0.text.lowercased()) })
                else { continue }
                if parts.contains(where: { Self.firstNames.contains($0.text.lowercased()) }) { return length }
            }
        }
        return nil
    }

    private func isWhole(_ words: [Word], _ index: Int, _ length: Int) -> Bool { index == 0 && words.count == length }

    /// True if nothing but blanks and the points of initials is around and between the words.
    private func isWholeText(_ words: ArraySlice<Word>) -> Bool {
        var rest = Set(scalars.indices)
        for word in words { rest.subtract(word.range) }
        return rest.allSatisfy { scalars[$0].properties.isWhitespace }
    }

    /// True if two words belong together: only blanks between them, or nothing after an initial; a surname may have a comma before initials.
    private func joins(_ one: Word, _ next: Word) -> Bool {
        let between = scalars[one.range.upperBound..<next.range.lowerBound]
        if between.isEmpty { return one.isInitial }
        // Mrs. Jones
        if Self.titles.contains(one.text.lowercased()), between.first == "." {
            return between.dropFirst().allSatisfy { $0 == " " }
        }
        return between.allSatisfy { $0 == " " || $0 == "\u{A0}" || (next.isInitial && $0 == ",") }
    }

    private static func isPatronymic(_ word: String) -> Bool {
        word.count >= 5
            && ["ович", "евич", "ич", "овна", "евна", "ична", "инична"].contains { word.hasSuffix($0) }
            && (word.hasSuffix("вич") || word.hasSuffix("вна")
                || ["Ильич", "Кузьмич", "Фомич", "Лукич", "Никитич", "Саввич"].contains(word)
                || word.hasSuffix("ична"))
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isAlphabetic }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    // MARK: Words

    /// Words beside names of streets, places and institutions.
    private static let honouring: Set<String> = [
        "ул", "улица", "улице", "улицы", "улицу", "пр", "пр-т", "просп", "проспект", "проспекте", "проспекта", "пер",
        "переулок", "переулке", "пл", "площадь", "площади", "наб", "набережная", "набережной", "бул", "б-р", "бульвар",
        "бульваре", "ш", "шоссе", "проезд", "тупик", "аллея", "сквер", "парк", "мост", "станция", "метро", "остановка",
        "им", "имени", "памятник", "музей", "street", "st", "avenue", "ave", "road", "rd", "square", "park",
        "boulevard",
        "blvd", "lane", "drive", "dr", "bridge", "school", "memorial", "court", "place", "way", "terrace", "station",
    ]

    private static let firms: Set<String> = [
        "ип", "индивидуальный", "предприниматель", "предпринимателя", "кфх", "чп", "фоп",
    ]

    private static let titles: Set<String> = ["mr", "mrs", "ms", "miss", "mister"]

    private static let firstNames: Set<String> = Set(
        """
        александр алексей анатолий андрей антон артём артем борис вадим валентин валерий василий виктор виталий владимир \
        владислав вячеслав геннадий георгий григорий даниил денис дмитрий евгений егор иван игорь илья кирилл константин \
        леонид максим михаил никита николай олег павел пётр петр роман руслан сергей станислав степан тимур фёдор юрий яков \
        ярослав александра алина алла анастасия анна валентина вера вероника виктория галина дарья диана евгения екатерина \
        елена елизавета жанна зинаида инна ирина кристина ксения лариса лидия любовь людмила маргарита марина мария надежда \
        наталья нина оксана олеся ольга полина раиса светлана софья тамара татьяна юлия яна \
        james john robert michael david william richard joseph thomas charles daniel matthew anthony mark donald steven \
        paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric \
        mary patricia jennifer linda elizabeth barbara susan jessica sarah karen nancy lisa margaret betty sandra ashley \
        dorothy kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura helen sharon cynthia \
        kathleen amy anna angela ruth brenda pamela nicole katherine maria
        """.split(separator: " ").map(String.init))
}
