import Geometry
import Glibc
import Works

/// What a work's `extra` looks like to the world.
enum PublicExtra {
    /// The JSON object without a picture's address that is none on the web; nil if it is to be used as it is.
    ///
    /// Reports with such an address are refused, but files have brought some in.
    static func cleaned(_ extra: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard contains(extra, WebAddress.mediaProperty), var object = (try? JSONParser.parse(extra))?.object,
            let media = object[WebAddress.mediaProperty], !(media.string.map(WebAddress.isPlain) ?? media.isNull)
        else { return nil }
        object[WebAddress.mediaProperty] = nil
        return Array(object.description.utf8)
    }

    /// The address of a work's picture, if it is one on the web.
    static func mediaAddress(of work: Work) -> String? {
        guard let extra = work.extra, extra.contains(WebAddress.mediaProperty) else { return nil }
        let address = (try? JSONParser.parse(extra))?[WebAddress.mediaProperty]?.string
        return address.flatMap { WebAddress.isPlain($0) ? $0 : nil }
    }

    /// True if a text stands somewhere in the bytes; asked of every work that goes out.
    private static func contains(_ bytes: UnsafeBufferPointer<UInt8>, _ text: String) -> Bool {
        var text = text
        return text.withUTF8 { wanted in
            guard var position = bytes.baseAddress, let first = wanted.first else { return false }
            let end = position + bytes.count
            while end - position >= wanted.count, let found = memchr(position, CInt(first), end - position) {
                position = UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
                if end - position >= wanted.count, memcmp(position, wanted.baseAddress!, wanted.count) == 0 {
                    return true
                }
                position += 1
            }
            return false
        }
    }
}
