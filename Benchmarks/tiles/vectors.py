#!/usr/bin/env python3
"""Vector tiles of zoom 10 to 15 of the whole bench city: ours beside tippecanoe's, in CPU time a tile.

tippecanoe makes all tiles at once, on one thread, without dropping features; ours are asked for one by one, cold. Both runs are whole
processes: reading the data is part of either. Rounds are interleaved. What we write is read by mapbox-vector-tile and by GDAL (CLIP=NO),
and GEOS, through GDAL, says how many polygons are valid. BENCH_ROUNDS (2) and BENCH_SEED as in tiles.py.
"""
import os
import pathlib
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile

import dataset
import engines
from tiles import DATA, SEED, figure, heading, note, row

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "2"))
VENV = engines.ROOT / ".venv-bench-tiles"
ZOOMS = range(10, 16)
TIPPECANOE = [VENV / "bin/tippecanoe", "-q", "-f", "-Z10", "-z15", "-r1", "--no-feature-limit", "--no-tile-size-limit",
              "--no-tiny-polygon-reduction", "-o"]


def children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def tippecanoe(target):
    """The CPU seconds of one run."""
    before = children()
    files = [DATA / f"{name}.geojson" for name in ("incidents", "roadworks", "outages")]
    subprocess.run([*TIPPECANOE, target, *files], check=True, env=os.environ | {"TIPPECANOE_MAX_THREADS": "1"})
    return children() - before


def ours(database, tiles, keep):
    """The CPU seconds of each tile and those of the whole process; `keep` receives each tile."""
    before = children()
    worker = subprocess.Popen(
        [engines.BENCH, "vectors", database, engines.STYLES, "bench"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    costs = {}
    for tile in tiles:
        worker.stdin.write(b"%d %d %d\n" % tile)
        worker.stdin.flush()
        seconds, count = worker.stdout.readline().split()
        costs[tile] = float(seconds)
        keep(tile, worker.stdout.read(int(count)))
    worker.stdin.close()
    worker.wait()
    return costs, children() - before


READERS = """
import pathlib, sys
from osgeo import gdal
import mapbox_vector_tile
gdal.UseExceptions()
read = polygons = valid = 0
for file in sorted(pathlib.Path(sys.argv[1]).glob("*.mvt")):
    decoded = mapbox_vector_tile.decode(file.read_bytes())
    source = gdal.OpenEx(f"MVT:{file}", gdal.OF_VECTOR, open_options=["CLIP=NO"])
    count = sum(len(layer["features"]) for layer in decoded.values())
    assert count == sum(source.GetLayer(i).GetFeatureCount() for i in range(source.GetLayerCount())), file
    read += count
    for i in range(source.GetLayerCount()):
        for feature in source.GetLayer(i):
            if feature.GetGeometryRef().GetDimension() == 2:
                polygons += 1
                valid += feature.GetGeometryRef().IsValid()
print(f"{read} features read alike by mapbox-vector-tile and GDAL; GEOS: {valid} of {polygons} polygons are valid")
sys.exit(valid != polygons)
"""


def main():
    dataset.make(DATA, SEED)
    database = DATA / "worksmap.sqlite"
    engines.load(database, DATA)
    theirs, process, tile_costs, sizes = [], [], {}, {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        for turn in range(ROUNDS):
            note(f"round {turn + 1} of {ROUNDS}")
            theirs.append(tippecanoe(folder / "tippecanoe.mbtiles"))
            with sqlite3.connect(folder / "tippecanoe.mbtiles") as file:
                rows = file.execute("SELECT zoom_level, tile_column, tile_row, length(tile_data) FROM tiles").fetchall()
            tiles = sorted((z, x, 2**z - 1 - y) for z, x, y, _ in rows)

            def keep(tile, data):
                sizes[tile] = len(data)
                # All of the low zooms, some of the others.
                if turn == 0 and (tile[0] < 13 or sum(tile) % 23 == 0):
                    (folder / ("%d-%d-%d.mvt" % tile)).write_bytes(data)
            costs, spent = ours(database, tiles, keep)
            process.append(spent)
            for tile, seconds in costs.items():
                tile_costs.setdefault(tile, []).append(seconds)
        median = {tile: statistics.median(costs) for tile, costs in tile_costs.items()}
        heading(f"Vector tiles of the whole city, {len(tiles)} tiles, medians of {ROUNDS} interleaved rounds", [*ZOOMS])
        row("tiles", [sum(tile[0] == zoom for tile in tiles) for zoom in ZOOMS])
        row("worksmap: CPU ms a tile", [figure(1e3 * statistics.mean(median[t] for t in tiles if t[0] == zoom)) for zoom in ZOOMS])
        row("the dearest tile", [figure(1e3 * max(median[t] for t in tiles if t[0] == zoom)) for zoom in ZOOMS])
        row("worksmap: kB a tile", [figure(1e-3 * statistics.mean(sizes[t] for t in tiles if t[0] == zoom)) for zoom in ZOOMS])
        mine, whole, peer = sum(median.values()), statistics.median(process), statistics.median(theirs)
        print(f"\nAll tiles: worksmap {1e3 * mine / len(tiles):.2f} ms a tile, {1e3 * whole / len(tiles):.2f} ms with reading the database; "
              f"tippecanoe {1e3 * peer / len(tiles):.2f} ms. Ratio {peer / mine:.1f}, with reading on both sides {peer / whole:.1f}.")
        sys.stdout.flush()
        subprocess.run([VENV / "bin/python", "-c", READERS, folder], check=True)


if __name__ == "__main__":
    main()
