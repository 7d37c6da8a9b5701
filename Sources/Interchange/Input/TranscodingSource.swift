import Glibc

/// Text in some encoding, as UTF-8.
public final class TranscodingSource: ByteSource {
    private let upstream: any ByteSource
    private let encoding: String
    private let converter: iconv_t
    private var input: [UInt8] = []
    private var isAtEnd = false
    private var line = 1

    public var name: String { upstream.name }
    public var byteCount: Int? { upstream.byteCount }
    public var bytesRead: Int { upstream.bytesRead }

    /// - Parameter encoding: A name that the C library knows, such as `windows-1251`, `koi8-r`, `iso-8859-1`, `utf-16`.
    /// - Throws: ``InputError`` if there is no such encoding.
    public init(_ upstream: any ByteSource, encoding: String) throws {
        guard let converter = Self.open(encoding) else {
            throw InputError(
                file: upstream.name,
                "“\(encoding)” is no known encoding; use utf-8, windows-1251, windows-1252, iso-8859-1, koi8-r or utf-16"
            )
        }
        self.upstream = upstream
        self.encoding = encoding
        self.converter = converter
    }

    deinit { iconv_close(converter) }

    /// Whether texts in an encoding of this name can be read.
    public static func isKnown(_ encoding: String) -> Bool {
        guard let converter = open(encoding) else { return false }
        iconv_close(converter)
        return true
    }

    /// Whether this is a name of UTF-8, which needs no conversion.
    public static func isUTF8(_ encoding: String) -> Bool {
        ["utf-8", "utf8", "ascii", "us-ascii"].contains(encoding.lowercased())
    }

    private static func open(_ encoding: String) -> iconv_t? {
        let converter = iconv_open("UTF-8", encoding.uppercased())
        // iconv_open answers (iconv_t) -1 when it fails.
        return converter == iconv_t(bitPattern: -1) ? nil : converter
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let base = buffer.baseAddress, buffer.count >= 8 else { return 0 }
        var written = 0
        while written == 0 {
            if !isAtEnd, input.count < 1 << 16 {
                var chunk = [UInt8](repeating: 0, count: 1 << 16)
                let count = try chunk.withUnsafeMutableBytes { try upstream.read(into: $0) }
                isAtEnd = count == 0
                input += chunk[..<count]
            }
            if input.isEmpty { return 0 }
            var inputLeft = input.count
            var outputLeft = buffer.count
            let result = input.withUnsafeMutableBytes { bytes -> Int in
                var from = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                var to: UnsafeMutablePointer<CChar>? = base.assumingMemoryBound(to: CChar.self)
                return iconv(converter, &from, &inputLeft, &to, &outputLeft)
            }
            let reason = errno
            written = buffer.count - outputLeft
            for offset in 0..<written where base.load(fromByteOffset: offset, as: UInt8.self) == 0x0A { line += 1 }
            input.removeFirst(input.count - inputLeft)
            // A character that the chunk cuts in two is finished by the next one; at the end of the file it never is.
            if result == -1, written == 0, reason == EILSEQ || reason == EINVAL && isAtEnd {
                throw InputError(
                    file: name, line: line,
                    "the text is not in the encoding \(encoding) that the mapping names; correct `encoding:` in the mapping"
                )
            }
        }
        return written
    }
}
