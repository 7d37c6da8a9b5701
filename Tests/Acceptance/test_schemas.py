"""Answers against the schemas that the standards' own bodies publish, where the folder beside the real data has them."""
import json
import re

import jsonschema
import pytest


@pytest.fixture(scope="module")
def schemas(real_data):
    folder = real_data.parent / "schemas"
    if not folder.is_dir():
        pytest.skip(f"no schemas at {folder}")
    # One of them is printed in an RFC, with lines folded as RFC 8792 says.
    return lambda name: json.loads(re.sub(r"\\\n\s*", "", (folder / name).read_text()))


@pytest.mark.parametrize("tileset", ["works", "road_repairs", "outages", "hazards", "basemap"])
@pytest.mark.parametrize("form", ["", "?format=png"])
def test_tilejson(service, schemas, tileset, form):
    document = service.get(f"/tiles/{tileset}.json{form}").json()
    jsonschema.validate(document, schemas("tilejson-3.0.0.json"))
    assert document["tilejson"] == "3.0.0"


@pytest.mark.parametrize("target", [
    "/nowhere", "/works?limit=x", "/tiles/works/1/2/0.png", "/ogc/collections/works/items?limit=0", "/api/works/none", "/ogc/api?f=xml",
])
def test_problems(service, schemas, target):
    answer = service.get(target)
    assert answer.headers["content-type"] == "application/problem+json"
    jsonschema.validate(answer.json(), schemas("problem.json"))
    assert answer.json()["status"] == answer.status_code >= 400


def test_the_tile_matrix_set_is_the_registered_one_down_to_our_last_zoom(service, schemas):
    ours, registered = service.get("/ogc/tileMatrixSets/WebMercatorQuad?f=json").json(), schemas("WebMercatorQuad.json")
    assert ours["id"] == registered["id"] and ours["uri"] == registered["uri"] and ours["crs"] == registered["crs"]
    assert len(ours["tileMatrices"]) == 23
    for mine, theirs in zip(ours["tileMatrices"], registered["tileMatrices"]):
        for member in ("id", "tileWidth", "tileHeight", "matrixWidth", "matrixHeight"):
            assert mine[member] == theirs[member]
        assert mine["scaleDenominator"] == pytest.approx(theirs["scaleDenominator"], rel=1e-12)
        assert mine["cellSize"] == pytest.approx(theirs["cellSize"], rel=1e-12)
        assert mine["pointOfOrigin"] == pytest.approx(theirs["pointOfOrigin"], rel=1e-12)


def test_a_tileset_of_the_ogc_has_row_before_column(service):
    tileset = service.get("/ogc/tiles/works/WebMercatorQuad?f=json").json()
    (item,) = [link for link in tileset["links"] if link["rel"] == "item"]
    limits = next(limit for limit in tileset["tileMatrixSetLimits"] if limit["tileMatrix"] == "12")
    row, column = limits["minTileRow"], limits["minTileCol"]
    assert row != column
    address = item["href"].replace("{tileMatrix}", "12").replace("{tileRow}", str(row)).replace("{tileCol}", str(column))
    assert service.get(address.removeprefix(service.url)).content == service.get(f"/tiles/works/12/{column}/{row}.png").content
