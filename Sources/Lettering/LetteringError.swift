/// Why a font cannot be used.
public enum LetteringError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no such file, or it is not a font with outlines.
    case font(path: String, reason: String)

    public var description: String {
        switch self {
        case .font(let path, let reason):
            "the font \(path) cannot be used: \(reason); install Debian's fonts-dejavu-core or name another font file"
        }
    }
}
