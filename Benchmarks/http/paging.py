#!/usr/bin/env python3
"""What a page of features costs, from the first to the ten thousandth, beside a server that pages by offset.

    paging.py

Follows the `next` links of the release server through 10 000 pages of ten features, as GDAL asks for them: all works, hazards, those in a box, those that a
filter in CQL2 or a period chooses, and hazards in the box while somebody keeps changing works. The CPU time of the server's process is read around every page of
four stretches; what is printed are medians. pygeoapi (SQLite provider, one worker of gunicorn) answers the same stretches by `offset`, for the questions that it
can be asked. Needs a release build, and pygeoapi for the Python that runs it.
"""
import contextlib
import http.client
import json
import pathlib
import re
import shutil
import sqlite3
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

DATA = servers.ROOT / "Benchmarks/.data" / f"tiles-{dataset.SEED}"
LIMIT = 10
# So often the first page is asked for before anything is measured.
WARMING = 300
# Pages by their numbers, from 1.
STRETCHES = [(1, 100), (1000, 1100), (5000, 5100), (9900, 10_000)]
# So many pages of a stretch are asked of the peer: one takes it up to a second.
PEER_PAGES = 5
# More than half of the city's hazards, and those whose period reaches beyond a day.
BOX = "16.26,48.14,16.54,48.36"
PERIOD = "2024-07-01T00:00:00Z/.."


class Pages:
    """A connection that stays open, as programs that page have."""

    def __init__(self, server):
        self.server = server
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)

    def page(self, path):
        self.connection.request("GET", path, headers={"Accept": "application/geo+json"})
        answer = self.connection.getresponse()
        octets = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{self.server.name}: {path}: {answer.status}\n{octets[:500].decode(errors='replace')}")
        return json.loads(octets)

    def measured(self, path):
        """A page and the server's CPU seconds for it."""
        before = self.server.cpu()
        page = self.page(path)
        return page, self.server.cpu() - before


def walk(server, path):
    """Follows `next` from a path through the stretches: the CPU seconds of each page in them, by stretch, and how many features match."""
    pages = Pages(server)
    for _ in range(WARMING):
        pages.page(path)
    spent = [[] for _ in STRETCHES]
    seen = set()
    for number in range(1, STRETCHES[-1][1] + 1):
        stretch = next((index for index, (first, last) in enumerate(STRETCHES) if first <= number <= last), None)
        if stretch is None:
            page = pages.page(path)
        else:
            page, cost = pages.measured(path)
            spent[stretch].append(cost)
        seen.update(feature["id"] for feature in page["features"])
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not following:
            raise SystemExit(f"{path}: ends at page {number} of {page['numberMatched']} features")
        path = re.sub("^http://[^/]+", "", following[0])
    if len(seen) != LIMIT * STRETCHES[-1][1]:
        raise SystemExit(f"{path}: {len(seen)} different features on {STRETCHES[-1][1]} pages of {LIMIT}")
    return spent, page["numberMatched"]


def offsets(server, path):
    """The same stretches by offset, a few pages each."""
    pages = Pages(server)
    pages.page(f"{path}&offset=0")
    spent = []
    for first, last in STRETCHES:
        step = (last - first) // PEER_PAGES
        spent.append([pages.measured(f"{path}&offset={LIMIT * (number - 1)}")[1] for number in range(first, last, step)])
    return spent, pages.page(f"{path}&offset=0").get("numberMatched")


@contextlib.contextmanager
def changes(database):
    """Somebody at the command line who moves the deadline of one work after the other, about five times a second, until the context ends."""
    ended = threading.Event()
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as file:
        works = [work for work, in file.execute("SELECT id FROM works WHERE status = 'accepted' AND kind = 'hazard' ORDER BY fid LIMIT 1000")]

    def run():
        for work in works:
            subprocess.run([servers.PROGRAM, "work", "set-deadline", work, "2030-01-01T12:00:00Z", "--reason", "bench", "--database", database],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if ended.wait(0.2):
                return

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def row(name, spent, matched):
    medians = [1e6 * statistics.median(stretch) for stretch in spent]
    print(f"| {name:38} | {'not said' if matched is None else f'{matched:,}'} | " + " | ".join(f"{median:,.0f}" for median in medians) + f" | {medians[-1] / medians[0]:.2f} |", flush=True)


def main():
    dataset.make(DATA, dataset.SEED)
    engines.load(DATA / "worksmap.sqlite", DATA)
    works, hazards = (f"/ogc/collections/{name}/items?limit={LIMIT}" for name in ("works", "hazards"))
    box = f"{hazards}&bbox={BOX}"
    questions = [
        ("all works", works), ("hazards", hazards), ("hazards in a box", box),
        ("hazards, a CQL2 filter", f"{hazards}&filter=status%20%3C%3E%20%27done%27%20AND%20title%20IS%20NOT%20NULL"),
        ("hazards of a period", f"{hazards}&datetime={PERIOD}")]
    print(f"CPU µs a page of {LIMIT} features, medians of the pages of each stretch\n")
    print("| | features | " + " | ".join(f"pages {first:,} to {last:,}" for first, last in STRETCHES) + " | last / first |")
    print("|---|---:|" + "---:|" * (len(STRETCHES) + 1))
    peer = f"/collections/incidents/items?f=json&limit={LIMIT}"
    peers = {"hazards": peer, "hazards in a box": f"{peer}&bbox={BOX}"}
    with tempfile.TemporaryDirectory(prefix="worksmap-bench-") as folder:
        folder = pathlib.Path(folder)
        # The last question changes works.
        database = folder / "worksmap.sqlite"
        shutil.copy(DATA / "worksmap.sqlite", database)
        started = []
        try:
            started += [servers.worksmap(database), servers.pygeoapi(folder, DATA / "works.sqlite", {"incidents": "POINT"}, "id")]
            ours, python = started
            for name, path in questions:
                row(f"worksmap, {name}", *walk(ours, path))
                if name in peers:
                    row(f"pygeoapi, {name}", *offsets(python, peers[name]))
            with changes(database):
                row("worksmap, the box while others write", *walk(ours, box))
        finally:
            for server in started:
                server.close()


main()
