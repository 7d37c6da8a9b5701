/// A cursor over the bytes of a binary geometry, WKB or SpatiaLite's, that never reads past their end.
struct BinaryReader {
    let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0
    var byteOrder = WKB.ByteOrder.littleEndian

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var bytesLeft: Int { bytes.count - offset }

    func failure(_ reason: WKBError.Reason, at offset: Int? = nil) -> WKBError {
        WKBError(reason: reason, offset: offset ?? self.offset)
    }

    func require(_ count: Int) throws(WKBError) {
        guard bytesLeft >= count else { throw failure(.truncated(needed: count, left: bytesLeft)) }
    }

    mutating func skip(_ count: Int) throws(WKBError) {
        try require(count)
        offset += count
    }

    mutating func byte() throws(WKBError) -> UInt8 {
        try require(1)
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func uint32() throws(WKBError) -> UInt32 {
        try require(4)
        defer { offset += 4 }
        let value = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return byteOrder == .littleEndian ? UInt32(littleEndian: value) : UInt32(bigEndian: value)
    }

    mutating func double() throws(WKBError) -> Double {
        try require(8)
        defer { offset += 8 }
        return double(at: offset)
    }

    /// The value at an offset that the caller has checked.
    func double(at offset: Int) -> Double {
        let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        return Double(
            bitPattern: byteOrder == .littleEndian ? UInt64(littleEndian: bits) : UInt64(bigEndian: bits))
    }

    /// The value at an offset that the caller has checked.
    func float(at offset: Int) -> Float {
        let bits = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return Float(
            bitPattern: byteOrder == .littleEndian ? UInt32(littleEndian: bits) : UInt32(bigEndian: bits))
    }

    /// A number of things of which each takes at least `size` bytes: a count that the bytes left cannot hold is refused
    /// before anybody allocates for it.
    mutating func count(of size: Int) throws(WKBError) -> Int {
        let start = offset
        let count = Int(try uint32())
        guard count <= bytesLeft / size else { throw failure(.count(count, left: bytesLeft), at: start) }
        return count
    }

    /// One position of `dimensions` ordinates, of which the first two are kept.
    mutating func coordinate(dimensions: Int) throws(WKBError) -> Coordinate {
        try require(dimensions * 8)
        defer { offset += dimensions * 8 }
        return Coordinate(longitude: double(at: offset), latitude: double(at: offset + 8))
    }

    /// A counted run of positions.
    mutating func coordinates(dimensions: Int) throws(WKBError) -> [Coordinate] {
        let stride = dimensions * 8
        let count = try count(of: stride)
        guard count > 0 else { return [] }
        let start = offset
        offset += count * stride
        return [Coordinate](unsafeUninitializedCapacity: count) { buffer, initialized in
            if dimensions == 2, byteOrder == .littleEndian {
                UnsafeMutableRawBufferPointer(buffer).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + count * stride]))
            } else {
                for index in 0..<count {
                    let place = start + index * stride
                    buffer.initializeElement(
                        at: index,
                        to: Coordinate(longitude: double(at: place), latitude: double(at: place + 8)))
                }
            }
            initialized = count
        }
    }
}
