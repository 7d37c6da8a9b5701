/// The sizes of pictures.
enum Picture {
    /// Pixels.
    static let maximumSide = 8192
}
