import CISAL

/// Makes one gzip stream (RFC 1952) of the pieces of a body, at ISA-L's fastest useful level.
package struct GzipEncoder: ~Copyable {
    private let stream: UnsafeMutablePointer<isal_zstream>
    private let levelBuffer: UnsafeMutablePointer<UInt8>
    /// ISAL_DEF_LVL1_DEFAULT for any window and hash table that the library is built with.
    private static let levelBufferSize = 512 * 1024

    package init() {
        stream = .allocate(capacity: 1)
        levelBuffer = .allocate(capacity: Self.levelBufferSize)
        isal_deflate_init(stream)
        stream.pointee.level = 1
        stream.pointee.level_buf = levelBuffer
        stream.pointee.level_buf_size = UInt32(Self.levelBufferSize)
        stream.pointee.gzip_flag = UInt16(IGZIP_GZIP)
        stream.pointee.flush = UInt16(NO_FLUSH)
    }

    deinit {
        stream.deallocate()
        levelBuffer.deallocate()
    }

    /// Compresses a piece; what the compressor keeps back comes with a later one, and all of it with the last.
    package mutating func encode(_ bytes: UnsafeRawBufferPointer, last: Bool) -> [UInt8] {
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 64 * 1024)
        defer { buffer.deallocate() }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / 3 + 64)
        let input = bytes.assumingMemoryBound(to: UInt8.self)
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.end_of_stream = last ? 1 : 0
        repeat {
            stream.pointee.next_out = buffer.baseAddress
            stream.pointee.avail_out = UInt32(buffer.count)
            let status = isal_deflate(stream)
            precondition(status == COMP_OK, "isal_deflate answers \(status) to valid settings")
            result += buffer[..<(buffer.count - Int(stream.pointee.avail_out))]
        } while stream.pointee.avail_out == 0
        return result
    }

    /// Compresses a piece; what the compressor keeps back comes with a later one, and all of it with the last.
    package mutating func encode(_ bytes: [UInt8], last: Bool) -> [UInt8] {
        bytes.withUnsafeBytes { encode($0, last: last) }
    }

    /// All of `bytes` as one gzip stream.
    package static func encode(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var encoder = GzipEncoder()
        return encoder.encode(bytes, last: true)
    }

    /// All of `bytes` as one gzip stream.
    package static func encode(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { encode($0) } }
}
