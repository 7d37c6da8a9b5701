"""Makes the pictures of docs/maps.md: real cities from the folder in WORKSMAP_REAL_DATA, and the demo city.

    python3 docs/pictures.py [FOLDER]

Every picture carries the attribution that its data asks for. The databases are made in a temporary folder.
"""
import math
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = os.environ.get("WORKSMAP", str(ROOT / ".build/release/worksmap"))
REAL_DATA = pathlib.Path(os.environ.get("WORKSMAP_REAL_DATA", ROOT.parent / "shared/data"))
SIZE = (640, 440)
LIMIT = 200_000

WASHINGTON = [
    ("basemap", "dc-basemap", ["boundary", "national_parks", "parks", "recreation_fields", "golf_courses", "cemeteries", "campuses",
                               "hospital_areas", "wetlands", "hydrography_lines", "swimming_pools", "railroads", "bridges"]),
    ("roads", "dc-roads", ["roads_major", "roads_service", "roads_ramps"]),
    ("schools", "dc-schools", ["schools_public", "schools_charter"]),
    ("districts", "dc-districts", ["wards"]),
]
# City: where the pictures look, by zoom, and which of them are made again in dark colours.
VIEWS = {
    "helsinki": ({14: (24.9443, 60.1716), 16: (24.9443, 60.1716), 17: (24.9405, 60.1697), 18: (24.9412, 60.1665)}, [16]),
    "liechtenstein": ({10: (9.55, 47.16), 12: (9.53, 47.16), 14: (9.521, 47.139), 16: (9.4975, 47.0625), 18: (9.5055, 47.1638)}, [14]),
    "washington": ({10: (-77.02, 38.9), 12: (-77.02, 38.9), 14: (-77.03, 38.905), 16: (-77.0355, 38.8895), 18: (-77.0432, 38.9097)}, [12]),
    "demo": ({10: (47.36, 54.54), 12: (47.36, 54.545), 14: (47.36, 54.55), 16: (47.368, 54.548), 18: (47.3657, 54.5475)}, [14]),
}


def run(*arguments):
    """The program, which may refuse some rows (status 2)."""
    answer = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    if answer.returncode not in (0, 2):
        sys.exit(f"{' '.join(map(str, arguments))}: status {answer.returncode}\n{answer.stderr}")


def extract(database, name, *also):
    run("init", "--database", database)
    # A link, so that what is refused is not written beside the data.
    link = database.parent / name
    link.symlink_to(REAL_DATA / "osm-extracts" / name)
    run("import", link, "--as", "basemap", *also, "--database", database)


def city(name, folder):
    database = folder / f"{name}.sqlite"
    if name == "demo":
        run("demo", "--no-serve", "--database", database)
    elif name == "helsinki":
        extract(database, "helsinki-centre.osm.pbf", "--also", "schools")
    elif name == "liechtenstein":
        extract(database, "liechtenstein-2013-08-03.osm.pbf", "--also", "schools,districts")
    else:
        run("init", "--database", database)
        for layer, mapping, files in WASHINGTON:
            for stem in files:
                for file in (REAL_DATA / "washington-dc-2016").glob(f"{stem}.geojson*"):
                    link = folder / file.name
                    link.symlink_to(file)
                    run("import", link, "--as", layer, "--mapping", mapping, "--database", database)
    return database


def bounds(longitude, latitude, zoom):
    """The degrees that a picture of the size shows at a zoom."""
    world = 256 * 2 ** zoom
    x = (longitude + 180) / 360
    y = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
    dx, dy = SIZE[0] / world / 2, SIZE[1] / world / 2

    def degrees(y):
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))

    return f"{(x - dx) * 360 - 180},{degrees(y + dy)},{(x + dx) * 360 - 180},{degrees(y - dy)}"


def picture(database, city, place, zoom, target, *options):
    path = target / f"{city}-{zoom}{'-dark' if options else ''}.png"
    credits = [] if city == "demo" else ["--credits"]
    run("render", "--database", database, f"--bbox={bounds(*place, zoom)}", "--size", f"{SIZE[0]}x{SIZE[1]}",
        "--tileset", "basemap", *credits, *options, "-o", path)
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}: {size // 1000} kB")
    if size > LIMIT:
        sys.exit(f"{path}: more than {LIMIT // 1000} kB")


def main():
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/images/maps"
    target.mkdir(parents=True, exist_ok=True)
    if not REAL_DATA.is_dir():
        print(f"There is no real data at {REAL_DATA} (WORKSMAP_REAL_DATA): only the demo city is drawn.")
    with tempfile.TemporaryDirectory() as folder:
        for name, (zooms, dark) in VIEWS.items():
            if name != "demo" and not REAL_DATA.is_dir():
                continue
            database = city(name, pathlib.Path(folder))
            for zoom, place in zooms.items():
                picture(database, name, place, zoom, target)
                if zoom in dark:
                    picture(database, name, place, zoom, target, "--dark")


main()
