/// A number that texts can say and ranges can hold: `Int`, `Int64`, `Double`.
public protocol RangedNumber: Comparable, Hashable, Sendable {
    /// A word for such a number in messages.
    static var noun: String { get }

    /// Reads decimal digits; nil for anything else, and for what the type cannot hold.
    init?(decimal text: String)
}

/// The numbers that are allowed somewhere, with their unit.
///
/// A number from outside (a parameter, an option, a rule, a file) passes such a range before anything is computed with it.
/// Afterwards it can be made a whole number, a size or the length of a loop without a further look.
public struct NumberRange<Number: RangedNumber>: Hashable, Sendable {
    public let bounds: ClosedRange<Number>
    /// What stands behind a number, such as `m` or `days`; empty for what is counted.
    public let unit: String

    public init(_ bounds: ClosedRange<Number>, unit: String = "") {
        self.bounds = bounds
        self.unit = unit
    }

    /// The number that a text says.
    ///
    /// - Throws: ``NumberRangeError`` if it is none, or outside the range.
    public func number(_ text: some StringProtocol) throws(NumberRangeError) -> Number {
        guard let number = Number(decimal: String(text)), bounds.contains(number) else { throw refusal(of: text) }
        return number
    }

    /// A number that is in the range.
    ///
    /// - Throws: ``NumberRangeError`` if it is outside, or not a number.
    public func checked(_ number: Number) throws(NumberRangeError) -> Number {
        guard bounds.contains(number) else { throw refusal(of: Self.text(number)) }
        return number
    }

    private func refusal(of text: some StringProtocol) -> NumberRangeError {
        NumberRangeError(
            value: text.count > 40 ? text.prefix(40) + "…" : String(text), wanted: "\(Number.noun) of \(self)")
    }
}

extension NumberRange: CustomStringConvertible {
    /// The range and its unit, such as `0.001…20037508 m`.
    public var description: String {
        "\(Self.text(bounds.lowerBound))…\(Self.text(bounds.upperBound))" + (unit.isEmpty ? "" : " \(unit)")
    }

    /// The number without a needless `.0`.
    private static func text(_ number: Number) -> String {
        let text = "\(number)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

/// A number that is none, or outside its range.
public struct NumberRangeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// As it was given, cut if it is long.
    public let value: String
    /// What is allowed, in words.
    public let wanted: String

    public var description: String { "“\(value)” is not \(wanted)" }
}

// MARK: - Numbers

extension Int: RangedNumber {
    public static var noun: String { "a whole number" }
    public init?(decimal text: String) { self.init(wholeNumber: text) }
}

extension Int64: RangedNumber {
    public static var noun: String { "a whole number" }
    public init?(decimal text: String) { self.init(wholeNumber: text) }
}

extension Double: RangedNumber {
    public static var noun: String { "a number" }

    /// Digits with a point and an exponent; hexadecimal digits and the words for infinity are no numbers here.
    public init?(decimal text: String) {
        guard text.utf8.allSatisfy({ (48...57).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) }),
            let number = Double(text), number.isFinite
        else { return nil }
        self = number
    }
}

extension FixedWidthInteger {
    /// Digits, with a minus before those of a negative number.
    fileprivate init?(wholeNumber text: String) {
        guard text.utf8.first != UInt8(ascii: "+") else { return nil }
        self.init(text)
    }

    /// The whole number nearest to zero of a number, or the nearest that the type can hold; 0 for what is not a number.
    @inlinable
    public init(saturating number: Double) {
        if let exact = Self(exactly: number.rounded(.towardZero)) {
            self = exact
        } else {
            self = number.isNaN ? 0 : number < 0 ? .min : .max
        }
    }
}
