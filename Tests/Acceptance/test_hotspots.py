"""Hotspots as a planner asks for them: pictures, rasters and layers that GIS programs open, and the same answer over HTTP."""
import json
import subprocess

import numpy
import pytest
from osgeo import gdal, ogr, osr

gdal.UseExceptions()
ogr.UseExceptions()
QUESTION = ["hotspots", "--near", "schools", "--within", "300", "--kind", "hazard"]


def values(source, band, kind):
    """The pixels of a band."""
    data = source.GetRasterBand(band).ReadRaster(buf_type=gdal.GDT_Float64)
    return numpy.frombuffer(data).reshape(source.RasterYSize, source.RasterXSize).astype(kind)


def ask(worksmap, database, *options, check=True):
    return worksmap(*QUESTION, "--database", database, *options, check=check)


@pytest.mark.parametrize("method", ["count", "gi-star", "dbscan", "kde"])
def test_the_map_is_a_picture_with_the_colours_of_its_legend(worksmap, demo_database, artefacts, method):
    picture = artefacts / f"hotspots-{method}.png"
    ask(worksmap, demo_database, "--method", method, "--map", picture)
    subprocess.run(["pngcheck", "-q", str(picture)], check=True)
    source = gdal.Open(str(picture))
    assert source.RasterXSize == 1400
    red, green, blue = (values(source, band, int) for band in (1, 2, 3))
    # Places with more than chance explains, in the legend at least.
    assert ((red == 0xB2) & (green == 0x18) & (blue == 0x2B)).sum() > 50


def test_the_same_answer_over_http_and_on_the_command_line(service, worksmap, demo_database):
    until = "2026-01-01T00:00:00Z"
    printed = json.loads(ask(worksmap, demo_database, "--until", until, "--method", "gi-star", "--format", "geojson").stdout)
    served = service.get(f"/api/hotspots?near=schools&within=300&kind=hazard&until={until}&method=gi-star").json()
    for answer in (printed, served):
        answer.pop("asked_at", None)
    assert printed == served and printed["features"]


def test_gdal_opens_the_raster_where_the_json_says_the_peak_is(worksmap, demo_database, tmp_path):
    raster = tmp_path / "surface.asc"
    answer = json.loads(ask(worksmap, demo_database, "--method", "kde", "--raster", raster, "--format", "json").stdout)
    source = gdal.Open(str(raster))
    surface, peak = values(source, 1, float), answer["peaks"][0]
    x, y, _ = osr.CoordinateTransformation(wgs84(), source.GetSpatialRef()).TransformPoint(*peak["geometry"]["coordinates"])
    left, width, _, top, _, height = source.GetGeoTransform()
    row, column = int((y - top) / height), int((x - left) / width)
    assert surface[row, column] == surface.max() == pytest.approx(peak["density_per_km2"], rel=1e-5)


def wgs84():
    system = osr.SpatialReference()
    system.ImportFromEPSG(4326)
    system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return system


def test_a_geojson_file_gets_the_style_that_qgis_looks_for(worksmap, demo_database, tmp_path):
    layer = tmp_path / "hotspots.geojson"
    assert ask(worksmap, demo_database, "--format", "geojson", "-o", layer).stdout == ""
    assert ogr.Open(str(layer)).GetLayer(0).GetFeatureCount() > 50
    assert "RuleRenderer" in (tmp_path / "hotspots.qml").read_text()


@pytest.mark.parametrize("options, words", [
    (["--within", "0"], "--within: “0” is not a number of 0.001…20037508 m"), (["--within", "-5"], "--within: “-5” is not"),
    (["--within", "1e200"], "0.001…20037508 m"), (["--within", "300", "--top=-5"], "--top: “-5” is not a whole number of 1…1000000"),
    (["--within", "300", "--since", "2026-01-02", "--until", "2026-01-01"], "is empty: it must end after it begins"),
    (["--within", "300", "--method", "gi-star", "--cell", "0.01"], "cells"),
    (["--within", "300", "--raster", "x.asc"], "--raster is for --method kde"),
])
def test_a_question_that_makes_no_sense_is_told_why(worksmap, demo_database, options, words):
    answer = worksmap("hotspots", "--near", "schools", "--database", demo_database, *options, check=False)
    assert answer.returncode in (1, 64) and words in answer.stderr and answer.stdout == ""


def test_the_report_is_one_file_with_its_map_over_the_basemap(worksmap, demo_database, artefacts, browser):
    page, window = artefacts / "hotspots.html", browser()
    ask(worksmap, demo_database, "--method", "gi-star", "--format", "html", "-o", page)
    window.get(page.as_uri())
    ground = window.find_element("css selector", "svg image")
    assert ground.get_attribute("href").startswith("data:image/png;base64,")
    assert window.execute_script("return arguments[0].getBoundingClientRect().width", ground) > 500
    loaded = window.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [name for name in loaded if not name.startswith("data:")] == []
    window.save_screenshot(str(artefacts / "hotspots-report.png"))


@pytest.mark.parametrize("command", [["hotspots", "--near", "schools", "--within", "300", "--since", "90d", "--method", "gi-star"],
                                     ["report", "contractors"], ["report", "districts"]])
def test_tables_fit_a_terminal(worksmap, demo_database, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "80")
    lines = worksmap(*command, "--database", demo_database).stdout.splitlines()
    # Nothing in the demo city is wider than one column a letter.
    assert max(map(len, lines)) <= 80
    assert any("too narrow for" in line for line in lines)


def test_what_cannot_be_answered_is_told(worksmap, demo_database, tmp_path):
    table = ask(worksmap, demo_database, "--category", "pothol").stdout
    assert "No work has the category “pothol”; there are bridge," in table
    empty = tmp_path / "empty.sqlite"
    worksmap("init", "--database", empty)
    refused = ask(worksmap, empty, check=False)
    assert refused.returncode == 1 and "worksmap import FILE --as schools" in refused.stderr
    refused = ask(worksmap, demo_database, "--since", "2001-01-01", "--until", "2001-02-01", "--method", "kde", "--raster", tmp_path / "a.asc", check=False)
    assert refused.returncode == 1 and "no incident is left" in refused.stderr
