#!/usr/bin/env python3
"""`worksmap hotspots` against Python's own, interleaved in one run: whole processes, from the database to the answer, and for the peers
also without what importing their packages costs.

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
from measuring import Cost, interleaved, median, run, table  # noqa: E402

PROGRAM = os.environ.get("WORKSMAP", str(HERE.parents[1] / ".build/release/worksmap"))
# Tens of thousands of requests lie at one address: with a million, those within 75 m of each other are more pairs than scikit-learn has
# memory for.
EPSILON = 75 if len(sys.argv) < 2 or int(sys.argv[1]) <= 200_000 else 5
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
                with open(f"{folder}/theirs.json", "wb") as answer:
                    cost = run([sys.executable, HERE / "peers.py", "--database", database, "--near", "schools",
                                "--only", peer, *peer_options], stdout=answer)
                found[peer] = json.load(open(f"{folder}/theirs.json"))
                inner.append(Cost(*(found[peer].pop(part) for part in ("wall", "cpu", "peak_mib"))))
                return cost

            inner = []
            costs = interleaved({"worksmap": ours} if peer is None else {peer: theirs, "worksmap": ours})
            if inner:
                costs["without imports"] = inner
            table(f"{method}: {count:,} incidents, {places:,} places", costs, next(iter(costs)), count, "incidents")
            if peer is not None:
                ratios = [median(costs[side], "wall") / median(costs["worksmap"], "wall") for side in (peer, "without imports")]
                print(f"\nwall time: {ratios[0]:.1f} times faster end to end, {ratios[1]:.1f} times than {peer} without its imports\n")
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
