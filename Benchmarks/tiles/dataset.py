#!/usr/bin/env python3
"""The made-up city of the tile benchmarks: works as points, lines and areas, and the tiles to draw.

    dataset.py FOLDER [--seed N] [--points N] [--only-points]

Writes into FOLDER

    incidents.geojson, roadworks.geojson, outages.geojson   a feature a line, for `worksmap import`
    works.sqlite                                             the same features as SpatiaLite tables with R*Trees, for the peers
    tiles.txt                                                "z x y" of each tile

Only Python's Mersenne Twister is drawn from and coordinates are rounded to 1e-7 degree, so a seed gives the same bytes everywhere: with
the default seed those of CHECKSUMS, which are compared. Needs mod_spatialite and a Python that loads SQLite extensions (Debian's
/usr/bin/python3).
"""
import argparse
import contextlib
import hashlib
import json
import math
import pathlib
import random
import sqlite3
import struct
import time

WEST, SOUTH, EAST, NORTH = 16.20, 48.10, 16.60, 48.40
METRES_PER_DEGREE = 111320.0
SHRINK = math.cos(math.radians((SOUTH + NORTH) / 2))
# The streets are a jittered grid about 100 m wide; each street between two crossings is bent at STEPS - 1 vertices.
COLUMNS, ROWS, STEPS = 300, 320, 8
SEED = 20240607

INCIDENTS = ["pothole", "fallen_tree", "flooding", "signal_fault", "spill", "sinkhole"]
ROADWORKS = ["resurfacing", "water_main", "gas_main", "cable_duct", "bridge_repair"]
OUTAGES = ["power", "water", "gas", "telecom"]
STATUSES = ["reported", "scheduled", "active", "suspended", "closed"]
STREETS = ["Oak", "Mill", "Harbour", "Station", "Chapel", "North", "Linden", "Quarry", "Bridge", "Market", "Castle", "Park", "River",
           "School", "Garden", "Tower"]

CHECKSUMS = {
    "incidents.geojson": "990fc2fef1af0c02b0a9e3871ef98e4bd24efe95b98010440542f8d168c09f44",
    "outages.geojson": "f40b7de88ec524b5c61d8c2e0931f898552bf9491d73220ae5f83938594384c0",
    "roadworks.geojson": "61725b8d46b6b0c7c30f09c20fcf482e85107bd27f9cb77b9ac1395d7d9b0c1a",
    "tiles.txt": "157b5d14464e7820556df3c0d64674851505a84ccc750b2edcfe3be7eb0019d9",
}


# MARK: Shapes

class Streets:
    """Crossings, and the vertices between two of them."""

    def __init__(self, source):
        dx, dy = (EAST - WEST) / (COLUMNS - 1), (NORTH - SOUTH) / (ROWS - 1)
        self.crossing = [
            [(WEST + i * dx + source.uniform(-.22, .22) * dx, SOUTH + j * dy + source.uniform(-.22, .22) * dy)
             for j in range(ROWS)]
            for i in range(COLUMNS)]
        at = self.crossing
        self.eastward = [[self._bends(source, at[i][j], at[i + 1][j]) for j in range(ROWS)] for i in range(COLUMNS - 1)]
        self.northward = [[self._bends(source, at[i][j], at[i][j + 1]) for j in range(ROWS - 1)] for i in range(COLUMNS)]

    @staticmethod
    def _bends(source, start, end):
        (x0, y0), (x1, y1) = start, end
        across = (-(y1 - y0), x1 - x0)
        bow = source.uniform(-.06, .06)
        vertices = []
        for step in range(1, STEPS):
            t = step / STEPS
            offset = bow * 4 * t * (1 - t) + source.uniform(-.008, .008)
            vertices.append((x0 + (x1 - x0) * t + across[0] * offset, y0 + (y1 - y0) * t + across[1] * offset))
        return vertices

    def walk(self, source, length):
        """A line of `length` vertices along streets, turning now and then."""
        i, j = source.randrange(COLUMNS), source.randrange(ROWS)
        heading = source.randrange(4)
        vertices = [self.crossing[i][j]]
        while len(vertices) < length:
            if source.random() < .18:
                heading = (heading + (1 if source.random() < .5 else 3)) % 4
            di, dj = ((1, 0), (0, 1), (-1, 0), (0, -1))[heading]
            ni, nj = i + di, j + dj
            if not (0 <= ni < COLUMNS and 0 <= nj < ROWS):
                heading = (heading + 1) % 4
                continue
            vertices.extend((
                lambda: self.eastward[i][j], lambda: self.northward[i][j],
                lambda: self.eastward[ni][j][::-1], lambda: self.northward[i][nj][::-1])[heading]())
            vertices.append(self.crossing[ni][nj])
            i, j = ni, nj
        return [rounded(x, y) for x, y in vertices[:length]]


def rounded(x, y):
    return round(x, 7), round(y, 7)


def ring(source, x, y, radius, count, roughness, counterclockwise):
    """A closed ring around a place that its middle sees all of, and its smallest radius; metres."""
    waves = [(k, source.uniform(-1, 1) * roughness / k, source.uniform(0, 2 * math.pi)) for k in range(2, 12)]
    smallest, vertices = 1e18, []
    for step in range(count):
        angle = step * (2 * math.pi / count)
        factor = 1.0
        for k, amplitude, phase in waves:
            factor += amplitude * math.cos(k * angle + phase)
        r = radius * (max(.35, factor) * (1 + source.uniform(-.01, .01)))
        smallest = min(smallest, r)
        vertices.append(rounded(x + r * math.cos(angle) / (METRES_PER_DEGREE * SHRINK), y + r * math.sin(angle) / METRES_PER_DEGREE))
    if not counterclockwise:
        vertices.reverse()
    return vertices + vertices[:1], smallest


def log_uniform(source, low, high):
    return math.exp(source.uniform(math.log(low), math.log(high)))


# MARK: Works

def properties(source, kinds):
    kind = kinds[min(int(source.random() ** 1.6 * len(kinds)), len(kinds) - 1)]
    status = STATUSES[min(int(source.random() * len(STATUSES)), len(STATUSES) - 1)]
    title = "%s at %d %s Street" % (
        kind.replace("_", " ").capitalize(), source.randrange(1, 400), STREETS[source.randrange(len(STREETS))])
    start = 1704067200 + int(source.random() * 2 * 365 * 86400)
    due = start + int(log_uniform(source, 3600, 180 * 86400))
    return (kind, status, title, *(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t)) for t in (start, due)))


def incidents(seed, count, streets):
    """Points: more than half of them in 240 hot spots, the others along streets."""
    source = random.Random(seed * 7 + 1)
    hot_spots = []
    for _ in range(240):
        i, j = source.randrange(COLUMNS), source.randrange(ROWS)
        hot_spots.append((streets.crossing[i][j], log_uniform(source, 120, 1500)))
    for number in range(1, count + 1):
        if source.random() < .55:
            (x, y), spread = hot_spots[int(source.random() ** 1.5 * len(hot_spots))]
        else:
            i, j = source.randrange(COLUMNS), source.randrange(ROWS)
            x, y = streets.crossing[i][j]
            spread = 8
            if source.random() < .5:
                x += source.uniform(-1, 1) * (EAST - WEST) / COLUMNS
            else:
                y += source.uniform(-1, 1) * (NORTH - SOUTH) / ROWS
        x += source.gauss(0, spread) / (METRES_PER_DEGREE * SHRINK)
        y += source.gauss(0, spread) / METRES_PER_DEGREE
        x, y = min(max(x, WEST), EAST), min(max(y, SOUTH), NORTH)
        yield (number, *properties(source, INCIDENTS), rounded(x, y))


def roadworks(seed, count, streets):
    source = random.Random(seed * 7 + 2)
    for number in range(1, count + 1):
        length = int(log_uniform(source, 10, 200.999))
        yield (number, *properties(source, ROADWORKS), streets.walk(source, length))


def outages(seed, count):
    """Areas: one in five with holes, one in a hundred larger than many tiles."""
    source = random.Random(seed * 7 + 3)
    for number in range(1, count + 1):
        length = int(log_uniform(source, 20, 2000.999))
        radius = log_uniform(source, 40, 500) if source.random() < .99 else log_uniform(source, 500, 5000)
        x, y = source.uniform(WEST, EAST), source.uniform(SOUTH, NORTH)
        facts = properties(source, OUTAGES)
        shell, smallest = ring(source, x, y, radius, length, source.uniform(.05, .35), True)
        rings = [shell]
        if source.random() < .2:
            for hole in range(source.randrange(1, 5)):
                angle = hole * math.pi / 2 + source.uniform(0, .4)
                distance = .45 * smallest
                hx = x + distance * math.cos(angle) / (METRES_PER_DEGREE * SHRINK)
                hy = y + distance * math.sin(angle) / METRES_PER_DEGREE
                rings.append(
                    ring(source, hx, hy, smallest * source.uniform(.05, .14), max(8, length // 6), .1, False)[0])
        yield (number, *facts, rings)


# MARK: Tiles

def tile_containing(longitude, latitude, zoom):
    across = 1 << zoom
    return (int((longitude + 180) / 360 * across),
            int((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * across))


def tiles(seed, points):
    """200 tiles from zoom 10 to 17: of each zoom half below incidents, half anywhere in the city."""
    source = random.Random(seed * 7 + 4)
    chosen = []
    for zoom, wanted in {10: 6, 11: 20, 12: 29, 13: 29, 14: 29, 15: 29, 16: 29, 17: 29}.items():
        left, bottom = tile_containing(WEST, SOUTH, zoom)
        right, top = tile_containing(EAST, NORTH, zoom)
        wanted = min(wanted, (right - left + 1) * (bottom - top + 1))
        found, tries = [], 0
        while len(found) < wanted:
            if tries % 2 == 0:
                place = points[source.randrange(len(points))]
            else:
                place = source.uniform(WEST, EAST), source.uniform(SOUTH, NORTH)
            tries += 1
            tile = (zoom, *tile_containing(*place, zoom))
            if tile not in found:
                found.append(tile)
            elif tries > 5000:
                break
        chosen += found
    # Low zooms have too few tiles: the rest are of zoom 15.
    while len(chosen) < 200:
        tile = (15, *tile_containing(source.uniform(WEST, EAST), source.uniform(SOUTH, NORTH), 15))
        if tile not in chosen:
            chosen.append(tile)
    return sorted(chosen)


# MARK: Files

def wkb(kind, shape):
    def run(vertices):
        return struct.pack("<I", len(vertices)) + b"".join(struct.pack("<2d", *vertex) for vertex in vertices)
    if kind == "Point":
        return struct.pack("<BI2d", 1, 1, *shape)
    if kind == "LineString":
        return struct.pack("<BI", 1, 2) + run(shape)
    return struct.pack("<BII", 1, 3, len(shape)) + b"".join(map(run, shape))


def coordinates(kind, shape):
    if kind == "Point":
        return "[%.7f,%.7f]" % shape
    return "[" + ",".join(coordinates("Point" if kind == "LineString" else "LineString", part) for part in shape) + "]"


def feature(kind, row):
    facts = json.dumps(dict(zip(["id", "kind", "status", "title", "starts_at", "due_at"], row)), separators=(",", ":"))
    return '{"type":"Feature","id":%d,"geometry":{"type":"%s","coordinates":%s},"properties":%s}' % (
        row[0], kind, coordinates(kind, row[6]), facts)


def write(database, folder, table, kind, rows):
    """Writes one layer as a table and as GeoJSON; the shapes if they are points."""
    database.execute(
        f"CREATE TABLE {table}(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, status TEXT NOT NULL, title TEXT NOT NULL,"
        " starts_at TEXT NOT NULL, due_at TEXT)")
    database.execute("SELECT AddGeometryColumn(?, 'geom', 4326, ?, 'XY', 1)", (table, kind.upper()))
    points = []
    with open(folder / f"{table}.geojson", "w") as file:
        file.write('{"type":"FeatureCollection","name":"%s","features":[\n' % table)
        database.execute("BEGIN")
        for row in rows:
            database.execute(
                f"INSERT INTO {table} VALUES(?,?,?,?,?,?,GeomFromWKB(?,4326))", row[:6] + (wkb(kind, row[6]),))
            file.write((",\n" if row[0] > 1 else "") + feature(kind, row))
            if kind == "Point":
                points.append(row[6])
        database.execute("COMMIT")
        file.write("\n]}\n")
    database.execute("SELECT CreateSpatialIndex(?, 'geom')", (table,))
    return points


def make(folder, seed=SEED, points=200_000, only_points=False):
    """Writes everything, unless it is there already; the folder."""
    folder = pathlib.Path(folder)
    done = folder / "complete"
    if done.exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    for suffix in ("", "-journal", "-wal", "-shm"):
        pathlib.Path(f"{folder}/works.sqlite{suffix}").unlink(missing_ok=True)
    streets = Streets(random.Random(seed))
    with contextlib.closing(sqlite3.connect(folder / "works.sqlite", isolation_level=None)) as database:
        database.enable_load_extension(True)
        database.load_extension("mod_spatialite")
        database.execute("PRAGMA journal_mode=OFF")
        database.execute("PRAGMA synchronous=OFF")
        database.execute("SELECT InitSpatialMetaData(1)")
        places = write(database, folder, "incidents", "Point", incidents(seed, points, streets))
        if not only_points:
            write(database, folder, "roadworks", "LineString", roadworks(seed, 20_000, streets))
            write(database, folder, "outages", "Polygon", outages(seed, 5_000))
        database.execute("SELECT UpdateLayerStatistics()")
        database.execute("ANALYZE")
    (folder / "tiles.txt").write_text("".join("%d %d %d\n" % tile for tile in tiles(seed, places)))
    if seed == SEED and points == 200_000 and not only_points:
        for name, wanted in CHECKSUMS.items():
            found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
            if found != wanted:
                raise SystemExit(f"{folder / name}: the sum is {found}, not {wanted}: figures could not be compared")
    done.touch()
    return folder


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder")
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--points", type=int, default=200_000)
    options.add_argument("--only-points", action="store_true")
    chosen = options.parse_args()
    make(chosen.folder, chosen.seed, chosen.points, chosen.only_points)


if __name__ == "__main__":
    main()
