import HTTPEdge
import HTTPTypes
import Hummingbird

/// The cookie that holds the secret of a staff session (RFC 6265bis).
///
/// Over TLS its name has a prefix that browsers only take over TLS, and from nobody but this host where the map has the host to itself.
struct StaffCookie {
    let name: String
    private let attributes: String

    /// - Parameter address: The map's public address; nil if it is not known, as on a machine of one's own.
    init(_ address: PublicURL?) {
        let path = address?.path ?? ""
        switch (address?.isSecure ?? false, path.isEmpty) {
        case (true, true): (name, attributes) = ("__Host-worksmap_staff", "Path=/; Secure")
        case (true, false): (name, attributes) = ("__Secure-worksmap_staff", "Path=\(path)/staff; Secure")
        case (false, _): (name, attributes) = ("worksmap_staff", "Path=\(path)/staff")
        }
    }

    /// The field that sets the cookie, or deletes it after no seconds.
    func field(_ secret: String, seconds: Int64) -> String {
        "\(name)=\(secret); \(attributes); Max-Age=\(seconds); HttpOnly; SameSite=Strict"
    }

    /// The secret that a request brings; nil if it brings none.
    func value(in request: Request) -> String? {
        for field in request.headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1).map { $0.trimmed }
                if parts.count == 2, parts[0] == name, !parts[1].isEmpty { return parts[1] }
            }
        }
        return nil
    }
}

extension HTTPField.Name {
    static let clearSiteData = Self("Clear-Site-Data")!
    static let secFetchSite = Self("Sec-Fetch-Site")!
}
