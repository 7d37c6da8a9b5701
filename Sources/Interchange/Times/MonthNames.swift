/// Names of months in English, Russian and German, and their abbreviations of three letters or more.
enum MonthNames {
    private static let english = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ].map { Array($0.utf8) }

    /// For each month its names; those of Russian in the genitive too, as they stand in dates.
    private static let others = [
        ["январь", "января", "januar", "jänner"], ["февраль", "февраля", "februar"],
        ["март", "марта", "märz", "maerz"],
        ["апрель", "апреля"], ["май", "мая", "mai"], ["июнь", "июня", "juni"], ["июль", "июля", "juli"],
        ["август", "августа"], ["сентябрь", "сентября"], ["октябрь", "октября", "oktober"], ["ноябрь", "ноября"],
        ["декабрь", "декабря", "dezember"],
    ]

    /// The month of a name or abbreviation, 1…12, whatever its capitals.
    static func month(_ word: UnsafeBufferPointer<UInt8>) -> Int? {
        if let index = english.firstIndex(where: { name in
            (3...name.count).contains(word.count) && word.indices.allSatisfy { word[$0] | 0x20 == name[$0] }
        }) {
            return index + 1
        }
        let text = String(decoding: word, as: UTF8.self).lowercased()
        guard text.count >= 3 else { return nil }
        return others.firstIndex { $0.contains { $0.hasPrefix(text) } }.map { $0 + 1 }
    }
}
