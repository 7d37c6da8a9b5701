"""What chance is measured against: the reference area, what is left out of it, and exposure; on the command line and over HTTP."""
import json
import math
import random
from urllib.parse import urlencode

import pytest

from conftest import Service

NEAR = ["hotspots", "--near", "schools", "--within", "300"]


def place(x, y):
    """Degrees of metres around 77 W, 39 N."""
    return -77 + x / (111_320 * math.cos(math.radians(39))), 39 + y / 111_020


def square(reach, **properties):
    ring = [place(x * reach, y * reach) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features})


@pytest.fixture(scope="module")
def city(worksmap, tmp_path_factory):
    """600 hazards over 10 × 10 km, 60 requests of which a third lies around school 0, one mistyped row, and schools with pupils."""
    folder = tmp_path_factory.mktemp("areas")
    source = random.Random(5)
    head = "source_id,kind,category,status,severity,reported_at,longitude,latitude\n"

    def row(name, category, lon, lat):
        return f"{name},hazard,{category},reported,minor,2026-01-01T00:00:00Z,{lon!r},{lat!r}\n"

    rows = [row(f"h{index}", "pothole", *place(source.uniform(-5000, 5000), source.uniform(-5000, 5000))) for index in range(600)]
    rows += [row(f"c{index}", "ice", *place(source.uniform(-200, 200) if index % 3 else 2000, source.uniform(-200, 200))) for index in range(60)]
    (folder / "w.csv").write_text(head + "".join(rows))
    (folder / "one.csv").write_text(head + row("typo", "pothole", -76.6, 39.3))
    schools = [{"type": "Feature", "properties": {"source_id": str(index), "name": f"S{index}", "pupils": index * 100, "text": "many"},
                "geometry": {"type": "Point", "coordinates": place(index % 5 * 1500 - 3000, index // 5 * 1500)}} for index in range(10)]
    (folder / "s.geojson").write_text(collection(*schools))
    (folder / "m.yaml").write_text("fields:\n  source_id: source_id\n  name: name\npublish: [pupils, text]\n")
    (folder / "d.geojson").write_text(collection(square(5200, source_id="1", name="City")))
    (folder / "half.geojson").write_text(collection(square(2500)))
    database = folder / "c.sqlite"
    worksmap("init", "--database", database)
    worksmap("import", folder / "w.csv", "--as", "hazards", "--source", "t", "--database", database)
    worksmap("import", folder / "s.geojson", "--as", "schools", "--source", "t", "--mapping", folder / "m.yaml", "--database", database)
    return folder, database


@pytest.fixture(scope="module")
def ask(worksmap, city):
    def ask(*options, check=True):
        answer = worksmap(*NEAR, "--format", "json", "--database", city[1], *options, check=check)
        return json.loads(answer.stdout) if check else answer

    return ask


def figures(answer):
    return [(one["id"], one["incidents"], round(one["expected"], 6), one["verdict"]) for one in answer["places"]]


def test_one_mistyped_row_moves_nothing_and_is_named_with_its_work_and_the_command(worksmap, city, ask):
    before = ask("--category", "pothole")
    worksmap("import", city[0] / "one.csv", "--as", "hazards", "--source", "typo", "--database", city[1])
    after = ask("--category", "pothole")
    assert figures(after) == figures(before) and after["left_out"]["far_away"] == 1
    (outlier,) = after["outliers"]
    assert "39.3" in worksmap("work", "show", *outlier["works"], "--database", city[1]).stdout
    note = next(limit["text"] for limit in after["limits"] if limit["code"] == "incidents_far_away")
    option = next(word for word in note.split() if word.startswith("--exclude-at="))
    named = ask("--category", "pothole", option)
    assert named["left_out"]["excluded_at"] == 1 and not named["outliers"] and figures(named) == figures(before)
    boxed = ask("--category", "pothole", "--bbox", "-77.2,38.9,-76.9,39.1")
    assert boxed["incidents"] == 600 and not boxed["outliers"] and figures(boxed) == figures(before)
    reported = [json.loads(worksmap("report", "deadlines", "--format", "json", "--database", city[1], *options).stdout)["rows"][0]["works"]
                for options in ([], [option])]
    assert reported[0] - reported[1] == 1


def test_a_boundary_is_a_layer_a_file_or_a_box(worksmap, city, ask):
    half = ask("--category", "pothole", "--boundary", city[0] / "half.geojson")
    assert half["parameters"]["study_area"] == "boundary" and half["parameters"]["study_area_km2"] == pytest.approx(25, rel=0.01)
    assert half["incidents"] + half["left_out"]["outside_area"] == 601 and 100 < half["incidents"] < 200
    box = ask("--category", "pothole", "--boundary", ",".join(str(one) for one in [*place(-2500, -2500), *place(2500, 2500)]))
    assert abs(box["incidents"] - half["incidents"]) <= 1
    worksmap("import", city[0] / "d.geojson", "--as", "districts", "--source", "t", "--database", city[1])
    named, usual = ask("--boundary", "districts"), ask()
    assert usual["parameters"]["study_area"] == "districts" and figures(named) == figures(usual)


@pytest.mark.parametrize("options, words", [
    (["--boundary", "39,-78,40,-77"], "none of the"), (["--boundary", "schools"], "no polygons"), (["--boundary", "no.geojson"], "no such file"),
    (["--boundary", "1,2,3,400"], "latitudes"), (["--exclude-at", "200,1"], "longitudes are"), (["--exclude-at", "x"], "longitude,latitude"),
    (["--per", "schools.teachers"], "it has pupils, text"), (["--per", "schools.text"], "no feature has a number above 0"),
    (["--per", "roads.lanes"], "the layer is empty"), (["--per", "road-length"], "layer roads is empty"), (["--per", "people"], "there are area"),
    (["--per", "controls:kind=outage"], "no work of the period matches"), (["--per", "controls:colour=red"], "colour"),
    (["--permutations", "0"], "--permutations: “0” is not a whole number of 99…99999"), (["--where", "due_changes >"], "due_changes >"),
    (["--kind", "hazard", "--where", "kind=outage"], "twice")])
def test_what_cannot_be_asked_is_told(ask, options, words):
    answer = ask(*options, check=False)
    assert answer.returncode in (1, 64) and words in answer.stderr, answer.stderr


def test_filters_are_those_of_everywhere_and_conditions_in_cql2(ask):
    plain = ask("--category", "ice")
    for options in (["--where", "category=ice"], ["--where", "category = 'ice'"], ["--where", "category = 'ice' AND due_changes < 1", "open=true"]):
        assert figures(ask(*options)) == figures(plain), options


def test_exposure_by_pupils_by_other_works_and_by_road(worksmap, city, ask):
    pupils = ask("--category", "pothole", "--per", "schools.pupils")
    assert pupils["parameters"]["exposure_total"] == 4500 and pupils["parameters"]["per"] == "schools.pupils"
    total = sum(one["incidents"] for one in pupils["places"])
    for one in pupils["places"]:
        index = int(one["name"][1:])
        assert one["exposure"] == index * 100 and one["expected"] == pytest.approx(total * index / 45)
        assert (one["rate"] is None) == (index == 0)
    assert any(limit["code"] == "places_without_exposure" and limit["count"] == 1 for limit in pupils["limits"])
    controls = ask("--category", "ice", "--per", "controls:category=ice")
    # A layer compared with itself: as many as expected, everywhere.
    assert all(one["expected"] == pytest.approx(one["incidents"]) and one["verdict"] is None for one in controls["places"])
    road = {"type": "Feature", "properties": {"source_id": "1", "name": "R"},
            "geometry": {"type": "LineString", "coordinates": [place(-3000, 0), place(3000, 0)]}}
    (city[0] / "r.geojson").write_text(collection(road))
    worksmap("import", city[0] / "r.geojson", "--as", "roads", "--source", "t", "--database", city[1])
    roads = ask("--category", "pothole", "--per", "road-length")
    assert roads["parameters"]["exposure_total"] == pytest.approx(6000, rel=5e-3)
    # Schools 0 to 4 stand on the road, 0 and 4 at its ends.
    lengths = {one["name"]: one["exposure"] for one in roads["places"]}
    assert lengths["S1"] == pytest.approx(600, rel=0.06) and lengths["S0"] == pytest.approx(300, rel=0.12) and lengths["S7"] == 0


def test_the_same_answer_over_http(city, ask):
    service = Service(city[1])
    try:
        for options, query in [
                ([], {}), (["--bbox", "-77.03,38.97,-76.9,39.1"], {"bbox": "-77.03,38.97,-76.9,39.1"}), (["--per", "schools.pupils"], {"per": "schools.pupils"}),
                (["--exclude-at=-76.6,39.3", "--seed", "7"], {"exclude_at": "-76.6,39.3", "seed": "7"}),
                (["--boundary=-77.03,38.97,-76.9,39.1"], {"boundary": "-77.03,38.97,-76.9,39.1"}),
                (["--where", "category = 'ice'"], {"filter": "category = 'ice'"}), (["--where", "severity=minor"], {"severity": "minor"})]:
            printed = ask("--method", "gi-star", "--cell", "500", *options)
            served = service.get("/api/hotspots?" + urlencode({"near": "schools", "within": "300", "method": "gi-star", "cell": "500", **query})).json()
            for name in ("parameters", "left_out", "moran", "limits", "outliers", "incidents"):
                assert printed[name] == served[name], (options, name)
        for query, parameter in [({"boundary": "39,-78,40,-77"}, "boundary"), ({"per": "schools.teachers"}, "per"), ({"per": "x"}, "per"),
                                 ({"exclude_at": "1"}, "exclude_at"), ({"filter": "x >"}, "filter"), ({"permutations": "0"}, "permutations")]:
            answer = service.get("/api/hotspots?" + urlencode({"near": "schools", "within": "300", **query}))
            assert answer.status_code == 400 and answer.json()["parameter"] == parameter, answer.text
    finally:
        service.stop()
