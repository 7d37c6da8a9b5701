public import Sealing

/// One key, as the key file and the database know it.
public struct KeyState: Hashable, Sendable {
    /// Part that a key has in a database.
    public enum Role: String, Sendable {
        /// It seals what is new.
        case current
        /// It is being replaced: it opens what has not been sealed anew yet.
        case old
        /// No value needs it any more; it leaves the key file.
        case retired
        /// It was not there when another one began; what it sealed opens again if it comes back.
        case lost
        /// The database has never sealed with it.
        case unused
    }

    public var id: KeyID
    public var role: Role
    /// Moment of its making, by the file, or that of its first use, by the database.
    public var since: String
    /// False if the key file does not have it.
    public var isInFile: Bool
    /// Values that it seals.
    public var values: Int
}

/// Outcome of a rotation.
public struct KeyRotation: Hashable, Sendable {
    /// The key that seals now.
    public var key: KeyID
    /// Values that were sealed anew.
    public var resealed = 0
    /// Keys that left the file.
    public var removed: [KeyID] = []
    /// Values that did not open, because another program has changed them; they stay as they are.
    public var left: Int { leftByKey.values.reduce(0, +) }
    var leftByKey: [KeyID: Int] = [:]
}

/// Reason why keys cannot be changed.
public enum KeyChangeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A new key is for a database whose key is lost; this one's is there.
    case keyIsThere(path: String)

    public var description: String {
        switch self {
        case .keyIsThere(let path):
            "\(path) has the key of this database, nothing is lost; `worksmap key rotate` replaces it by a new one"
        }
    }
}
