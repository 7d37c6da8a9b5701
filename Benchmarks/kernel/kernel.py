#!/usr/bin/env python3
"""The kernel beside the libraries that are usually taken for its parts: rasterizing beside AGG, clipping beside GEOS, PNG beside libpng.

All on the bench city's tiles. The rasterizers draw each scene in turn, in processes of their own whose CPU time is read; clipping and PNG
take turns inside kernel-bench. BENCH_ROUNDS (3) and BENCH_SEED as in ../tiles/tiles.py.
"""
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tiles"))

import numpy

import dataset
import engines
import shapes
from tiles import DATA, ROUNDS, SEED, figure, heading, note, row

BENCH = engines.BENCH.with_name("kernel-bench")
LAYERS = {"an empty picture": 0, "fills of areas": 1, "borders of areas": 2, "streets, casing and inner": 4, "discs": 8, "everything": 15}


class Worker:
    def __init__(self, name, *command):
        self.name = name
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def draw(self, scene, layers):
        self.process.stdin.write(b"%d %d\n" % (scene, layers))
        self.process.stdin.flush()
        seconds = float(self.process.stdout.readline())
        return seconds, numpy.frombuffer(self.process.stdout.read(256 * 256 * 4), numpy.uint8)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def rasterizing(scenes, tiles, agg):
    ours, peer = Worker("worksmap", BENCH, "draw", scenes), Worker("AGG", agg, scenes)
    costs, differences = {}, {}
    for turn in range(ROUNDS + 1):
        note(f"round {turn} of {ROUNDS}")
        for scene, tile in enumerate(tiles):
            for name, layers in LAYERS.items():
                pair = [ours, peer] if (scene + turn) % 2 else [peer, ours]
                pictures = []
                for worker in pair:
                    seconds, pixels = worker.draw(scene, layers)
                    pictures.append(pixels.astype(numpy.int16))
                    if turn:
                        costs.setdefault((worker.name, name, scene), []).append(seconds)
                differences[name, scene] = float(numpy.abs(pictures[0] - pictures[1]).mean()) / 2.55
    ours.close()
    peer.close()
    zooms = sorted({tile[0] for tile in tiles})

    def milliseconds(engine, layer, zoom):
        return 1e3 * statistics.mean(
            statistics.median(costs[engine, layer, scene]) for scene, tile in enumerate(tiles) if tile[0] == zoom)

    heading(f"Rasterizing: CPU ms a scene of 256 px, medians of {ROUNDS} interleaved rounds", zooms)
    for layer in LAYERS:
        for engine in ("AGG", "worksmap"):
            row(f"{layer}, {engine}", [figure(milliseconds(engine, layer, zoom)) for zoom in zooms])
        row("times as fast", [f"{milliseconds('AGG', layer, zoom) / milliseconds('worksmap', layer, zoom):.1f}" for zoom in zooms])
        if layer == "discs":
            # Where a scene has few, most of either time is the emptying of the canvas.
            def alone(engine, zoom):
                return milliseconds(engine, layer, zoom) - milliseconds(engine, "an empty picture", zoom)

            row("the same less the empty picture", [f"{alone('AGG', zoom) / alone('worksmap', zoom):.1f}" for zoom in zooms])
    for layer in LAYERS:
        total = [sum(statistics.median(costs[engine, layer, scene]) for scene in range(len(tiles))) for engine in ("AGG", "worksmap")]
        print(f"\n{layer}: {total[0] / total[1]:.1f} times as fast over all scenes; mean difference of the pictures "
              f"{statistics.mean(differences[layer, scene] for scene in range(len(tiles))):.2f} % of the range", end="")
    print()
    sys.stdout.flush()


def main():
    dataset.make(DATA, SEED)
    folder = DATA.with_name(f"kernel-{SEED}")
    folder.mkdir(exist_ok=True)
    if not (folder / "complete").exists():
        shapes.write(DATA, folder / "shapes.bin")
        subprocess.run([BENCH, "scenes", folder / "shapes.bin", DATA / "tiles.txt", folder / "scenes.bin"], check=True)
        (folder / "complete").touch()
    agg = folder / "agg"
    subprocess.run(["g++", "-O2", "-march=native", "-w", "-I/usr/include/agg2", HERE / "agg.cpp", "-lagg", "-o", agg], check=True)
    tiles = [tuple(map(int, line.split())) for line in (DATA / "tiles.txt").read_text().splitlines()]
    rasterizing(folder / "scenes.bin", tiles, agg)
    subprocess.run([BENCH, "clip", folder / "shapes.bin", DATA / "tiles.txt", str(max(ROUNDS, 5))], check=True)
    subprocess.run([BENCH, "png", folder / "scenes.bin", str(ROUNDS)], check=True)


if __name__ == "__main__":
    main()
