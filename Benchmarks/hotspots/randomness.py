#!/usr/bin/env python3
"""How often completely random incidents have “hot” cells, “clustering”, or schools with “more” than chance: through the command line.

    randomness.py [SETS]        400 sets for each density unless said otherwise

Each set is a category of one database, with random incidents over 6 × 6 km, which are about 30 × 30 cells of 200 m. Prints one line for each number of
incidents a cell, and ends with 1 if a share is above 5 % by more than three standard errors.
"""
import json
import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = os.environ.get("WORKSMAP", str(HERE.parents[1] / ".build/release/worksmap"))
CELLS, SIDE, LONGITUDE, LATITUDE = 900, 6000, 10.0, 50.0


def degrees(x, y):
    return LONGITUDE + x / (111_320 * math.cos(math.radians(LATITUDE))), LATITUDE + y / 111_230


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], check=True, capture_output=True, text=True).stdout


def main():
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    most = 0.05 * sets + 3 * math.sqrt(0.05 * 0.95 * sets)
    isGood = True
    for number, per_cell in enumerate((0.05, 0.2, 1, 4)):
        source = random.Random(number)
        with tempfile.TemporaryDirectory() as folder:
            with open(f"{folder}/w.csv", "w") as file:
                file.write("source_id,kind,category,status,severity,reported_at,longitude,latitude\n")
                for index in range(sets):
                    for one in range(round(CELLS * per_cell)):
                        lon, lat = degrees(source.uniform(0, SIDE), source.uniform(0, SIDE))
                        file.write(f"{index}-{one},hazard,set_{index},reported,minor,2026-01-01T00:00:00Z,{lon!r},{lat!r}\n")
            with open(f"{folder}/s.csv", "w") as file:
                file.write("source_id,name,longitude,latitude\n")
                for index in range(40):
                    lon, lat = degrees(500 + 700 * (index % 8), 600 + 1100 * (index // 8))
                    file.write(f"{index},S{index},{lon!r},{lat!r}\n")
            database = ["--database", f"{folder}/c.sqlite"]
            run("init", *database)
            run("import", f"{folder}/w.csv", "--as", "hazards", "--source", "t", *database)
            run("import", f"{folder}/s.csv", "--as", "schools", "--source", "t", *database)
            found = {"hot cells": 0, "Moran's I": 0, "places": 0}
            for index in range(sets):
                answer = json.loads(run("hotspots", "--near", "schools", "--within", "400", "--method", "gi-star", "--cell", "200",
                                        "--category", f"set_{index}", "--format", "json", *database))
                found["hot cells"] += any(cell["significant"] and cell["z"] > 0 for cell in answer["cells"])
                found["Moran's I"] += answer["moran"]["p"] <= 0.05
                found["places"] += any(place["verdict"] for place in answer["places"])
        isGood = isGood and max(found.values()) <= most
        shares = ", ".join(f"{name} in {count} ({count / sets:.1%})" for name, count in found.items())
        print(f"{per_cell} incidents a cell, {sets} random sets: {shares}; at most {most:.0f} allowed", flush=True)
    sys.exit(0 if isGood else 1)


if __name__ == "__main__":
    main()
