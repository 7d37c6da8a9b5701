/// What a CSV file separates its fields with.
enum CSVDialect {
    private static let candidates = [",", ";", "\t", "|"].map { $0.utf8.first! }

    /// The delimiter that cuts the first records into the same number of fields, the most fields if several do.
    ///
    /// - Parameter name: A file that is named `.tsv` is believed.
    static func delimiter(of start: UnsafeBufferPointer<UInt8>, name: String) -> UInt8 {
        let lower = name.lowercased()
        if lower.hasSuffix(".tsv") || lower.hasSuffix(".tsv.gz") { return UInt8(ascii: "\t") }
        var best = (delimiter: UInt8(ascii: ","), agreeing: 0, count: 0)
        for candidate in candidates {
            let counts = counts(of: candidate, in: start, records: 20)
            guard let first = counts.first, first > 0 else { continue }
            let agreeing = counts.count { $0 == first }
            if (agreeing, first) > (best.agreeing, best.count) { best = (candidate, agreeing, first) }
        }
        return best.delimiter
    }

    /// How often a byte stands outside quotes in each of the first records.
    private static func counts(of delimiter: UInt8, in bytes: UnsafeBufferPointer<UInt8>, records: Int) -> [Int] {
        var counts: [Int] = []
        var count = 0
        var isQuoted = false
        var isEmpty = true
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""):
                isQuoted.toggle()
                isEmpty = false
            case 0x0A where !isQuoted, 0x0D where !isQuoted:
                if !isEmpty { counts.append(count) }
                if counts.count == records { return counts }
                count = 0
                isEmpty = true
            case delimiter where !isQuoted:
                count += 1
                isEmpty = false
            default: isEmpty = false
            }
        }
        // The last record may be cut off by the chunk; it speaks only if it is alone.
        return counts.isEmpty && !isEmpty ? [count] : counts
    }
}
