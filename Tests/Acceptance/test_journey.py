"""The whole journey: the demo city, the database in GDAL, the features over HTTP, a tile, a picture."""
import json
import sqlite3
import subprocess

LAYERS = ["works", "road_repairs", "outages", "hazards", "schools", "districts", "roads", "basemap"]


def test_gdal_lists_every_layer_of_the_database_with_its_geometry(demo_database):
    listing = subprocess.run(["ogrinfo", "-ro", "-so", "-al", str(demo_database)], capture_output=True, text=True)
    assert listing.returncode == 0, listing.stderr
    for layer in LAYERS:
        part = listing.stdout.split(f"Layer name: {layer}\n")[1].split("Layer name:")[0]
        assert "WGS 84" in part
        assert int(part.split("Feature Count: ")[1].split()[0]) > 0


def test_ogr2ogr_reads_the_whole_layer_from_the_service(service, demo_database, tmp_path):
    target = tmp_path / "works.gpkg"
    answer = subprocess.run(
        ["ogr2ogr", "-f", "GPKG", str(target), f"{service.url}/geojson/works.geojson"], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    (copied,) = sqlite3.connect(target).execute("SELECT count(*) FROM works").fetchone()
    (stored,) = sqlite3.connect(demo_database).execute("SELECT count(*) FROM works").fetchone()
    assert copied == stored > 15_000


def test_the_export_and_the_service_give_the_same_features(service, worksmap, demo_database):
    exported = json.loads(worksmap("export", "works", "--database", demo_database, "--where", "open=true").stdout)
    served = service.get("/geojson/works.geojson?open=true").json()
    assert {feature["id"] for feature in exported["features"]} == {feature["id"] for feature in served["features"]}
    assert len(exported["features"]) > 100


def test_an_export_to_a_file_is_whole_and_replaces_the_one_before(worksmap, demo_database, tmp_path):
    target = tmp_path / "schools.geojson"
    for _ in range(2):
        worksmap("export", "schools", "--database", demo_database, "-o", target)
        assert len(json.loads(target.read_text())["features"]) > 50
    assert [path.name for path in tmp_path.iterdir()] == ["schools.geojson"]


def test_every_tile_that_is_served_passes_pngcheck(service, tmp_path):
    west, south, east, north = service.get("/tiles/works.json").json()["bounds"]
    assert west < east and south < north
    import math
    for tileset in ("basemap", "works"):
        for z in (10, 12, 14, 16):
            x = int(((west + east) / 2 + 180) / 360 * 2**z)
            latitude = math.radians((south + north) / 2)
            y = int((1 - math.asinh(math.tan(latitude)) / math.pi) / 2 * 2**z)
            for suffix in ("", "@2x"):
                answer = service.get(f"/tiles/{tileset}/{z}/{x}/{y}{suffix}.png")
                assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
                tile = tmp_path / f"{tileset}-{z}{suffix}.png"
                tile.write_bytes(answer.content)
                subprocess.run(["pngcheck", "-q", str(tile)], check=True)


def test_render_draws_a_picture_of_the_city(worksmap, demo_database, artefacts):
    west, south, east, north = bounds(demo_database)
    target = artefacts / "city.png"
    worksmap("render", "--database", demo_database, "--bbox", f"{west},{south},{east},{north}", "--size", "1200x900",
             "-o", target)
    subprocess.run(["pngcheck", "-q", str(target)], check=True)


def test_places_and_boxes_west_of_greenwich_are_no_options(worksmap, demo_database, tmp_path):
    picture = tmp_path / "west.png"
    worksmap("render", "--database", demo_database, "--bbox", "-77.12,38.80,-76.90,39.0", "--size", "200x200", "-o", picture)
    subprocess.run(["pngcheck", "-q", str(picture)], check=True)
    exported = worksmap("export", "works", "--database", demo_database, "--bbox", "-77.12,38.80,-76.90,39.0").stdout
    assert json.loads(exported)["features"] == []
    explained = worksmap("rules", "explain", "--database", demo_database, "--category", "pothole", "--at", "-77.0,38.9")
    assert "pothole" in explained.stdout


def bounds(database):
    listing = subprocess.run(["ogrinfo", "-ro", "-so", str(database), "works"], capture_output=True, text=True).stdout
    corners = listing.split("Extent: ")[1].split("\n")[0].replace("(", "").replace(")", "").split(" - ")
    return [float(value) for corner in corners for value in corner.split(",")]


def test_a_work_and_its_history_are_public(service):
    work = next(feature for feature in service.get("/geojson/works.geojson?open=true").json()["features"]
                if feature["properties"]["due_changes"] > 1)
    history = service.get(f"/api/works/{work['id']}/history").json()
    moves = [entry for entry in history["entries"] if entry["field"] == "due_at" and entry["from"]]
    assert len(moves) == work["properties"]["due_changes"]
    assert moves[-1]["to"] == work["properties"]["due_at"]
