"""Compares pictures of the same tile."""
import io

import numpy
from PIL import Image


def pixels(tile):
    """Premultiplied RGBA, 0 to 1: what is under a transparent pixel is not seen."""
    image = numpy.asarray(Image.open(io.BytesIO(tile)).convert("RGBA"), dtype=numpy.float32) / 255
    image = image.copy()
    image[..., :3] *= image[..., 3:]
    return image


def difference(a, b):
    """The mean absolute difference of all channels of all pixels, as a part of the range."""
    return float(numpy.abs(pixels(a) - pixels(b)).mean())


def sheet(rows, file, magnification=1):
    """Writes pictures beside each other on white, a row a tile, with their difference at the end."""
    side = 256 * magnification
    page = Image.new("RGB", (side * (len(rows[0]) + 1), side * len(rows)), "white")
    for y, tiles in enumerate(rows):
        for x, tile in enumerate(tiles):
            image = Image.open(io.BytesIO(tile)).convert("RGBA").resize((side, side), Image.NEAREST)
            page.paste(image, (x * side, y * side), image)
        gap = numpy.abs(pixels(tiles[0]) - pixels(tiles[1])).max(axis=2)
        image = Image.fromarray((255 - 255 * gap).astype("uint8")).resize((side, side), Image.NEAREST)
        page.paste(image, (len(tiles) * side, y * side))
    page.save(file)
