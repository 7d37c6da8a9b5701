#!/usr/bin/env python3
"""Incidents and places to measure with: the Boston 311 requests resampled with replacement, each moved by some 20 m.

    positions.py COUNT PLACES FOLDER      writes FOLDER/hazards.geojsonl, FOLDER/schools.geojsonl and, for peers.py
                                          --positions FOLDER/bare, the bare coordinates
"""
import csv
import gzip
import json
import os
import pathlib
import sys

import numpy as np

DATA = pathlib.Path(os.environ.get("WORKSMAP_REAL_DATA", pathlib.Path(__file__).resolve().parents[3] / "shared/data"))


def requests():
    with gzip.open(DATA / "boston-311-2015/service_requests_2015-01_to_10.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            try:
                yield float(row["LONGITUDE"]), float(row["LATITUDE"])
            except ValueError:
                pass


def write(path, coordinates, properties):
    with open(path, "w") as file:
        for number, (x, y) in enumerate(coordinates):
            point = {"type": "Point", "coordinates": [round(x, 7), round(y, 7)]}
            feature = {"type": "Feature", "geometry": point, "properties": properties(number)}
            file.write(json.dumps(feature, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    count, place_count, folder = int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    source = np.array(list(requests()))
    random = np.random.default_rng(42)
    incidents = source[random.integers(0, len(source), count)] + random.normal(0, 0.0002, (count, 2))
    places = source[random.integers(0, len(source), place_count)] + random.normal(0, 0.002, (place_count, 2))
    incidents.tofile(folder / "bare.incidents")
    places.tofile(folder / "bare.places")
    write(folder / "hazards.geojsonl", incidents, lambda number: {
        "kind": "hazard", "category": "pothole", "source_id": str(number), "severity": ("minor", "moderate", "severe")[number % 3],
        "reported_at": f"2015-{1 + number % 9:02}-{1 + number % 28:02}T{number % 24:02}:00:00Z"})
    write(folder / "schools.geojsonl", places, lambda number: {"name": f"School {number}", "source_id": str(number)})
