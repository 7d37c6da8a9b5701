/// How to reach the resident who reported something. It is kept apart from the work, is never public, and is erased some time after the
/// work was closed.
public struct ReporterContact: Hashable, Sendable {
    public var email: String?
    public var phone: String?
    public var firstName: String?
    public var lastName: String?
    public var deviceID: String?
    public var accountID: String?

    public init(
        email: String? = nil, phone: String? = nil, firstName: String? = nil, lastName: String? = nil,
        deviceID: String? = nil, accountID: String? = nil
    ) {
        self.email = email
        self.phone = phone
        self.firstName = firstName
        self.lastName = lastName
        self.deviceID = deviceID
        self.accountID = accountID
    }

    /// Whether nothing is known.
    public var isEmpty: Bool { self == ReporterContact() }

    /// The fields by the names that Open311 gives them.
    public static let fields: [String: any WritableKeyPath<ReporterContact, String?> & Sendable] = [
        "email": \.email, "phone": \.phone, "first_name": \.firstName, "last_name": \.lastName,
        "device_id": \.deviceID, "account_id": \.accountID,
    ]
}
