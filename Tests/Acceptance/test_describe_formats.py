"""Files of any format that import reads are described, and a mapping is suggested for them that imports them at once."""
import json
import zipfile

import pytest
from osgeo import ogr

from conftest import run

ogr.UseExceptions()
TABLE = "number;kind of work;opened;lat;lon\n" + "".join(f"{n};Pothole;0{n + 1}.11.2026 10:00;55.7{n};37.6{n}\n" for n in range(5))


def esri(path):
    features = [{"attributes": {"OBJECTID": n, "TYPE": "Pothole", "OPENED": 1764000000000 + n}, "geometry": {"x": 37.6 + n / 100, "y": 55.7}}
                for n in range(5)]
    path.write_text(json.dumps({"geometryType": "esriGeometryPoint", "spatialReference": {"wkid": 4326}, "features": features}))


def open311_xml(path):
    rows = "".join(
        f"<request><service_request_id>{n}</service_request_id><status>open</status><service_name>Pothole</service_name>"
        f"<requested_datetime>2026-11-0{n + 1}T10:00:00Z</requested_datetime><lat>55.7{n}</lat><long>37.6{n}</long></request>" for n in range(5))
    path.write_text(f"<?xml version='1.0' encoding='utf-8'?><service_requests>{rows}</service_requests>")


def deep_json(path):
    rows = [{"number": f"A-{n}", "kind": "Pothole", "opened": f"2026-11-0{n + 1}T10:00:00Z", "lat": 55.7 + n / 100, "lon": 37.6} for n in range(5)]
    path.write_text(json.dumps({"status": "ok", "result": {"count": 5, "items": rows}}))


def zipped(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("export 2026/README.txt", "See the site.")
        archive.writestr("export 2026/works.csv", TABLE)


def sheet(path):
    driver = ogr.GetDriverByName("XLSX" if path.suffix == ".xlsx" else "ODS")
    source = driver.CreateDataSource(str(path))
    layer = source.CreateLayer("works")
    for name, kind in [("number", ogr.OFTString), ("kind", ogr.OFTString), ("opened", ogr.OFTDateTime), ("due", ogr.OFTDate),
                       ("lat", ogr.OFTReal), ("lon", ogr.OFTReal)]:
        layer.CreateField(ogr.FieldDefn(name, kind))
    for n in range(5):
        feature = ogr.Feature(layer.GetLayerDefn())
        feature["number"], feature["kind"], feature["lat"], feature["lon"] = f"A-{n}", "Pothole", 55.7 + n / 100, 37.6
        feature.SetField("opened", 2026, 11, n + 1, 10, 0, 0, 0)
        feature.SetField("due", 2026, 12, n + 1, 0, 0, 0, 0)
        layer.CreateFeature(feature)
    source = None


CASES = [("esri.json", esri), ("requests.xml", open311_xml), ("deep.json", deep_json), ("works.zip", zipped), ("works.xlsx", sheet),
         ("works.ods", sheet)]


@pytest.mark.parametrize("name,make", CASES, ids=[name for name, _ in CASES])
def test_a_file_is_described_and_the_suggested_mapping_takes_it_whole(tmp_path, name, make):
    file = tmp_path / name
    make(file)
    described = json.loads(run("import", "--describe", file, "--format", "json").stdout)["files"][0]
    assert described["rows"] == 5 and described["place"]["kind"] != "none", described
    mapping = tmp_path / "m.yaml"
    mapping.write_text(run("import", "--suggest-mapping", file).stdout)
    database = tmp_path / "city.sqlite"
    run("init", "--database", database)
    report = json.loads(run("import", file, "--mapping", mapping, "--as", "works", "--format", "json", "--database", database).stdout)["files"][0]
    assert (report["inserted"], report["refused"], report["without_place"]) == (5, 0, 0), (report, mapping.read_text())
    works = [json.loads(line) for line in run("export", "works", "--format", "geojsonl", "--database", database).stdout.splitlines()]
    properties = [work["properties"] for work in works]
    assert {each["category"] for each in properties} == {"pothole"}, mapping.read_text()
    assert all(each["reported_at"] for each in properties), mapping.read_text()
    assert len({each["source_id"] for each in properties}) == 5
    again = json.loads(run("import", file, "--mapping", mapping, "--as", "works", "--format", "json", "--database", database).stdout)["files"][0]
    assert again["unchanged"] == 5


def test_dates_of_a_sheet_are_times(tmp_path):
    file = tmp_path / "works.xlsx"
    sheet(file)
    described = json.loads(run("import", "--describe", file, "--format", "json").stdout)["files"][0]
    kinds = {column["name"]: column["kind"] for column in described["columns"]}
    assert kinds["opened"] == kinds["due"] == "time", described


def test_an_import_tells_which_share_of_the_open_works_it_closed(tmp_path):
    database = tmp_path / "city.sqlite"
    run("init", "--database", database)
    mapping = tmp_path / "m.yaml"
    mapping.write_text("source: s\nlayer: hazards\nsnapshot: full\nfields: {source_id: id, status: {constant: accepted}}\n")
    for name, ids in [("first", range(10)), ("second", range(2, 10))]:
        (tmp_path / f"{name}.csv").write_text("id\n" + "".join(f"{n}\n" for n in ids))
    first = run("import", tmp_path / "first.csv", "--mapping", mapping, "--format", "json", "--database", database)
    assert json.loads(first.stdout)["files"][0]["share_closed"] is None
    second = run("import", tmp_path / "second.csv", "--mapping", mapping, "--format", "json", "--database", database)
    report = json.loads(second.stdout)["files"][0]
    assert (report["open_before"], report["closed"], report["share_closed"]) == (10, 2, 0.2)
    assert "of 10 open works of “s”, 2 (20 %) were closed" in second.stderr
    (tmp_path / "plain.csv").write_text("source_id,status\n1,accepted\n")
    plain = run("import", tmp_path / "plain.csv", "--as", "hazards", "--source", "t", "--format", "json", "--database", database)
    assert json.loads(plain.stdout)["files"][0]["open_before"] is None
