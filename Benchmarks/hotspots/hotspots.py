#!/usr/bin/env python3
"""`worksmap hotspots` against Python's own, end to end from the database, interleaved in one run.

    hotspots.py [COUNT PLACES]        100 000 incidents and 300 places unless said otherwise

Needs the packages of requirements.txt (python3 -m venv, pip install -r) for itself, and a release build.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from measuring import Cost, interleaved, run, table  # noqa: E402

PROGRAM = os.environ.get("WORKSMAP", str(HERE.parents[1] / ".build/release/worksmap"))
# A million incidents within 75 m of each other are more pairs than scikit-learn has memory for.
EPSILON = 75 if len(sys.argv) < 2 or int(sys.argv[1]) <= 200_000 else 15
# The peer of each method, and the options of either side; `dbscan` takes a quarter of --within, `gi-star` a band of 1.5 cells.
METHODS = {
    "count": ("geopandas sjoin dwithin", ["--within", 300], ["--within", 300]),
    "dbscan": ("scikit-learn DBSCAN", ["--within", 4 * EPSILON], ["--epsilon", EPSILON, "--minimum-points", 10]),
    "gi-star": ("esda Gi*", ["--within", 300, "--cell", 100], ["--cell", 100, "--band", 150]),
    "kde": (None, ["--within", 300], []),
}


def main():
    count, places = (int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else (100_000, 300)
    with tempfile.TemporaryDirectory() as folder:
        database = f"{folder}/bench.sqlite"
        subprocess.run([sys.executable, HERE / "positions.py", str(count), str(places), folder], check=True)
        run([PROGRAM, "init", "--database", database])
        for layer in ("hazards", "schools"):
            run([PROGRAM, "import", f"{folder}/{layer}.geojsonl", "--as", layer, "--source", "bench", "--database", database])
        for method, (peer, own_options, peer_options) in METHODS.items():
            own_options, peer_options = ([str(option) for option in options] for options in (own_options, peer_options))
            found = {}

            def ours():
                with open(f"{folder}/answer.json", "wb") as answer:
                    cost = run([PROGRAM, "hotspots", "--database", database, "--near", "schools",
                                "--method", method, "--format", "json", *own_options], stdout=answer)
                found["worksmap"] = summary(json.load(open(f"{folder}/answer.json")))
                return cost

            def theirs():
                line = subprocess.run(
                    [sys.executable, HERE / "peers.py", "--database", database, "--near", "schools",
                     "--only", peer, *peer_options], check=True, capture_output=True).stdout
                found[peer] = json.loads(line)
                return Cost(*(found[peer].pop(part) for part in ("wall", "cpu", "peak_mib")))

            sides = {"worksmap": ours} if peer is None else {peer: theirs, "worksmap": ours}
            table(f"{method}: {count:,} incidents, {places:,} places", interleaved(sides), next(iter(sides)), count, "incidents")
            for side, what in found.items():
                print(f"{side}: {what}")


def summary(answer):
    """What can be held against a peer."""
    places = [place["incidents"] for place in answer["places"]]
    summary = {"pairs": sum(places), "most": max(places)}
    if "clusters" in answer:
        summary = {"clusters": len(answer["clusters"]), "noise": answer["noise"]}
    elif "cells" in answer:
        summary = {"cells": len(answer["cells"]), "largest_z": max(cell["z"] for cell in answer["cells"])}
    elif "peaks" in answer:
        summary = {"peaks": len(answer["peaks"])}
    return summary


main()
