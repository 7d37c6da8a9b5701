/// The values of an enumeration by the words that stand for them, of at most 16 octets: found without a string, by comparing two machine words.
struct WordTable<Value: RawRepresentable<String> & CaseIterable & Sendable>: Sendable {
    private struct Word: Hashable {
        let count: Int
        /// The first eight octets, or all of them with zeros behind.
        let first: UInt64
        /// The last eight octets; 0 if there are fewer.
        let last: UInt64

        init(_ utf8: UnsafeBufferPointer<UInt8>) {
            count = utf8.count
            let bytes = UnsafeRawBufferPointer(utf8)
            if count >= 8 {
                first = bytes.loadUnaligned(as: UInt64.self)
                last = bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            } else {
                first = bytes.reduce(0) { $0 << 8 | UInt64($1) }
                last = 0
            }
        }
    }

    private let entries: [(word: Word, value: Value)]

    init() {
        entries = Value.allCases.map { value in
            var text = value.rawValue
            precondition(text.utf8.count <= 16, "“\(text)” is longer than what two machine words tell apart")
            return (text.withUTF8 { Word($0) }, value)
        }
    }

    /// The value that a text stands for; nil if it is none of the words.
    func value(_ utf8: UnsafeBufferPointer<UInt8>) -> Value? {
        let word = Word(utf8)
        for entry in entries where entry.word == word { return entry.value }
        return nil
    }
}

extension WorkStatus {
    static let words = WordTable<WorkStatus>()
}
