#!/usr/bin/env python3
"""The same questions answered by Python's own: scikit-learn DBSCAN, esda Gi*, geopandas sjoin.

    peers.py --database worksmap.sqlite --near schools [--kind hazard] [--within 300] …
    peers.py --positions NAME …            NAME.incidents and NAME.places: pairs of float64, longitude and latitude

Each line is one peer: seconds of wall and CPU time from the database (or the files) to the result, imports not counted, and
what it found, so that it can be held against `worksmap hotspots --format json`. Every peer gets all cores where it can use
them. DBSCAN keeps every neighbourhood in memory: a million incidents need a small --epsilon.
"""
import argparse
import json
import resource
import time

import numpy as np


def load(arguments):
    import geopandas
    import shapely

    if arguments.database:
        where = f"kind = '{arguments.kind}'" if arguments.kind else None
        incidents = geopandas.read_file(arguments.database, layer="works", where=where, columns=[]).geometry
        places = geopandas.read_file(arguments.database, layer=arguments.near, columns=[]).geometry
        incidents = incidents[~(incidents.isna() | incidents.is_empty)].set_crs(4326, allow_override=True)
        places = places[~(places.isna() | places.is_empty)].set_crs(4326, allow_override=True)
    else:
        read = lambda name: np.fromfile(f"{arguments.positions}.{name}").reshape(-1, 2)
        incidents = geopandas.GeoSeries(shapely.points(read("incidents")), crs=4326)
        places = geopandas.GeoSeries(shapely.points(read("places")), crs=4326)
    return incidents, places


def project(*layers):
    """Metres around the middle of the first layer, as worksmap measures them."""
    x, y = layers[0].x.median(), layers[0].y.median()
    plane = f"+proj=aeqd +lat_0={y} +lon_0={x} +ellps=WGS84 +units=m"
    return [layer.to_crs(plane) for layer in layers]


def metres(incidents):
    return np.column_stack([incidents.x.to_numpy(), incidents.y.to_numpy()])


def run_sjoin(arguments):
    import geopandas

    incidents, places = project(*load(arguments))
    joined = geopandas.GeoDataFrame(geometry=places).sjoin(
        geopandas.GeoDataFrame(geometry=incidents), predicate="dwithin", distance=arguments.within)
    return {"pairs": len(joined), "most": int(joined.groupby(level=0).size().max())}


def run_dbscan(arguments):
    from sklearn.cluster import DBSCAN

    incidents, _ = project(*load(arguments))
    labels = DBSCAN(eps=arguments.epsilon, min_samples=arguments.minimum_points, n_jobs=-1).fit(metres(incidents)).labels_
    return {"clusters": int(labels.max()) + 1, "noise": int((labels < 0).sum())}


def run_gi_star(arguments):
    import esda
    import libpysal
    import shapely

    incidents, _ = project(*load(arguments))
    points, cell = metres(incidents), arguments.cell
    origin = points.min(axis=0)
    column, row = ((points - origin) // cell).astype(int).T
    columns, rows = column.max() + 1, row.max() + 1
    counts = np.bincount(row * columns + column, minlength=rows * columns).astype(float)
    x, y = np.meshgrid((np.arange(columns) + 0.5) * cell, (np.arange(rows) + 0.5) * cell)
    # The cells of the study area, as worksmap takes them: those with their middle in the convex hull of the incidents.
    middles = np.column_stack([x.ravel(), y.ravel()])
    hull = shapely.convex_hull(shapely.multipoints(points - origin))
    shapely.prepare(hull)
    inside = shapely.intersects_xy(hull, middles)
    middles, counts = middles[inside], counts[inside]
    weights = libpysal.weights.DistanceBand(
        middles, threshold=arguments.band * (1 + 1e-9), binary=True, silence_warnings=True)
    local = esda.G_Local(counts, weights, transform="B", permutations=0, star=True)
    return {"cells": len(counts), "largest_z": float(np.nanmax(local.Zs))}


PEERS = {"geopandas sjoin dwithin": run_sjoin, "scikit-learn DBSCAN": run_dbscan, "esda Gi*": run_gi_star}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--database")
    source.add_argument("--positions")
    parser.add_argument("--near", default="schools")
    parser.add_argument("--kind")
    parser.add_argument("--within", type=float, default=300)
    parser.add_argument("--epsilon", type=float, default=75)
    parser.add_argument("--minimum-points", type=int, default=10)
    parser.add_argument("--cell", type=float, default=100)
    parser.add_argument("--band", type=float, default=150)
    parser.add_argument("--only", choices=PEERS, help="one peer instead of all")
    arguments = parser.parse_args()
    # A peer that wants more memory than this ends alone, and not with the machine.
    resource.setrlimit(resource.RLIMIT_AS, (16 << 30, 16 << 30))
    # What a first import costs is not what is compared.
    import esda, geopandas, libpysal, sklearn.cluster  # noqa: F401,E401

    for name, run in PEERS.items():
        if arguments.only in (None, name):
            start, cpu_start = time.perf_counter(), time.process_time()
            found = run(arguments)
            cost = {
                "wall": round(time.perf_counter() - start, 3), "cpu": round(time.process_time() - cpu_start, 3),
                "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}
            print(json.dumps({"peer": name, **cost, **found}), flush=True)
