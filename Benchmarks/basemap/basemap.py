#!/usr/bin/env python3
"""Labelled tiles of real basemaps beside Mapnik's, and what it costs to import them.

Both draw the same style sheet (tiles/basemap.json; mapnik_sheet.py turns it into Mapnik's words) of the same features, Mapnik from indexed
shapefiles in its own projection. The tiles are those of one block of 4 x 4 in the middle of the city. Mapnik places the labels of each tile
and BUFFER pixels around it. Ours are placed for the whole block, so there are three figures: a tile drawn by an atlas that has placed no
label yet, which pays for the block; the mean over the block, drawn from nothing; and a tile whose labels are known. Each tile is drawn by all
in turn, and what counts is the CPU time of drawing, placing and encoding.

BENCH_ROUNDS (5) says how often. The real data is that in WORKSMAP_REAL_DATA.
"""
import math
import os
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "tiles")]
import engines  # noqa: E402
import measuring  # noqa: E402
import pictures  # noqa: E402

REAL_DATA = pathlib.Path(os.environ.get("WORKSMAP_REAL_DATA", ROOT.parent / "shared/data"))
DATA = ROOT / "Benchmarks/.data/basemap"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
BUFFER = 128
# Extract, the place in the middle of the block, zooms.
CITIES = {
    "helsinki": ("helsinki-centre.osm.pbf", (24.9443, 60.1716), (14, 16)),
    "liechtenstein": ("liechtenstein-2013-08-03.osm.pbf", (9.509, 47.165), (12, 14, 16)),
    "bayreuth": ("north-bayreuth.osm.gz", (11.575, 49.985), (12, 14, 16)),
}
FIELDS = """fid, class, name, json_extract(extra, '$."addr:housenumber"') AS number, json_extract(extra, '$.place') AS place,
    CASE WHEN coalesce(json_extract(extra, '$.bridge'), 'no') <> 'no'
         THEN CASE WHEN CAST(coalesce(json_extract(extra, '$.layer'), '0') AS INTEGER) > 1 THEN 'upper_bridge' ELSE 'bridge' END
         WHEN coalesce(json_extract(extra, '$.tunnel'), 'no') NOT IN ('no', 'building_passage') THEN 'tunnel' ELSE 'ground' END AS structure"""
KINDS = {"point": "POINT", "line": "LINESTRING", "area": "POLYGON"}


def load(city):
    """Our database and Mapnik's shapefiles; prints what the import costs."""
    name = CITIES[city][0]
    database, folder = DATA / f"{city}.sqlite", DATA / city
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for suffix in ("", "-wal", "-shm"):
        pathlib.Path(f"{database}{suffix}").unlink(missing_ok=True)
    link = folder / name
    link.symlink_to(REAL_DATA / "osm-extracts" / name)
    subprocess.run([engines.PROGRAM, "init", "--database", database], check=True, stderr=subprocess.DEVNULL)
    cost = measuring.run([engines.PROGRAM, "import", link, "--as", "basemap", "--also", "schools,districts", "--database", database])
    with sqlite3.connect(database) as connection:
        features = sum(connection.execute(f"SELECT count(*) FROM {layer}").fetchone()[0] for layer in ("roads", "basemap"))
    print(f"| {name} | {os.path.getsize(link) / 1e3:.0f} kB | {features} | {cost.wall:.1f} s | {cost.cpu:.1f} s | {cost.peak:.0f} MB |")
    for layer in ("basemap", "roads", "schools", "districts"):
        for kind, geometry in KINDS.items():
            target = folder / f"{layer}-{kind}.shp"
            made = subprocess.run(
                ["ogr2ogr", "-q", "-t_srs", "EPSG:3857", "-dialect", "SQLITE", "-nlt", "PROMOTE_TO_MULTI" if kind != "point" else geometry,
                 "-lco", "ENCODING=UTF-8", "-sql", f"SELECT {FIELDS}, geom FROM {layer} WHERE GeometryType(geom) LIKE '%{geometry}'",
                 str(target), str(database)], capture_output=True, text=True)
            if made.returncode:
                sys.exit(f"{target}: {made.stderr}")
            # Of nothing there is no file, or one of 100 bytes: the header.
            if not target.exists() or target.stat().st_size <= 100:
                target.unlink(missing_ok=True)
                continue
            subprocess.run(["shapeindex", str(target)], check=True, capture_output=True)
    return database, folder


def block(place, zoom):
    """The tiles of the block of 4 x 4 that a place lies in."""
    x = int((place[0] + 180) / 360 * 2 ** zoom) // 4 * 4
    y = int((1 - math.asinh(math.tan(math.radians(place[1]))) / math.pi) / 2 * 2 ** zoom) // 4 * 4
    return [(zoom, x + column, y + row) for row in range(4) for column in range(4)]


class Mapnik(engines.Engine):
    def __init__(self, folder, form):
        super().__init__(
            "Mapnik", ["/usr/bin/python3", HERE / "mapnik_tiles.py", ROOT / "tiles/basemap.json", folder, BUFFER, form],
            stdout=subprocess.PIPE)
        self.connection = engines.http.client.HTTPConnection("127.0.0.1", int(self.process.stdout.readline()))

    def draw(self, tile):
        picture, _, response = self.fetch("/%d/%d/%d" % tile)
        return picture, float(response.headers["X-Draw-Seconds"])


class Ours(engines.Engine):
    """`atlas-bench draw`, with an atlas that can be made new."""

    def __init__(self, database):
        super().__init__(
            "worksmap", [engines.BENCH, "draw", database, ROOT / "tiles", "basemap"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)

    def draw(self, tile, forget=False):
        if forget:
            self.process.stdin.write(b"new\n")
        self.process.stdin.write(b"%d %d %d\n" % tile)
        self.process.stdin.flush()
        seconds, count = self.process.stdout.readline().split()
        return self.process.stdout.read(int(count)), float(seconds)


def measure(city, database, folder):
    _, place, zooms = CITIES[city]
    # The same kind of picture: a palette of 256 colours on both sides.
    mapnik, alone, together, known = Mapnik(folder, "png8"), Ours(database), Ours(database), Ours(database)
    try:
        for zoom in zooms:
            # Where there is nothing to see there is nothing to compare.
            wanted = [tile for tile in block(place, zoom) if len(mapnik.draw(tile)[0]) > 1500]
            for tile in wanted:
                known.draw(tile)
            costs = {name: {tile: [] for tile in wanted} for name in ("mapnik", "alone", "together", "known")}
            for turn in range(ROUNDS):
                for number, tile in enumerate(wanted):
                    sides = [("mapnik", lambda tile: mapnik.draw(tile)), ("alone", lambda tile: alone.draw(tile, forget=True)),
                             ("together", lambda tile: together.draw(tile, forget=number == 0)), ("known", known.draw)]
                    first = (turn + number) % len(sides)
                    for name, draw in sides[first:] + sides[:first]:
                        costs[name][tile].append(draw(tile)[1])
            mean = {name: 1e3 * statistics.mean(map(statistics.median, each.values())) for name, each in costs.items()}
            print(f"| {city} z{zoom} | {len(wanted)} | " + " | ".join(f"{mean[name]:.2f}" for name in costs) + " | "
                  + " | ".join(f"{mean['mapnik'] / mean[name]:.1f}" for name in ("alone", "together", "known")) + " |", flush=True)
            pictures.sheet([[mapnik.draw(tile)[0], known.draw(tile)[0]] for tile in wanted[:4]], DATA / f"beside-{city}-z{zoom}.png")
    finally:
        for side in (mapnik, alone, together, known):
            side.close()


def main():
    if not REAL_DATA.is_dir():
        sys.exit(f"There is no real data at {REAL_DATA}; set WORKSMAP_REAL_DATA.")
    DATA.mkdir(parents=True, exist_ok=True)
    print("Import of basemap, schools and districts (wall and CPU time of the program and GDAL's, peak of the largest process)\n")
    print("| extract | size | streets and basemap | wall | CPU | memory |\n|---|---:|---:|---:|---:|---:|")
    loaded = {city: load(city) for city in CITIES}
    print(f"\nCPU ms a labelled tile, means of medians of {ROUNDS} interleaved rounds; Mapnik with a buffer of {BUFFER} pixels\n")
    print("| | tiles | Mapnik | first tile of a block | tile of a new block, mean | labels known | times faster: first | mean | known |")
    print("|---|" + "---:|" * 8)
    for city, (database, folder) in loaded.items():
        measure(city, database, folder)
    print(f"\nMapnik and worksmap side by side: {DATA}/beside-*.png")


main()
