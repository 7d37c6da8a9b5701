#!/usr/bin/env python3
"""A tile server around Mapnik that draws our basemap's style sheet; see ../tiles/peers.py for what it answers.

    mapnik_tiles.py SHEET FOLDER BUFFER FORMAT
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tiles"))
import mapnik  # noqa: E402
import peers  # noqa: E402
from mapnik_sheet import Sheet  # noqa: E402


def main():
    sheet, folder, buffer, form = Sheet(pathlib.Path(sys.argv[1])), pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    mapnik.register_fonts("/usr/share/fonts/truetype/dejavu")
    maps = {}

    def draw(z, x, y):
        if z not in maps:
            maps[z] = mapnik.Map(256, 256)
            mapnik.load_map_from_string(maps[z], sheet.map(z, folder, buffer))
        maps[z].zoom_to_box(mapnik.Box2d(*peers.extent(z, x, y)))
        image = mapnik.Image(256, 256)
        mapnik.render(maps[z], image)
        return image.tostring(form)

    peers.serve(draw)


main()
