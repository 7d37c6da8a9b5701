"""People who use the map beside clients who stand in their way, and the memory that clients can make the caches take."""
import json
import math
import pathlib
import shutil
import subprocess
import sys
import threading
import time

import dataset
import servers

SECONDS = 20
TILE_CACHE = 64
FILTERED_TILES = 100_000

SCENES = {
    "alone": {},
    "4 hostile clients, 12 connections each": {"attackers": 4},
    "1 024 idle, 200 slow, 8 analytic clients": {"idlers": 1024, "slow": 200, "analysts": 8},
}


def tiles():
    """Columns and rows of the made-up city at zoom 14."""
    left, bottom = dataset.tile_containing(dataset.WEST, dataset.SOUTH, 14)
    right, top = dataset.tile_containing(dataset.EAST, dataset.NORTH, 14)
    return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]


def start(kind, server, seconds, count, token=""):
    """A process with clients of one kind."""
    program = pathlib.Path(__file__).with_name("clients.py")
    process = subprocess.Popen(
        [sys.executable, program, kind, str(server.port), str(seconds), str(count), token], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdin.write(json.dumps(tiles()) + "\n")
    process.stdin.close()
    return process


def percentile(values, share):
    ordered = sorted(values) or [math.nan]
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def hostile(folder, source):
    database = folder / "worksmap.sqlite"
    subprocess.run([servers.PROGRAM, "backup", database, "--database", source], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    shutil.copytree(source.with_suffix(".city"), database.with_suffix(".city"))
    token = subprocess.run([servers.PROGRAM, "token", "create", "--role", "dispatcher", "--name", "bench", "--database", database],
                           check=True, capture_output=True, text=True).stdout.split()[-1]
    for scene, others in SCENES.items():
        ours = servers.worksmap(database, "--tile-cache", TILE_CACHE)
        try:
            # What is asked for first after a start is made once.
            ours.get("/"), ours.get("/works")
            started = {kind: start(kind, ours, SECONDS + 4, count) for kind, count in others.items()}
            time.sleep(2)
            people = start("people", ours, SECONDS, 20, token)
            answers = [json.loads(line) for line in people.stdout]
            told = {kind: json.loads(process.stdout.read() or "{}") for kind, process in started.items()}
            print(f"\n20 people, {scene}; {ours.memory('VmHWM'):.0f} MiB at most" + "".join(f"\n  {kind} got {counts}" for kind, counts in told.items()))
            print("\n| asked for | answers | refused | p50 ms | p99 ms | slowest ms |\n|---|---:|---:|---:|---:|---:|")
            for what in ("page", "file", "tile", "sign-in", "all"):
                found = [(status, took) for asked, status, took in answers if what in (asked, "all")]
                took = [1e3 * seconds for _, seconds in found]
                refused = sum(status not in (200, 303) for status, _ in found)
                print(f"| {what} | {len(found):,} | {refused} | {percentile(took, .5):.1f} | {percentile(took, .99):.1f} | {max(took, default=math.nan):.0f} |")
        finally:
            ours.close()
    memory(database)


def memory(database):
    """Memory of a server with a small tile cache that is asked for many tiles, each with a filter of its own."""
    ours = servers.worksmap(database, "--tile-cache", TILE_CACHE)
    try:
        ours.get("/"), ours.get("/works")
        rest, high, ended = ours.memory(), [0.0], threading.Event()

        def watch():
            while not ended.wait(0.2):
                high[0] = max(high[0], ours.memory())

        watcher = threading.Thread(target=watch)
        watcher.start()
        process = start("filters", ours, 3600, FILTERED_TILES)
        counts = process.stdout.read().strip()
        ended.set()
        watcher.join()
        cached = next(line.split()[-1] for line in ours.get("/metrics")[1].decode().splitlines() if line.startswith("worksmap_tile_cache_bytes "))
        print(f"\n{FILTERED_TILES:,} tiles, each with a filter of its own (statuses {counts}): {rest:.0f} MiB before, {high[0]:.0f} MiB at most, "
              f"{high[0] - rest:.0f} MiB more; the tile cache holds {float(cached) / 2**20:.1f} of its {TILE_CACHE} MiB (bar: limit + 64 MiB)")
    finally:
        ours.close()
