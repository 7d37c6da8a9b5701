"""The libraries that GIS programs are made of, against the running service: GDAL, OWSLib, readers of vector tiles."""
import math
import sqlite3
import subprocess

import mapbox_vector_tile
import pytest
from osgeo import gdal, ogr
from owslib.ogcapi.features import Features
from owslib.wmts import WebMapTileService

gdal.UseExceptions()
ogr.UseExceptions()


def count(database, table, where="1"):
    (rows,) = sqlite3.connect(database).execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()
    return rows


def tile_of(longitude, latitude, zoom):
    """Column and row of the tile that holds a place."""
    x = int((longitude + 180) / 360 * 2**zoom)
    return x, int((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * 2**zoom)


@pytest.fixture(scope="module")
def centre(service):
    west, south, east, north = service.get("/tiles/works.json").json()["bounds"]
    return (west + east) / 2, (south + north) / 2


# MARK: GDAL's driver of OGC API - Features

@pytest.fixture(scope="module")
def gdal_features(service):
    return ogr.Open(f"OAPIF:{service.url}/ogc")


def test_gdal_finds_the_collections(gdal_features):
    names = [gdal_features.GetLayer(index).GetName() for index in range(gdal_features.GetLayerCount())]
    assert names == ["works", "road_repairs", "outages", "hazards", "schools", "districts", "roads"]


def test_gdal_reads_every_feature_through_its_pages_of_ten(gdal_features, demo_database):
    schools = gdal_features.GetLayerByName("schools")
    assert len({feature.GetFID() for feature in schools}) == schools.GetFeatureCount() == count(demo_database, "schools") > 50


def test_ogr2ogr_copies_a_collection_of_thousands(service, demo_database, tmp_path):
    target = tmp_path / "outages.gpkg"
    subprocess.run(["ogr2ogr", "-f", "GPKG", str(target), f"OAPIF:{service.url}/ogc", "outages", "-oo", "PAGE_SIZE=1000"],
                   check=True, capture_output=True)
    assert count(target, "outages") == count(demo_database, "outages") > 1000
    assert count(target, "(SELECT DISTINCT id FROM outages)") == count(target, "outages")


@pytest.mark.parametrize("box", [(-0.02, -0.02, 0.02, 0.02), (-0.002, -0.002, 0.002, 0.002), (1, 1, 2, 2)])
def test_a_box_in_gdal_gives_what_gdal_finds_in_the_file(gdal_features, demo_database, centre, box):
    west, south, east, north = (centre[index % 2] + offset for index, offset in enumerate(box))
    identities = []
    for source in (gdal_features, ogr.Open(str(demo_database))):
        layer = source.GetLayerByName("outages")
        layer.SetSpatialFilterRect(west, south, east, north)
        identities.append({feature["id"] for feature in layer})
        layer.SetSpatialFilter(None)
    assert identities[0] == identities[1]
    assert bool(identities[0]) == (box[0] < 1)


@pytest.mark.parametrize("where", [
    "status = 'done'", "status = 'done' AND severity = 'severe'", "due_changes > 1", "title LIKE '%вод%'",
    "contractor IS NULL AND status <> 'done'",
])
def test_a_condition_in_gdal_gives_what_plain_sql_gives(gdal_features, demo_database, where):
    layer = gdal_features.GetLayerByName("hazards")
    layer.SetAttributeFilter(where)
    found = {feature["id"] for feature in layer}
    layer.SetAttributeFilter(None)
    rows = sqlite3.connect(demo_database).execute(f"SELECT id FROM hazards WHERE {where}")
    assert found == {identity for (identity,) in rows} != set()


@pytest.mark.parametrize("where", [
    "status = 'done'", "severity = 'severe' AND due_changes > 1", "title = 'Повреждение кабельной линии'", "contractor IS NULL",
    "due_at >= '{middle}'", "due_at > '{early}' AND due_at < '{middle}' OR NOT status = 'done'", "title LIKE '%кабел%'",
    "updated_at < '{middle}' AND category <> 'water'", "status IN ('done', 'rejected')",
])
def test_gdal_leaves_conditions_to_the_service(service, demo_database, where):
    database = sqlite3.connect(demo_database)
    times = [time for (time,) in database.execute("SELECT due_at FROM outages WHERE due_at IS NOT NULL ORDER BY 1")]
    where = where.format(early=times[len(times) // 10], middle=times[len(times) // 2])
    # GDAL 3.6 looks for the queryables, and for the language, among the parameters in the description of the interface.
    messages = []
    gdal.PushErrorHandler(lambda level, number, message: messages.append(message))
    gdal.SetConfigOption("CPL_DEBUG", "ON")
    try:
        source = gdal.OpenEx(f"OAPIF:{service.url}/ogc", gdal.OF_VECTOR, open_options=["PAGE_SIZE=1000"])
        layer = source.GetLayerByName("outages")
        layer.SetAttributeFilter(where)
        found = {feature["id"] for feature in layer}
    finally:
        gdal.SetConfigOption("CPL_DEBUG", None)
        gdal.PopErrorHandler()
    rows = database.execute(f"SELECT id FROM outages WHERE {where}")
    assert found == {identity for (identity,) in rows}
    asked = [message for message in messages if "/items?" in message and "limit=1000" in message]
    assert any("filter=" in message for message in asked) != (" IN " in where), asked[:5]


# MARK: OWSLib

def test_owslib_reads_collections_queryables_and_items(service):
    features = Features(f"{service.url}/ogc")
    assert "works" in features.feature_collections()
    assert features.collection("works")["id"] == "works"
    assert "status" in features.collection_queryables("works")["properties"]
    page = features.collection_items("works", limit=7, status="done")
    assert page["numberReturned"] == len(page["features"]) == 7
    assert {feature["properties"]["status"] for feature in page["features"]} == {"done"}
    one = features.collection_item("works", page["features"][0]["id"])
    assert one["id"] == page["features"][0]["id"]


def test_owslib_reads_the_wmts_capabilities_and_a_tile(service, centre):
    wmts = WebMapTileService(f"{service.url}/wmts?SERVICE=WMTS&REQUEST=GetCapabilities")
    assert {"works", "basemap"} <= set(wmts.contents)
    assert "WebMercatorQuad" in wmts.tilematrixsets
    column, row = tile_of(*centre, 12)
    tile = wmts.gettile(layer="basemap", tilematrixset="WebMercatorQuad", tilematrix="12", row=row, column=column,
                        format="image/png").read()
    assert tile == service.get(f"/tiles/basemap/12/{column}/{row}.png").content


# MARK: Vector tiles

@pytest.mark.parametrize("zoom", [10, 12, 14, 16])
def test_vector_tiles_are_read_alike_by_two_readers(service, centre, tmp_path, zoom):
    column, row = tile_of(*centre, zoom)
    data = service.get(f"/tiles/works/{zoom}/{column}/{row}.mvt").content
    decoded = mapbox_vector_tile.decode(data)["works"]
    assert decoded["version"] == 2 and decoded["extent"] == 4096 and decoded["features"]
    tile = tmp_path / "tile.mvt"
    tile.write_bytes(data)
    # Without CLIP=NO the driver leaves out what lies in the buffer. A layer dies with the source that it came from.
    source = gdal.OpenEx(f"MVT:{tile}", gdal.OF_VECTOR, open_options=["CLIP=NO"])
    layer = source.GetLayerByName("works")
    dimensions = {"Point": 0, "MultiPoint": 0, "LineString": 1, "MultiLineString": 1, "Polygon": 2, "MultiPolygon": 2}
    assert sorted(feature.GetGeometryRef().GetDimension() for feature in layer) == sorted(
        dimensions[feature["geometry"]["type"]] for feature in decoded["features"])
    layer.ResetReading()
    for feature in layer:
        assert feature.GetGeometryRef().IsValid(), feature.GetGeometryRef().ExportToWkt()
