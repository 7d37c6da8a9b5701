/// One premultiplied RGBA pixel, 8 bits a channel: red is the lowest byte, so that the bytes in memory are R, G, B, A
/// on the little-endian machines this runs on.
///
/// Each of red, green and blue is at most alpha.
public struct Pixel: Hashable, Sendable {
    public var bits: UInt32

    @inlinable public init(bits: UInt32) { self.bits = bits }

    @inlinable public var red: UInt8 { UInt8(truncatingIfNeeded: bits) }
    @inlinable public var green: UInt8 { UInt8(truncatingIfNeeded: bits >> 8) }
    @inlinable public var blue: UInt8 { UInt8(truncatingIfNeeded: bits >> 16) }
    @inlinable public var alpha: UInt8 { UInt8(truncatingIfNeeded: bits >> 24) }

    /// The colour without premultiplication, each channel rounded to the nearest value.
    public var color: Color {
        guard alpha != 0 else { return .transparent }
        let a = UInt32(alpha)
        func straight(_ value: UInt8) -> UInt8 { UInt8(min(255, (UInt32(value) * 255 + a / 2) / a)) }
        return Color(red: straight(red), green: straight(green), blue: straight(blue), alpha: alpha)
    }
}
