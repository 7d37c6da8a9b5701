"""The service against its own description: schemathesis makes requests from the OpenAPI document and checks every answer against it."""
import pathlib
import subprocess
import sys

import pytest
import requests

from conftest import Service

SEED = 20260101


@pytest.fixture(scope="module")
def small_service(worksmap, demo_database, tmp_path_factory):
    """A part of the demo city, so that thousands of made-up requests do not each get the whole of it."""
    folder = tmp_path_factory.mktemp("small")
    database = folder / "small.sqlite"
    worksmap("init", "--database", database)
    for layer in ("districts", "schools", "road_repairs", "outages", "hazards"):
        file = folder / f"{layer}.geojson"
        worksmap("export", layer, "--database", demo_database, "--bbox", "47.35,54.54,47.36,54.55", "-o", file)
        worksmap("import", file, "--as", layer, "--database", database)
    small = Service(database)
    yield small
    small.stop()


# The OGC API and what there is besides.
DESCRIPTIONS = ["/ogc/api", "/api"]


@pytest.mark.parametrize("address", DESCRIPTIONS)
def test_the_description_is_valid_and_complete_in_itself(service, address):
    from openapi_spec_validator import validate
    document = service.get(address).json()
    validate(document)
    references = []

    def visit(value):
        if isinstance(value, dict):
            references.extend([value["$ref"]] if "$ref" in value else [])
            value = list(value.values())
        if isinstance(value, list):
            for item in value:
                visit(item)

    visit(document)
    assert references and all(reference.startswith("#/") for reference in references)


# What is made up at random and in chains breaks the description in ways that need not be refused: a limit above the maximum is the maximum
# (OGC 17-069r4, 7.15.2), and values of the configuration are texts where lists are described.
PHASES = {"systematic": ["--phases", "examples,coverage"],
          "random": ["--phases", "fuzzing,stateful", "--exclude-checks", "negative_data_rejection"]}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("address", DESCRIPTIONS)
def test_every_answer_is_as_the_description_says(small_service, artefacts, address, phase):
    program = pathlib.Path(sys.executable).with_name("schemathesis")
    configuration = pathlib.Path(__file__).with_name("schemathesis.toml")
    answer = subprocess.run(
        [str(program), "--config-file", str(configuration), "run", small_service.url + address, "--max-examples", "12",
         "--seed", str(SEED), "--request-timeout", "60", "--workers", "1", "--warnings", "off", "--no-color", *PHASES[phase]],
        capture_output=True, text=True, timeout=400, cwd=artefacts)
    (artefacts / f"schemathesis{address.replace('/', '-')}-{phase}.txt").write_text(answer.stdout)
    assert answer.returncode == 0, answer.stdout[-6000:]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"])
def test_a_method_that_an_address_does_not_know_is_405_and_names_those_it_does(service, method):
    answer = requests.request(method, service.url + "/ogc/collections", timeout=30)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert answer.headers["content-type"] == "application/problem+json"
