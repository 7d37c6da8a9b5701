"""Files of formats that GDAL reads for us: real extracts of OpenStreetMap against GDAL's own counts, and layers of other programs."""
import json
import os
import shutil
import subprocess

import pytest
from osgeo import gdal, ogr, osr

from conftest import PROGRAM, Service

gdal.UseExceptions()
EXTRACTS = ["liechtenstein-2013-08-03.osm.pbf", "helsinki-centre.osm.pbf", "moscow-part.osm.gz", "north-bayreuth.osm.gz"]


@pytest.fixture
def database(worksmap, tmp_path):
    path = tmp_path / "city.sqlite"
    worksmap("init", "--database", path)
    return path


def reports(answer):
    return {report["layer"]: report for report in json.loads(answer.stdout)["files"]}


def count(path, layer, condition):
    """How many objects GDAL finds, asked in another way than we do: its own settings, one object at a time, no conversion."""
    gdal.SetConfigOption("OSM_USE_CUSTOM_INDEXING", "NO")
    gdal.SetConfigOption("OGR_GEOMETRY_ACCEPT_UNCLOSED_RING", "NO")
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    source = gdal.OpenEx(("/vsigzip/" if path.suffix == ".gz" else "") + str(path), gdal.OF_VECTOR)
    objects = source.GetLayer(layer)
    number = 0
    while True:
        try:
            thing = objects.GetNextFeature()
        except RuntimeError:
            continue
        if thing is None:
            break
        # Without its keys of their own columns, an object has them in other_tags.
        tags = dict(thing.items())
        for pair in (tags.pop("other_tags", None) or "").strip('"').split('","'):
            key, _, value = pair.partition('"=>"')
            tags[key] = value
        number += bool(condition(tags))
    gdal.PopErrorHandler()
    return number


def classes(database, layer):
    source = ogr.Open(str(database))
    rows = source.ExecuteSQL(f"SELECT class, count(*) AS n FROM {layer} GROUP BY class", dialect="SQLITE")
    return {row["class"]: row["n"] for row in rows}


@pytest.mark.parametrize("name", EXTRACTS)
def test_an_extract_brings_as_many_streets_houses_and_schools_as_gdal_counts(worksmap, real_data, database, tmp_path, name):
    extract = shutil.copy(real_data / "osm-extracts" / name, tmp_path)
    answer = worksmap(
        "import", extract, "--as", "basemap", "--also", "schools,districts", "--database", database, "--format", "json",
        check=False)
    report = reports(answer)
    refused = sum(layer["refused"] for layer in report.values())
    # What the edge of an extract has cut into pieces may be beyond repair; the rest is in.
    assert answer.returncode == (2 if refused else 0), answer.stderr
    assert refused <= 60
    path = tmp_path / name
    houses = count(path, "multipolygons", lambda tags: tags.get("building") not in (None, "no", "proposed", "demolished", "entrance"))
    schools = sum(count(path, layer, lambda tags: tags.get("amenity") == "school") for layer in ("points", "multipolygons"))
    residential = count(path, "lines", lambda tags: tags.get("highway") == "residential")
    assert houses - refused <= classes(database, "basemap")["building"] <= houses
    assert report["schools"]["inserted"] == schools
    assert classes(database, "roads")["residential"] == residential
    assert all(row["read"] == row["inserted"] + row["skipped"] + row["refused"] for row in report.values())


def test_the_map_of_an_extract_names_whom_its_licence_asks_to_name(worksmap, real_data, database, tmp_path):
    extract = shutil.copy(real_data / "osm-extracts/liechtenstein-2013-08-03.osm.pbf", tmp_path)
    answer = worksmap("import", extract, "--as", "basemap", "--also", "districts", "--database", database, "--format", "json")
    assert reports(answer)["districts"]["inserted"] == 11
    assert "admin_level 8 (11)" in answer.stderr
    service = Service(database)
    try:
        assert "© OpenStreetMap contributors" in service.get("/tiles/basemap.json").json()["attribution"]
        tile = service.get("/tiles/basemap/14/8625/5753.png")
        assert tile.status_code == 200 and len(tile.content) > 5000
    finally:
        service.stop()


def shapefile(path, epsg):
    """Two quarters of a city in metres, and a column in windows-1251."""
    layer = ogr.GetDriverByName("ESRI Shapefile").CreateDataSource(str(path))
    system = osr.SpatialReference()
    system.ImportFromEPSG(epsg)
    system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    table = layer.CreateLayer("quarters", system, ogr.wkbPolygon, ["ENCODING=CP1251"])
    table.CreateField(ogr.FieldDefn("name", ogr.OFTString))
    for number, name in enumerate(["Северный", "Южный"]):
        feature = ogr.Feature(table.GetLayerDefn())
        feature["name"] = name
        x, y = 400000 + number * 1000, 5800000
        feature.SetGeometry(ogr.CreateGeometryFromWkt(
            f"POLYGON(({x} {y},{x + 1000} {y},{x + 1000} {y + 1000},{x} {y + 1000},{x} {y}))"))
        table.CreateFeature(feature)


def test_a_shapefile_in_metres_becomes_districts_where_they_belong(worksmap, database, tmp_path):
    folder = tmp_path / "shape"
    folder.mkdir()
    shapefile(folder / "quarters.shp", 25833)
    answer = worksmap("import", folder / "quarters.shp", "--as", "districts", "--database", database, "--format", "json")
    assert reports(answer)["districts"]["inserted"] == 2
    held = ogr.Open(str(database))
    district = held.GetLayer("districts")
    assert sorted(feature["name"] for feature in district) == ["Северный", "Южный"]
    # 400 km east of the meridian of 15°, by PROJ's own arithmetic.
    system, degrees = osr.SpatialReference(), osr.SpatialReference()
    system.ImportFromEPSG(25833)
    degrees.ImportFromEPSG(4326)
    for reference in (system, degrees):
        reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    west, south, _ = osr.CoordinateTransformation(system, degrees).TransformPoint(400000, 5800000)
    assert district.GetExtent()[0] == pytest.approx(west, abs=1e-3)
    assert district.GetExtent()[2] == pytest.approx(south, abs=1e-3)

    # Without its .prj the place is not known, and with --crs it is.
    (folder / "quarters.prj").unlink()
    lost = worksmap("import", folder / "quarters.shp", "--as", "districts", "--database", database, check=False)
    assert lost.returncode == 1 and "--crs" in lost.stderr and "quarters.shp" in lost.stderr
    told = worksmap(
        "import", folder / "quarters.shp", "--as", "districts", "--crs", "EPSG:25833", "--database", database, "--format",
        "json")
    assert reports(told)["districts"]["unchanged"] == 2

    # The whole shapefile in one archive, as cities publish them.
    shutil.make_archive(str(tmp_path / "quarters"), "zip", folder)
    zipped = worksmap(
        "import", tmp_path / "quarters.zip", "--as", "districts", "--crs", "EPSG:25833", "--database", database,
        "--format", "json")
    assert reports(zipped)["districts"]["read"] == 2


def test_works_come_from_a_geopackage_and_a_layer_is_chosen_where_there_are_several(worksmap, database, tmp_path):
    package = tmp_path / "works.gpkg"
    source = {"type": "FeatureCollection", "features": [{
        "type": "Feature", "geometry": {"type": "Point", "coordinates": [9.52, 47.14]},
        "properties": {"source_id": "a1", "title": "Loch", "category": "pothole", "status": "accepted",
                       "reported_at": "2026-11-02T08:00:00Z", "due_at": "2026-11-30T17:00:00Z"}}]}
    (tmp_path / "works.geojson").write_text(json.dumps(source))
    for table in ("holes", "more"):
        subprocess.run(
            ["ogr2ogr", "-f", "GPKG", "-append", "-nln", table, str(package), str(tmp_path / "works.geojson")], check=True)
    several = worksmap("import", package, "--as", "hazards", "--database", database, check=False)
    assert several.returncode == 1 and "--input-layer: holes, more" in several.stderr
    wrong = worksmap("import", package, "--as", "hazards", "--input-layer", "hole", "--database", database, check=False)
    assert wrong.returncode == 1 and "has no layer “hole”" in wrong.stderr
    answer = worksmap(
        "import", package, "--as", "hazards", "--input-layer", "holes", "--database", database, "--format", "json",
        check=False)
    assert reports(answer)["hazards"]["inserted"] == 1, answer.stderr
    work = json.loads(worksmap("export", "hazards", "--database", database, "--format", "geojson").stdout)["features"][0]
    assert work["properties"]["due_at"] == "2026-11-30T17:00:00Z" and work["properties"]["title"] == "Loch"


def test_without_gdal_the_package_to_install_is_named(real_data, database, tmp_path):
    bin = tmp_path / "bin"
    bin.mkdir()
    answer = subprocess.run(
        [PROGRAM, "import", str(real_data / "osm-extracts" / EXTRACTS[0]), "--as", "basemap", "--database", str(database)],
        env={**os.environ, "PATH": str(bin)}, capture_output=True, text=True)
    assert answer.returncode == 1
    assert "gdal-bin" in answer.stderr and EXTRACTS[0] in answer.stderr


def test_a_cut_off_extract_leaves_the_database_as_it_was(worksmap, real_data, database, tmp_path):
    whole = (real_data / "osm-extracts/helsinki-centre.osm.pbf").read_bytes()
    cut = tmp_path / "-cut.osm.pbf"
    cut.write_bytes(whole[: len(whole) // 2])
    answer = subprocess.run(
        [PROGRAM, "import", "--as", "basemap", "--database", str(database), "--", "-cut.osm.pbf"], cwd=tmp_path,
        capture_output=True, text=True)
    assert answer.returncode == 1 and "cut off" in answer.stderr and "-cut.osm.pbf" in answer.stderr
    assert classes(database, "roads") == {} and classes(database, "basemap") == {}
