#!/usr/bin/env python3
"""Import of the real Boston requests and export of the same, against ogr2ogr, interleaved in one run."""
import gzip
import os
import pathlib
import shutil
import tempfile

from measuring import interleaved, run, table

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = os.environ.get("WORKSMAP", str(ROOT / ".build/release/worksmap"))
DATA = pathlib.Path(os.environ.get("WORKSMAP_REAL_DATA", ROOT.parent / "shared/data"))
SOURCE = DATA / "boston-311-2015/service_requests_2015-01_to_10.csv.gz"


def main():
    if not SOURCE.exists():
        raise SystemExit(f"{SOURCE} is not there; set WORKSMAP_REAL_DATA")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        plain = folder / "requests.csv"
        with gzip.open(SOURCE) as packed, open(plain, "wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
        rows = 104_240
        ours, theirs = folder / "ours.sqlite", folder / "theirs.sqlite"

        def fresh(path):
            for suffix in ("", "-wal", "-shm", "-journal"):
                pathlib.Path(str(path) + suffix).unlink(missing_ok=True)

        def worksmap_import():
            fresh(ours)
            run([PROGRAM, "init", "--database", ours])
            return run([PROGRAM, "import", plain, "--as", "hazards", "--mapping", "boston-311", "--database", ours])

        def ogr2ogr_import():
            fresh(theirs)
            return run(["ogr2ogr", "-f", "SQLite", "-dsco", "SPATIALITE=YES", "-lco", "SPATIAL_INDEX=YES", "-gt", "65536",
                        "-nln", "works", "-a_srs", "EPSG:4326", "-oo", "X_POSSIBLE_NAMES=LONGITUDE",
                        "-oo", "Y_POSSIBLE_NAMES=LATITUDE", theirs, plain])

        table(f"Import of {rows:,} rows from CSV, with index",
              interleaved({"ogr2ogr": ogr2ogr_import, "worksmap import": worksmap_import}), "ogr2ogr", rows, "rows")

        target = folder / "works.geojson"

        def worksmap_export():
            return run([PROGRAM, "export", "works", "--database", ours, "--format", "geojson", "-o", target])

        def ogr2ogr_export():
            target.unlink(missing_ok=True)
            return run(["ogr2ogr", "-f", "GeoJSON", target, ours, "works"])

        costs = interleaved({"ogr2ogr": ogr2ogr_export, "worksmap export": worksmap_export})
        worksmap_export()
        size = target.stat().st_size / 1e6
        table(f"Export of the same as GeoJSON ({size:.0f} MB)", costs, "ogr2ogr", size, "MB")


main()
