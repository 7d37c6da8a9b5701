#!/usr/bin/env python3
"""Tiles of WorksMap beside those of Mapnik, MapServer and QGIS: the same data, the same tiles, the same style (style.md), one run.

Each tile is drawn by every engine before the next tile is, in an order that rotates, and what counts is the CPU time of each engine's own
process: so a machine's moods fall on all alike. Quote the ratios.

BENCH_ROUNDS (3) says how often each tile is drawn, BENCH_SEED which city is made, BENCH_QGIS=0 leaves QGIS out, which is slow,
BENCH_ZOOMS=15,16,17 all other zooms.
"""
import os
import statistics
import subprocess
import sys

import dataset
import engines
import pictures

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SEED = int(os.environ.get("BENCH_SEED", dataset.SEED))
DATA = engines.ROOT / "Benchmarks/.data" / f"tiles-{SEED}"

PEERS = [
    ("Mapnik png32 as it comes", "mapnik:png32"),
    ("Mapnik png32, zlib 1, simplify 0.25", "mapnik:png32:z=1,simplify"),
    ("MapServer png32, compression 1", "mapserver:png32z1"),
]
if os.environ.get("BENCH_QGIS", "1") != "0":
    PEERS.append(("QGIS, PNG compression 1", "qgis:png32"))
PALETTES = [("Mapnik png8", "mapnik:png8")]
US, US_PALETTE = "worksmap", "worksmap, palette"


def note(text):
    print(text, file=sys.stderr, flush=True)


class Measurement:
    """What every engine spent on every tile, and the last picture of each."""

    def __init__(self, started, tiles):
        self.engines, self.tiles = started, tiles
        self.over_http, self.in_process, self.picture = {}, {}, {}

    def run(self, rounds):
        for engine in self.engines:
            for tile in self.tiles[::10]:
                engine.draw(tile)
        for turn in range(rounds):
            note(f"round {turn + 1} of {rounds}")
            for place, tile in enumerate(self.tiles):
                first = (turn + place) % len(self.engines)
                for engine in self.engines[first:] + self.engines[:first]:
                    answer = engine.draw(tile)
                    key = engine.name, tile
                    self.over_http.setdefault(key, []).append(answer.over_http)
                    self.in_process.setdefault(key, []).append(answer.in_process)
                    if self.picture.setdefault(key, answer.tile) != answer.tile:
                        note(f"{engine.name}: {tile}: another picture than before")
        return self

    def of_zoom(self, zoom):
        return [tile for tile in self.tiles if tile[0] == zoom]

    def milliseconds(self, costs, name, zoom):
        """The mean over the tiles of a zoom of their medians over the rounds."""
        return 1e3 * statistics.mean(statistics.median(costs[name, tile]) for tile in self.of_zoom(zoom))


def row(name, cells):
    print(f"| {name:38} | " + " | ".join(f"{cell:>6}" for cell in cells) + " |")


def heading(title, zooms):
    print(f"\n{title}\n")
    row("", [f"z{zoom}" for zoom in zooms])
    print("|---|" + "---:|" * len(zooms))


def figure(value):
    return f"{value:.0f}" if value >= 200 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def speed_table(title, measured, costs, zooms):
    heading(title, zooms)
    best = {zoom: min((measured.milliseconds(costs, name, zoom), name) for name, _ in PEERS) for zoom in zooms}
    for name, _ in PEERS:
        cells = [figure(measured.milliseconds(costs, name, zoom)) for zoom in zooms]
        row(name, [f"**{cell}**" if best[zoom][1] == name else cell for cell, zoom in zip(cells, zooms)])
    row(US, [figure(measured.milliseconds(costs, US, zoom)) for zoom in zooms])
    row("times faster than the fastest peer",
        [f"{best[zoom][0] / measured.milliseconds(costs, US, zoom):.1f}" for zoom in zooms])
    row("the same, median of the tiles' ratios", [
        f"{statistics.median(statistics.median(a / b for a, b in zip(costs[best[zoom][1], tile], costs[US, tile])) for tile in measured.of_zoom(zoom)):.1f}"
        for zoom in zooms])


def picture_table(measured, zooms):
    reference = PEERS[1][0]
    plain = PEERS[0][0]
    heading("Pictures: bytes, and mean absolute difference in % of the range", zooms)

    def size(name, zoom):
        return statistics.mean(len(measured.picture[name, tile]) for tile in measured.of_zoom(zoom))

    def differences(a, b, zoom):
        return [100 * pictures.difference(measured.picture[a, tile], measured.picture[b, tile]) for tile in measured.of_zoom(zoom)]

    for name in (reference, US, PALETTES[0][0], US_PALETTE):
        row(f"bytes, {name}", [f"{size(name, zoom):.0f}" for zoom in zooms])
    row("RGBA bytes: worksmap / Mapnik zlib 1", [f"{size(US, zoom) / size(reference, zoom):.3f}" for zoom in zooms])
    row("palette bytes: worksmap / Mapnik png8", [f"{size(US_PALETTE, zoom) / size(PALETTES[0][0], zoom):.3f}" for zoom in zooms])
    row("difference to Mapnik, mean", [f"{statistics.mean(differences(US, plain, zoom)):.2f}" for zoom in zooms])
    row("difference to Mapnik, worst tile", [f"{max(differences(US, plain, zoom)):.2f}" for zoom in zooms])
    row("MapServer's difference to Mapnik, mean", [f"{statistics.mean(differences(PEERS[2][0], plain, zoom)):.2f}" for zoom in zooms])
    row("palette to RGBA, worksmap", [f"{statistics.mean(differences(US_PALETTE, US, zoom)):.2f}" for zoom in zooms])
    row("palette to RGBA, Mapnik png8", [f"{statistics.mean(differences(PALETTES[0][0], plain, zoom)):.2f}" for zoom in zooms])


def check_files(measured, names, folder):
    """Writes our pictures and has pngcheck look at all of them."""
    files = []
    for name in names:
        for tile in measured.tiles:
            file = folder / ("%s-%d-%d-%d.png" % (name.replace(", ", "-"), *tile))
            file.write_bytes(measured.picture[name, tile])
            files.append(file)
    checked = subprocess.run(["pngcheck", "-q", *map(str, files)], capture_output=True, text=True)
    print(f"\npngcheck: {len(files)} tiles, " + ("no fault" if checked.returncode == 0 else checked.stdout))


def main():
    dataset.make(DATA, SEED)
    database = DATA / "worksmap.sqlite"
    if (seconds := engines.load(database, DATA)) is not None:
        note(f"the data was imported in {seconds:.1f} s")
    tiles = [tuple(map(int, line.split())) for line in (DATA / "tiles.txt").read_text().splitlines()]
    if wanted := os.environ.get("BENCH_ZOOMS"):
        tiles = [tile for tile in tiles if str(tile[0]) in wanted.split(",")]
    zooms = sorted({tile[0] for tile in tiles})
    started = []
    try:
        for name, spec in PEERS + PALETTES:
            started.append(engines.Peer(name, spec, DATA))
        started.append(engines.Server(US, database))
        started.append(engines.Server(US_PALETTE, database, tileset="bench_palette"))
        measured = Measurement(started, tiles).run(ROUNDS)
    finally:
        for engine in started:
            engine.close()
    print(f"CPU ms a tile of 256 px; {len(tiles)} tiles, cold, means of medians of {ROUNDS} interleaved rounds; the fastest peer is bold")
    speed_table("Over HTTP: the CPU time of the server's process", measured, measured.over_http, zooms)
    speed_table("In process: drawing and encoding alone", measured, measured.in_process, zooms)
    picture_table(measured, zooms)
    folder = DATA / "pictures"
    folder.mkdir(exist_ok=True)
    check_files(measured, (US, US_PALETTE), folder)
    for zoom in zooms:
        tile = measured.of_zoom(zoom)[0]
        pictures.sheet([[measured.picture[PEERS[0][0], tile], measured.picture[US, tile], measured.picture[US_PALETTE, tile]]],
                       folder / f"beside-z{zoom}.png")
    print(f"Mapnik, worksmap, worksmap with a palette, and the difference of the first two: {folder}/beside-z*.png")


if __name__ == "__main__":
    main()
