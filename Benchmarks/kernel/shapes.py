"""The shapes of the bench city in metres of EPSG:3857, in the file that kernel-bench reads (ShapeFile.swift)."""
import math
import sqlite3
import struct

import numpy

RADIUS = 6378137.0
KINDS = ["pothole", "fallen_tree", "flooding", "signal_fault", "spill", "sinkhole"]


def vertices(wkb, place, count):
    degrees = numpy.frombuffer(wkb, "<f8", 2 * count, place).reshape(-1, 2)
    metres = numpy.empty_like(degrees)
    metres[:, 0] = numpy.radians(degrees[:, 0]) * RADIUS
    metres[:, 1] = numpy.log(numpy.tan(math.pi / 4 + numpy.radians(degrees[:, 1]) / 2)) * RADIUS
    return metres


def rings(wkb):
    kind = struct.unpack_from("<I", wkb, 1)[0]
    if kind == 1:
        return [vertices(wkb, 5, 1)]
    if kind == 2:
        return [vertices(wkb, 9, struct.unpack_from("<I", wkb, 5)[0])]
    place, result = 9, []
    for _ in range(struct.unpack_from("<I", wkb, 5)[0]):
        count = struct.unpack_from("<I", wkb, place)[0]
        result.append(vertices(wkb, place + 4, count))
        place += 4 + 16 * count
    return result


def write(data, target):
    with sqlite3.connect(data / "works.sqlite") as database:
        database.enable_load_extension(True)
        database.load_extension("mod_spatialite")
        shapes = [
            (kind, KINDS.index(category) if category in KINDS else 0, rings(wkb))
            for table, kind in (("outages", 2), ("roadworks", 1), ("incidents", 0))
            for category, wkb in database.execute(f"SELECT kind, AsBinary(geom) FROM {table} ORDER BY id")]
    with open(target, "wb") as file:
        file.write(struct.pack("<I", len(shapes)))
        for kind, category, parts in shapes:
            file.write(struct.pack(f"<III{len(parts)}I", kind, category, len(parts), *map(len, parts)))
            for part in parts:
                file.write(part.astype("<f8").tobytes())
