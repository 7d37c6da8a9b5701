"""Extreme numbers in files: what is imported, mappings, rules and style sheets. The program ends by an answer, and what came in comes out again."""
import json
import shutil

import pytest
import requests

from conftest import ROOT, Service, bring_key, run
from extremes import FACTOR, NUMBERS, TIMES, collection, command, feature, make_city, picked, point

# Numbers as JSON texts them; what JSON does not know stands in quotes.
COORDINATES = ["1e300", "-1e300", "1e999", "1e-300", "1e-320", "4.9e-324", "-0.0", "180", "180.0000001", "-180", "1e19", "9223372036854775808",
               "1.7976931348623157e308", "0." + "0" * 400 + "1", "9" * 400, '"NaN"', "null"]
HEIGHTS = ["1e-320", "4.9e-324", "1e-300", "1e-17", "5.55e-17", "90", "-90"]


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    return make_city(tmp_path_factory.mktemp("files"))


def geometries():
    """GeoJSON geometries of which the reader has to make something or tell why not."""
    for number in COORDINATES:
        yield f'{{"type":"Point","coordinates":[{number},54.5]}}'
        yield f'{{"type":"Point","coordinates":[47.3,{number}]}}'
        yield f'{{"type":"Point","coordinates":[47.3,54.5,{number}]}}'
        yield f'{{"type":"LineString","coordinates":[[47.3,54.5],[{number},54.6]]}}'
        yield f'{{"type":"MultiPoint","coordinates":[[47.3,{number}],[1,1]]}}'
    for height in HEIGHTS:
        yield f'{{"type":"Polygon","coordinates":[[[0,0],[1,0],[2,{height}],[1,{height}],[0,{height}],[0,0]]]}}'
        yield f'{{"type":"Polygon","coordinates":[[[0,0],[{height},0],[{height},1],[0,1],[0,0]]]}}'
        yield f'{{"type":"LineString","coordinates":[[0,0],[{height},{height}],[0,{height}]]}}'
    yield '{"type":"Polygon","coordinates":[[[-180,-90],[180,-90],[180,90],[-180,90],[-180,-90]]]}'


def features():
    """Features as texts: extreme places, times and other values."""
    for index, geometry in enumerate(geometries()):
        yield f'{{"type":"Feature","id":"g{index}","geometry":{geometry},"properties":{{"category":"pothole","title":"A","name":"A"}}}}'
    for index, time in enumerate(TIMES + NUMBERS):
        for name in ("reported_at", "starts_at", "due_at", "completed_at", "original_due_at", "on_site_at", "daily_from"):
            yield json.dumps(feature(f"{name}{index}", point(47.3, 54.5), category="pothole", title="A", name="A", **{name: time}))
    for index, number in enumerate(COORDINATES):
        for name in ("due_changes", "revision", "layer", "bridge", "measure", "source_id", "severity", "due_at", "id"):
            yield f'{{"type":"Feature","id":"n{name}{index}","geometry":{{"type":"Point","coordinates":[47.3,54.5]}},' \
                  f'"properties":{{"category":"pothole","title":"A","name":"A","{name}":{number}}}}}'


def everything_out(database, folder):
    """Reads the database in every way: what was let in must not end anything that comes after."""
    command(["check", "--database", database], folder)
    for layer in ("works", "schools", "districts", "roads"):
        command(["export", layer, "--database", database, "-o", "out.json"], folder)
    for method in ("count", "gi-star", "dbscan", "kde"):
        command(["hotspots", "--near", "districts", "--within", "20037508", "--method", method, "--cell", "20037508", "--database", database,
                 "--format", "html", "-o", "out.html"], folder)
    command(["hotspots", "--near", "schools", "--within", "300", "--database", database, "--map", "map.png"], folder)
    for at in ("0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1969-12-31T00:00:00Z"):
        command(["report", "months", "--at", at, "--database", database], folder)
        command(["render", "--bbox=-180,-85,180,85", "--size", "256x256", "--at", at, "--database", database, "-o", "out.png"], folder)
    command(["render", "0/0/0", "--database", database, "-o", "out.png"], folder)
    service = Service(database)
    try:
        for path in ("/ogc/collections/works/items?limit=10000&f=json", "/works", "/statistics", "/districts", "/tiles/works/0/0/0.mvt",
                     "/tiles/basemap/0/0/0.png", "/tiles/works/17/0/0.png", "/open311/v2/requests.xml?start_date=2026-01-01T00:00:00Z",
                     "/api/statistics?group=month", "/ogc/collections/districts/items?f=json", "/metrics"):
            answer = requests.get(service.url + path, timeout=120)
            assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
    finally:
        service.stop()


def test_no_number_in_a_file_ends_an_import_or_what_reads_it_later(city, tmp_path):
    database = tmp_path / "city.sqlite"
    run("backup", database, "--database", city)
    bring_key(city, database)
    # GeoJSON, one feature a line, so that what is no JSON is refused alone.
    lines = tmp_path / "rows.geojsonl"
    lines.write_text("\n".join(features()))
    for layer in ("hazards", "schools", "districts", "roads", "basemap"):
        answer = command(["import", lines, "--as", layer, "--source", "lines", "--format", "json", "--database", database], tmp_path)
        assert answer.returncode in (0, 2), answer.stderr.decode()[-500:]
    # The same as one collection, without what is no JSON at all.
    whole = tmp_path / "rows.geojson"
    whole.write_text('{"type":"FeatureCollection","features":[' + ",\n".join(features()) + "]}")
    command(["import", whole, "--as", "outages", "--source", "whole", "--database", database], tmp_path)
    # CSV with our names, with places as numbers and as WKT.
    places = [(x, y) for x in picked(NUMBERS, 14, "x") for y in ("54.5", *picked(NUMBERS, 2, "y", x))]
    table = tmp_path / "rows.csv"
    table.write_text("id,category,title,longitude,latitude,reported_at,due_at\n" + "".join(
        f'{n},pothole,A,"{x}","{y}",2026-01-01T00:00:00Z,"{TIMES[n % len(TIMES)]}"\n' for n, (x, y) in enumerate(places)))
    command(["import", table, "--as", "hazards", "--source", "table", "--database", database], tmp_path)
    shapes = [form.format(number) for number in NUMBERS for form in (
        "POINT ({} 54)", "SRID={};POINT (47 54)", "LINESTRING (1 1, {} 2)", "POLYGON ((0 0, 1 0, 1 {}, 0 0))")]
    table.write_text("id,category,title,geometry\n" + "".join(f'{n},pothole,A,"{text}"\n' for n, text in enumerate(shapes)))
    mapping = tmp_path / "wkt.yaml"
    mapping.write_text("source: wkt\ngeometry: {wkt: geometry}\nfields:\n  source_id: id\n  category: category\n  title: title\n")
    command(["import", table, "--as", "hazards", "--mapping", mapping, "--database", database], tmp_path)
    everything_out(database, tmp_path)


YAML_NUMBERS = [".inf", "-.inf", ".nan", "1e300", "-1e300", "1e19", "9223372036854775808", "-9223372036854775808", "0", "-1", "1e-320", "0x7fffffffffffffff",
                "0o777777777777777777777", "1:00", "2026-01-01", "9999-12-31T23:59:59Z", "~", "'٣'", "9" * 400, "[1e300]", "{a: 1}"]
MAPPING = """
source: test
geometry: {{longitude: x, latitude: y}}
bounds: {bounds}
empty_places: [[{place}, {place}]]
time_zone: {zone}
time_formats: [{format}]
fields:
  source_id: id
  category: category
  title: title
  reported_at: at
  severity: {{column: n, at_least: {{{step}: severe, 0: minor}}}}
"""
SANE = {"bounds": "[-180, -90, 180, 90]", "place": "0", "zone": "Europe/Samara", "format": "unix", "step": "5"}


def test_no_number_in_a_mapping_ends_an_import(city, tmp_path):
    database = tmp_path / "city.sqlite"
    run("backup", database, "--database", city)
    bring_key(city, database)
    table = tmp_path / "rows.csv"
    table.write_text("id,category,title,x,y,at,n\n" + "".join(
        f'{n},pothole,A,47.3,54.5,"{value}","{value}"\n' for n, value in enumerate(NUMBERS + TIMES)))
    for key in SANE:
        for value in picked(YAML_NUMBERS, 3 * FACTOR, "mapping", key):
            if key == "bounds":
                value = f"[{value}, {value}, {value}, {value}]"
            mapping = tmp_path / "mapping.yaml"
            mapping.write_text(MAPPING.format(**(SANE | {key: value})))
            command(["import", table, "--as", "hazards", "--mapping", mapping, "--dry-run", "--database", database], tmp_path)
    for form in ("unix", "unix_ms", "'%Y-%m-%dT%H:%M:%S%z'", "'%Y-%m-%d'", "'%y-%j'"):
        mapping.write_text(MAPPING.format(**(SANE | {"format": form})))
        command(["import", table, "--as", "hazards", "--mapping", mapping, "--dry-run", "--database", database], tmp_path)


def replaced(text, key, value):
    """The YAML text with another value of a key, wherever it stands."""
    lines = []
    for line in text.splitlines():
        head, found, _ = line.partition(key + ":")
        lines.append(head + found + " " + value if found and not line.lstrip().startswith("#") else line)
    return "\n".join(lines)


RULES = {"limits.yaml": ["limit"], "duplicates.yaml": ["metres", "within"], "calendar.yaml": ["hours", "cutoff", "holidays", "working_weekends", "weekend",
                                                                                                  "time_zone"]}


def test_no_number_in_a_rule_ends_what_reads_it(tmp_path):
    for name, keys in RULES.items():
        for key in keys:
            units = ["{}", "{} hours", "{} working days", "{} working hours", "{} days"] if key in ("limit", "within") else ["{}", "[{}]"]
            for value in picked([form.format(number) for form in units for number in YAML_NUMBERS], 2 * FACTOR, name, key):
                folder = tmp_path / "rules"
                shutil.rmtree(folder, ignore_errors=True)
                shutil.copytree(ROOT / "geodata/rules", folder)
                (folder / name).write_text(replaced((folder / name).read_text(), key, value))
                # What is wrong with the rules is told before they are used, as by `rules check`.
                command(["rules", "explain", "--rules", folder, "--category", "pothole", "--at", "49.98,53.21"], tmp_path)


def numbers_of(value, path=()):
    """The paths of all numbers in a JSON value."""
    if isinstance(value, bool):
        return
    if isinstance(value, (int, float)):
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers_of(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from numbers_of(inner, (*path, index))


def test_no_number_in_a_style_sheet_ends_what_draws_with_it(city, tmp_path):
    sheet = json.loads((ROOT / "tiles/works.json").read_text())
    mark = "HERE"
    for path in (picked(list(numbers_of(sheet)), 8 * FACTOR, "style")):
        changed = json.loads(json.dumps(sheet))
        place = changed
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = mark
        raw = picked(["1e300", "-1e300", "1e999", "9223372036854775808", "-1", "1e-320", "0", "1e19", "9" * 400, "null", "[]", "22.5"], FACTOR, str(path))
        for value in raw:
            folder = tmp_path / "styles"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            shutil.copy(ROOT / "tiles/basemap.json", folder)
            (folder / "works.json").write_text(json.dumps(changed).replace(f'"{mark}"', value))
            command(["render", "14/10346/5256", "--styles", folder, "--database", city, "-o", "tile.png"], tmp_path)
