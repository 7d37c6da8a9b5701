import Cartography
import HTTPEdge
import HTTPTypes
import NIOCore
import NIOHTTP1

/// The head of an answer with a picture of a tile, as it goes over the wire.
///
/// What all such answers have in common is made once, by the functions that make the fields of every answer.
struct TileHead: Sendable {
    /// The answer with the picture.
    static let found = TileHead(ifNoneMatch: nil)
    /// The answer to who has it already.
    static let unchanged = TileHead(ifNoneMatch: "*")

    /// The status line and the fields that are alike for all.
    private let common: [UInt8]

    private init(ifNoneMatch: String?) {
        let sample = EncodedTile(bytes: [], isEmpty: true, expiresAt: nil).content(.png, gzip: false)
        var (status, fields) = sample.head(for: Condition(ifNoneMatch: ifNoneMatch), caching: .revalidate)
        CommonHeaders.add(to: &fields, requestID: "")
        fields[.cacheControl] = nil
        fields[.eTag] = nil
        fields[.requestID] = nil
        let line = HTTPResponseStatus(statusCode: status.code)
        common = Array(
            fields.reduce("HTTP/1.1 \(line.code) \(line.reasonPhrase)\r\n") { text, field in
                text + "\(field.name.rawName): \(field.value)\r\n"
            }.utf8)
    }

    /// How many octets a head takes at most.
    static let capacity = 1024

    /// Writes the head, with the empty line that ends it.
    ///
    /// - Parameter length: Of the body, in octets; nil if there is none.
    func write(
        to buffer: inout ByteBuffer, entityTag: String, caching: Caching, requestID: String, date: String, length: Int?
    ) {
        buffer.writeBytes(common)
        buffer.writeStaticString("Cache-Control: ")
        buffer.writeString(caching.field)
        buffer.writeStaticString("\r\nETag: ")
        buffer.writeString(entityTag)
        buffer.writeStaticString("\r\nX-Request-Id: ")
        buffer.writeString(requestID)
        buffer.writeStaticString("\r\nDate: ")
        buffer.writeString(date)
        if let length {
            buffer.writeStaticString("\r\nContent-Length: ")
            buffer.writeString(String(length))
        }
        buffer.writeStaticString("\r\n\r\n")
    }
}
