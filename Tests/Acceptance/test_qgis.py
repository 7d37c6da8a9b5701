"""QGIS as a client: the layers that an engineer adds, opened without a screen."""
import json
import os
import pathlib
import sqlite3
import subprocess

import pytest

pytestmark = pytest.mark.qgis


@pytest.fixture(scope="module")
def seen(service, demo_database, artefacts):
    program = pathlib.Path(__file__).with_name("qgis_layers.py")
    answer = subprocess.run(
        ["/usr/bin/python3", str(program), service.url, str(demo_database), str(artefacts)],
        capture_output=True, text=True, timeout=300, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout.strip().splitlines()[-1])


def test_the_features_provider_reads_every_outage_by_pages(seen, service):
    matched = service.get("/ogc/collections/outages/items?limit=1").json()["numberMatched"]
    assert seen["oapif"]["valid"], seen["oapif"]
    assert seen["oapif"]["read"] == matched > 1000
    assert seen["oapif"]["crs"] in ("OGC:CRS84", "EPSG:4326")


@pytest.mark.parametrize("way", ["geojson", "database"])
def test_the_whole_layer_and_the_database_file_open_as_they_are(seen, way):
    assert seen[way]["valid"], seen[way]
    assert seen[way]["read"] == seen["oapif"]["read"]
    assert seen[way]["crs"] == "EPSG:4326"
    assert {"category", "status", "due_at", "original_due_at", "due_changes", "organisation"} <= set(seen[way]["fields"])


def test_a_box_means_the_same_features_over_the_service_and_in_the_file(seen):
    assert 0 < seen["oapif"]["in_box"] < seen["oapif"]["read"]
    assert seen["oapif"]["in_box"] == seen["database"]["in_box"] == seen["geojson"]["in_box"]


@pytest.mark.parametrize("table,field", [("works", "title"), ("schools", "name")])
@pytest.mark.parametrize("provider", ["ogr", "spatialite"])
def test_edits_of_the_file_are_refused_whole_and_say_who_writes(seen, demo_database, provider, table, field):
    outcome = seen[f"edit-{provider}-{table}"]
    assert outcome["saved"] is False
    # The provider for SpatiaLite keeps the engine's words to its log.
    words = {"ogr": "only_worksmap_writes", "spatialite": "not applied"}[provider]
    assert words in " ".join(outcome["errors"]), outcome
    stored = sqlite3.connect(f"file:{demo_database}?mode=ro", uri=True)
    assert stored.execute(f"SELECT count(*) FROM {table} WHERE {field} = 'edited in QGIS'").fetchone() == (0,)


@pytest.mark.parametrize("layer", ["xyz-basemap", "xyz-works", "wmts-basemap", "wmts-works"])
def test_tiles_open_as_a_raster_layer_with_a_picture_in_it(seen, layer):
    assert seen[layer]["valid"], seen[layer]
    assert seen[layer]["crs"] == "EPSG:3857" and seen[layer]["errors"] == []
    assert seen[layer]["colours"] > 50
