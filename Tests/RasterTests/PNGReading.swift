import CPNG
import Raster

/// Reads a PNG file with libpng, as straight RGBA; nil when libpng finds it wrong.
func pixels(ofPNG file: [UInt8]) -> (width: Int, height: Int, rgba: [UInt8])? {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    guard png_image_begin_read_from_memory(&image, file, file.count) != 0 else { return nil }
    defer { png_image_free(&image) }
    image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)
    var rgba = [UInt8](repeating: 0, count: Int(image.width * image.height) * 4)
    guard png_image_finish_read(&image, nil, &rgba, 0, nil) != 0 else { return nil }
    return (Int(image.width), Int(image.height), rgba)
}

extension Canvas {
    /// The picture as straight RGBA.
    var rgba: [UInt8] {
        (0..<height).flatMap { y in
            (0..<width).flatMap { x -> [UInt8] in
                let color = self[x, y].color
                return [color.red, color.green, color.blue, color.alpha]
            }
        }
    }
}
