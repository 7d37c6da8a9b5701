#!/usr/bin/env python3
"""What the snapshot costs, and what happens with ten times the points.

Prints how fast the snapshot is built from the database and what it takes of memory, how soon a change is on its tile, what two threads
bring, and the cost of tiles of 200 000 points beside 2 000 000: ours and Mapnik's, interleaved tile by tile.
BENCH_ROUNDS and BENCH_SEED as in tiles.py.
"""
import contextlib
import os
import shutil
import statistics
import subprocess
import sys

import dataset
import engines
from tiles import DATA, ROUNDS, SEED, figure, heading, note, row


def bench(*arguments):
    subprocess.run([engines.BENCH, *map(str, arguments)], check=True)


class Worker:
    """`atlas-bench draw`: the CPU time of drawing and encoding."""

    def __init__(self, name, database):
        self.name = name
        self.process = subprocess.Popen(
            [engines.BENCH, "draw", database, engines.STYLES, "bench"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def draw(self, tile):
        self.process.stdin.write(b"%d %d %d\n" % tile)
        self.process.stdin.flush()
        seconds, count = self.process.stdout.readline().split()
        return engines.Answer(self.process.stdout.read(int(count)), None, float(seconds))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def points(count):
    folder = DATA.with_name(f"points-{count}-{SEED}")
    dataset.make(folder, SEED, points=count, only_points=True)
    engines.load(folder / "worksmap.sqlite", folder)
    return folder


def scaling():
    few, many = points(200_000), points(2_000_000)
    print("\nSnapshot of 2 000 000 points:")
    sys.stdout.flush()
    bench("snapshot", many / "worksmap.sqlite", engines.STYLES, 3)
    tiles = [tuple(map(int, line.split())) for line in (few / "tiles.txt").read_text().splitlines()]
    zooms = sorted({tile[0] for tile in tiles})
    # Cores are not equally busy with what else there is: both sizes meet the same one.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with contextlib.ExitStack() as running:
        def started(engine):
            running.callback(engine.close)
            return engine
        pairs = {
            "worksmap": [started(Worker("worksmap", folder / "worksmap.sqlite")) for folder in (few, many)],
            "Mapnik png32": [started(engines.Peer("Mapnik", "mapnik:png32", folder)) for folder in (few, many)]}
        costs = {}
        for turn in range(ROUNDS + 1):
            note(f"round {turn} of {ROUNDS}")
            for tile in tiles:
                for name, pair in pairs.items():
                    # Mapnik takes seconds for a tile of two million points: it is asked once.
                    if turn > (1 if name != "worksmap" else ROUNDS):
                        continue
                    for size, engine in enumerate(pair):
                        spent = engine.draw(tile).in_process
                        if turn > 0:
                            costs.setdefault((name, size, tile), []).append(spent)

    def milliseconds(name, size, zoom):
        return 1e3 * statistics.mean(statistics.median(costs[name, size, tile]) for tile in tiles if tile[0] == zoom)

    heading("Ten times the points: CPU ms a tile, in process", zooms)
    for name in pairs:
        for size, label in enumerate(("200 000 points", "2 000 000 points")):
            row(f"{name}, {label}", [figure(milliseconds(name, size, zoom)) for zoom in zooms])
        row(f"{name}, times as much", [f"{milliseconds(name, 1, zoom) / milliseconds(name, 0, zoom):.2f}" for zoom in zooms])


def main():
    dataset.make(DATA, SEED)
    database = DATA / "worksmap.sqlite"
    engines.load(database, DATA)
    print("Snapshot of points, lines and areas:")
    sys.stdout.flush()
    bench("snapshot", database, engines.STYLES, 5)
    bench("threads", database, engines.STYLES, DATA / "tiles.txt", ROUNDS)
    changed = DATA / "changed.sqlite"
    shutil.copyfile(database, changed)
    try:
        bench("change", changed, engines.STYLES, 50)
    finally:
        for suffix in ("", "-wal", "-shm"):
            changed.with_name(changed.name + suffix).unlink(missing_ok=True)
    scaling()


if __name__ == "__main__":
    main()
