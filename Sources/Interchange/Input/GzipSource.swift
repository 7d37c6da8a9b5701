import CISAL

/// The contents of gzip members (RFC 1952), one after another, as `cat a.gz b.gz` joins them.
///
/// ISA-L inflates at more than twice zlib's speed and checks each member's checksum.
public final class GzipSource: ByteSource {
    private let upstream: any ByteSource
    private let state: UnsafeMutablePointer<inflate_state>
    private let input: UnsafeMutableRawBufferPointer
    private var isAtEnd = false
    /// Whether a member has begun that has not ended.
    private var isInMember = false

    /// The two bytes that every member begins with.
    public static let magic: [UInt8] = [0x1F, 0x8B]

    public var name: String { upstream.name }
    public var byteCount: Int? { upstream.byteCount }
    public var bytesRead: Int { upstream.bytesRead }

    public init(_ upstream: any ByteSource) {
        self.upstream = upstream
        // A state of 70 kB that points into itself: it must not move.
        state = .allocate(capacity: 1)
        input = .allocate(byteCount: 1 << 18, alignment: 16)
        isal_inflate_init(state)
        state.pointee.crc_flag = UInt32(ISAL_GZIP)
        state.pointee.avail_in = 0
    }

    deinit {
        state.deallocate()
        input.deallocate()
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let base = buffer.baseAddress, buffer.count > 0 else { return 0 }
        let room = UInt32(clamping: buffer.count)
        state.pointee.next_out = base.assumingMemoryBound(to: UInt8.self)
        state.pointee.avail_out = room
        while !isAtEnd, state.pointee.avail_out == room {
            if state.pointee.avail_in == 0, try !refill() {
                guard !isInMember else { throw error("the gzip file ends too early: it was cut off; fetch it again") }
                isAtEnd = true
                break
            }
            if !isInMember {
                guard try beginMember() else { break }
            }
            let result = isal_inflate(state)
            switch result {
            case ISAL_DECOMP_OK, ISAL_END_INPUT: break
            case ISAL_INCORRECT_CHECKSUM:
                throw error("the gzip file is damaged: its checksum does not fit; fetch it again")
            default: throw error("the gzip file is damaged (error \(result)); fetch it again")
            }
            if state.pointee.block_state == ISAL_BLOCK_FINISH { isInMember = false }
        }
        return Int(room - state.pointee.avail_out)
    }

    /// Gets ready for the next member; false if what follows the last one is padding and nothing else.
    private func beginMember() throws -> Bool {
        // Tapes and block devices pad with zeros.
        while state.pointee.next_in.pointee == 0 {
            state.pointee.next_in += 1
            state.pointee.avail_in -= 1
            if state.pointee.avail_in == 0, try !refill() {
                isAtEnd = true
                return false
            }
        }
        isal_inflate_reset(state)
        state.pointee.crc_flag = UInt32(ISAL_GZIP)
        isInMember = true
        return true
    }

    private func refill() throws -> Bool {
        let count = try upstream.read(into: input)
        state.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        state.pointee.avail_in = UInt32(count)
        return count > 0
    }

    private func error(_ message: String) -> InputError { InputError(file: name, message) }
}
