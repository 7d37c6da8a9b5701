#!/usr/bin/env python3
"""What answers over HTTP cost, beside other servers in one run: cached tiles and 304, pages of features, whole layers, overload, and people beside hostile
clients.

    answers.py [tiles] [features] [layers] [overload] [hostile]      all five unless some are named

BENCH_ROUNDS (3) says how often each server is asked, in turn, BENCH_SECONDS (4) for how long. What counts is the CPU time of each server's
own processes for one answer; requests a second depend on what else the machine does. Needs a release build, Debian's packages of
`make bench-http`, and pygeoapi for the Python that runs it.
"""
import json
import math
import os
import pathlib
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import servers

sys.path.insert(0, str(servers.ROOT / "Benchmarks/tiles"))
import dataset  # noqa: E402
import engines  # noqa: E402
from hostile import hostile  # noqa: E402

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "4"))
DATA = servers.ROOT / "Benchmarks/.data" / f"tiles-{dataset.SEED}"
REAL = pathlib.Path(os.environ.get("WORKSMAP_REAL_DATA", servers.ROOT.parent / "shared/data"))


def wrk(server, path, connections=8, seconds=SECONDS, headers=(), script=None):
    """What wrk and the server's processes say of one run: requests a second, CPU seconds a request, the 99th percentile.

    A script, if one is given, makes the path of each request of it.
    """
    before = server.cpu()
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency"]
    if script is not None:
        command += ["-s", script]
    for header in headers:
        command += ["-H", header]
    arguments = [] if script is None else ["--", path, secrets.token_hex(4)]
    printed = subprocess.run([*command, server.url("/" if script else path), *arguments], check=True, capture_output=True, text=True).stdout
    spent = server.cpu() - before
    count = int(re.search(r"(\d+) requests in", printed).group(1))
    if "Socket errors" in printed or "Non-2xx" in printed:
        raise SystemExit(f"{server.name}: {path}\n{printed}")
    return {"rate": float(re.search(r"Requests/sec:\s+([\d.]+)", printed).group(1)), "cpu": spent / max(count, 1), "p99": re.search(r"99%\s+(\S+)", printed).group(1)}


def compare(title, sides, **options):
    """Asks each server for its path in turn and prints the medians; sides are (server, path[, headers]). Returns them by name."""
    runs = {server.name: [] for server, *_ in sides}
    for server, path, *headers in sides:
        wrk(server, path, seconds=1, headers=headers, **options)
    for turn in range(ROUNDS):
        for server, path, *headers in sides[turn % len(sides):] + sides[:turn % len(sides)]:
            runs[server.name].append(wrk(server, path, headers=headers, **options))
    print(f"\n{title}\n\n| {'':26} | requests/s | CPU µs a request | requests a CPU second | CPU: this / worksmap |\n|---|---:|---:|---:|---:|")
    medians = {name: {part: statistics.median(run[part] for run in found) for part in ("rate", "cpu")} for name, found in runs.items()}
    for name, found in medians.items():
        print(f"| {name:26} | {found['rate']:,.0f} | {1e6 * found['cpu']:,.1f} | {1 / found['cpu']:,.1f} | {found['cpu'] / medians['worksmap']['cpu']:.2f} |")
    return medians


# MARK: Tiles

def tiles(folder):
    """A tile from the cache beside a constant of its size from Hummingbird, and a file of its size from nginx."""
    ours = servers.worksmap(DATA / "worksmap.sqlite")
    started = [ours]
    try:
        # A tile of about ten kilobytes, as most in a city are.
        addresses = [f"/tiles/works/{z}/{x}/{y}.png" for z, x, y in (map(int, line.split()) for line in (DATA / "tiles.txt").read_text().splitlines())]
        path = min(addresses, key=lambda address: abs(len(ours.get(address)[1]) - 10_000))
        headers, octets = ours.get(path)
        tag = headers["ETag"]
        started += [servers.constant(octets, folder), servers.nginx(folder, octets)]
        _, bird, engine = started
        found = compare(f"A cached tile of {len(octets):,} octets ({path})",
                        [(ours, path), (bird, "/constant.png"), (engine, "/constant.png")])
        file_tag = engine.get("/constant.png")[0]["ETag"]
        unchanged = compare("304 to If-None-Match", [
            (ours, path, f"If-None-Match: {tag}"), (bird, "/constant.png", 'If-None-Match: "constant"'),
            (engine, "/constant.png", f"If-None-Match: {file_tag}")])
        for what, medians in (("a cached tile", found), ("a 304", unchanged)):
            print(f"\n{what}: {100 * medians['worksmap']['rate'] / medians[bird.name]['rate']:.0f} % of Hummingbird's requests/s with a constant, "
                  f"{medians['worksmap']['cpu'] / medians[engine.name]['cpu']:.2f} times nginx's CPU time for a file")
    finally:
        for server in started:
            server.close()


# MARK: Features

BOXES = """
-- Each request asks for another box: BOX in the path becomes one of the given size somewhere in the area.
function init(arguments)
  path = arguments[1]
  math.randomseed(tonumber(arguments[2], 16))
end
request = function()
  local west = {west} + math.random() * ({east} - {west} - {width})
  local south = {south} + math.random() * ({north} - {south} - {height})
  return wrk.format("GET", (path:gsub("BOX", string.format("%.5f,%.5f,%.5f,%.5f", west, south, west + {width}, south + {height}))))
end
"""


def boston(folder):
    """Boston's service requests in our store, and the same features for the peers; None where the real data is not."""
    source = next(REAL.glob("boston-311-2015/*.csv*"), None) if REAL.is_dir() else None
    if source is None:
        print("(no real data: Boston's requests are left out)")
        return None
    database, peers = folder / "boston.sqlite", folder / "boston-peers.sqlite"
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([servers.PROGRAM, "init", "--database", database], **quiet)
    imported = subprocess.run([servers.PROGRAM, "import", source, "--as", "hazards", "--mapping", "boston-311", "--database", database],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if imported.returncode not in (0, 2):
        raise SystemExit(f"{source}: not imported")
    subprocess.run([servers.PROGRAM, "export", "hazards", "--database", database, "-o", folder / "boston.geojson"], **quiet)
    subprocess.run(["ogr2ogr", "-f", "SQLite", "-dsco", "SPATIALITE=YES", "-lco", "GEOMETRY_NAME=geom", "-lco", "FID=number",
                    "-nln", "hazards", peers, folder / "boston.geojson"], **quiet)
    return database, peers


def first_pages(server, collection, boxes, limit):
    """What the first page after a start costs, and what pages cost of which no row was asked for before; CPU ms, connecting included."""
    spent = []
    for box in boxes:
        before = server.cpu()
        server.get(f"/ogc/collections/{collection}/items?bbox={box}&limit={limit}")
        time.sleep(0.05)
        spent.append(1e3 * (server.cpu() - before))
    print(f"\nthe first page of {collection} after a start: {spent[0]:.1f} ms of CPU time; pages of rows never asked for: {statistics.median(spent[1:]):.1f} ms")


def features(folder):
    """Pages of features in a box: ours, pygeoapi with its SQLite provider, MapServer's WFS."""
    city = {"west": 16.2, "south": 48.12, "east": 16.54, "north": 48.32, "width": 0.05, "height": 0.04}
    questions = [("the made-up city", DATA / "worksmap.sqlite", DATA / "works.sqlite", "id", {"incidents": "POINT", "outages": "POLYGON"}, [
        ("1000 points", "hazards", "incidents", "16.35,48.20,16.40,48.24", 1000),
        ("1000 points, each time elsewhere", "hazards", "incidents", city, 1000),
        ("100 polygons", "outages", "outages", "16.35,48.20,16.40,48.24", 100)])]
    if (found := boston(folder)) is not None:
        questions.append(("Boston", *found, "number", {"hazards": "POINT"}, [
            ("1000 points", "hazards", "hazards", "-71.08,42.33,-71.04,42.37", 1000)]))
    for place, database, peers, identifier, tables, asked in questions:
        started = []
        try:
            started.append(servers.worksmap(database))
            started.append(servers.pygeoapi(folder, peers, tables, identifier))
            started.append(servers.MapServer(folder, peers, tables, identifier))
            ours, python, wfs = started
            if database == DATA / "worksmap.sqlite":
                first_pages(ours, "hazards", [f"{16.2 + 0.06 * i:.2f},{48.15 + 0.045 * j:.3f},{16.25 + 0.06 * i:.2f},{48.19 + 0.045 * j:.3f}" for i in range(4) for j in range(3)], 1000)
            for what, collection, table, box, limit in asked:
                options = {"connections": 1}
                if isinstance(box, dict):
                    options["script"] = folder / "boxes.lua"
                    options["script"].write_text(BOXES.format(**box))
                    box = "BOX"
                sides = [
                    (ours, f"/ogc/collections/{collection}/items?bbox={box}&limit={limit}"),
                    (python, f"/collections/{table}/items?f=json&bbox={box}&limit={limit}"),
                    (wfs, f"/mapserv?map=WORKS&SERVICE=WFS&VERSION=1.0.0&REQUEST=GetFeature&TYPENAME={table}&OUTPUTFORMAT=geojson&BBOX={box}&MAXFEATURES={limit}")]
                if box != "BOX":
                    answered = {server.name: json.loads(server.get(path)[1])["features"] for server, path in sides}
                    counts = {name: len(each) for name, each in answered.items()}
                    if set(counts.values()) != {limit}:
                        print(f"(features answered: {counts})")
                found = compare(f"{what} of {place}, {collection} in {'boxes of that size' if box == 'BOX' else box}", sides, **options)
                print("\n" + ", ".join(f"{found[name]['cpu'] / found['worksmap']['cpu']:.1f} times less CPU time than {name}" for name in found if name != "worksmap"))
        finally:
            for server in started:
                server.close()


# MARK: Whole layers

def layers(folder):
    """Whole layers as one stream: octets for each second of the server's CPU time, and how far its memory grows."""
    ours = servers.worksmap(DATA / "worksmap.sqlite")
    try:
        print(f"\nWhole layers as GeoJSON\n\n| {'':26} | MB | MB a CPU second | MB/s | memory grows by, MiB |\n|---|---:|---:|---:|---:|")
        for layer in ("hazards", "road_repairs", "outages"):
            runs = []
            for _ in range(ROUNDS + 1):
                rest, high = ours.memory(), [0.0]
                ended = threading.Event()

                def watch():
                    while not ended.wait(0.005):
                        high[0] = max(high[0], ours.memory())

                watcher = threading.Thread(target=watch)
                watcher.start()
                before, began = ours.cpu(), time.perf_counter()
                size = int(subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{size_download}", ours.url(f"/geojson/{layer}.geojson")],
                                          check=True, capture_output=True, text=True).stdout)
                took, spent = time.perf_counter() - began, ours.cpu() - before
                ended.set()
                watcher.join()
                runs.append((size / 1e6, size / 1e6 / spent, size / 1e6 / took, high[0] - rest))
            # The first run fills the caches.
            size, by_cpu, by_wall, grown = (statistics.median(run[part] for run in runs[1:]) for part in range(4))
            print(f"| {layer:26} | {size:.1f} | {by_cpu:,.0f} | {by_wall:,.0f} | {grown:.1f} |")
    finally:
        ours.close()


# MARK: Overload

def overload(folder):
    """Four times as many cold tiles as can be drawn, each to be there in half a second: what is answered is answered in time, the rest refused."""
    budget, queue = 0.5, 64
    ours = servers.worksmap(
        DATA / "worksmap.sqlite", "--tile-cache", 0, "--deadline-tiles", "500ms", "--max-queue", queue)
    try:
        left, bottom = dataset.tile_containing(dataset.WEST, dataset.SOUTH, 13)
        right, top = dataset.tile_containing(dataset.EAST, dataset.NORTH, 13)
        script = folder / "overload.lua"
        script.write_text(
            f"local n = 0\nrequest = function() n = n + 1\n"
            f"return wrk.format('GET', '/tiles/works/13/' .. ({left} + n % {right - left + 1}) .. '/' .. ({top} + math.floor(n / {right - left + 1}) % {bottom - top + 1}) .. '.png') end\n")
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", subprocess.run(
            ["wrk", "-t1", "-c2", f"-d{SECONDS}s", "-s", script, ours.url("/")], check=True, capture_output=True, text=True).stdout).group(1))
        idle = ours.memory()
        answers = asked_at_a_rate(ours, 4 * rate, 2 * SECONDS, (left, right), (top, bottom))
        good = [took for status, took, _ in answers if status == 200]
        refused = [took for status, took, retry in answers if status == 503 and retry]
        others = len(answers) - len(good) - len(refused)
        print(f"\nOverload: {rate:,.0f} cold tiles of zoom 13 a second can be drawn; {len(answers) / (2 * SECONDS):,.0f} a second were asked for over {2 * SECONDS} s\n")
        print(f"answered {len(good):,}: p50 {1e3 * percentile(good, .5):.0f} ms, p99 {1e3 * percentile(good, .99):.0f} ms, slowest {1e3 * max(good):.0f} ms (budget {1e3 * budget:.0f} ms)")
        print(f"refused with 503 and Retry-After {len(refused):,}: p50 {1e3 * percentile(refused, .5):.0f} ms, p99 {1e3 * percentile(refused, .99):.0f} ms; anything else {others}")
        print(f"memory: {idle:.0f} MiB before, {ours.memory('VmHWM'):.0f} MiB at most")
    finally:
        ours.close()


def percentile(values, share):
    ordered = sorted(values) or [math.nan]
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def asked_at_a_rate(server, rate, seconds, columns, rows):
    """Asks for tiles at a steady rate whether or not the answers keep up; (status, seconds from when it was due, Retry-After) of each."""
    # One process that only sends and reads: a closed loop would wait for the server and spare it.
    program = pathlib.Path(__file__).with_name("open_loop.py")
    printed = subprocess.run(
        [sys.executable, program, str(server.port), str(rate), str(seconds), *map(str, columns), *map(str, rows)],
        check=True, capture_output=True, text=True).stdout
    return [(int(status), float(took), retry) for status, took, retry in (line.split(" ", 2) for line in printed.splitlines())]


PARTS = {"tiles": tiles, "features": features, "layers": layers, "overload": overload, "hostile": lambda folder: hostile(folder, DATA / "worksmap.sqlite")}


def main():
    wanted = sys.argv[1:] or list(PARTS)
    if unknown := set(wanted) - set(PARTS):
        raise SystemExit(f"{', '.join(unknown)}: there are {', '.join(PARTS)}")
    dataset.make(DATA, dataset.SEED)
    engines.load(DATA / "worksmap.sqlite", DATA)
    for part in wanted:
        with tempfile.TemporaryDirectory(prefix="worksmap-bench-") as folder:
            PARTS[part](pathlib.Path(folder))


main()
