import CPNG

/// A PNG file as pixels, read by libpng: what tests compare.
struct DecodedPNG: Equatable {
    let width: Int
    let height: Int
    /// Red, green, blue, alpha of each pixel, not premultiplied.
    let bytes: [UInt8]

    init?(_ file: [UInt8]) {
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        guard file.withUnsafeBytes({ png_image_begin_read_from_memory(&image, $0.baseAddress, $0.count) }) != 0 else {
            return nil
        }
        // 8-bit RGBA: PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA.
        image.format = 3
        var bytes = [UInt8](repeating: 0, count: Int(image.width * image.height) * 4)
        guard bytes.withUnsafeMutableBytes({ png_image_finish_read(&image, nil, $0.baseAddress, 0, nil) }) != 0 else {
            return nil
        }
        width = Int(image.width)
        height = Int(image.height)
        self.bytes = bytes
    }

    func pixel(_ x: Int, _ y: Int) -> [UInt8] { Array(bytes[(y * width + x) * 4..<(y * width + x) * 4 + 4]) }

    /// The mean difference of all channels, premultiplied, as a part of the range.
    func meanDifference(to other: DecodedPNG) -> Double {
        var sum = 0.0
        for pixel in stride(from: 0, to: bytes.count, by: 4) {
            let (a, b) = (Double(bytes[pixel + 3]) / 255, Double(other.bytes[pixel + 3]) / 255)
            for channel in 0..<3 {
                sum += abs(Double(bytes[pixel + channel]) * a - Double(other.bytes[pixel + channel]) * b)
            }
            sum += abs(a - b) * 255
        }
        return sum / Double(bytes.count) / 255
    }
}
