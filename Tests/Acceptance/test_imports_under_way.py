"""Imports that are killed, and the desk beside one that runs.

Readers see all of an import or nothing, and no report is refused that has time to wait.
"""
import json
import os
import random
import signal
import subprocess
import threading
import time

import pytest
import requests

from conftest import PROGRAM, Service, copy_city, run

ROWS = 12_000


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("import") / "rows.geojsonl"
    with open(path, "w") as file:
        for number in range(ROWS):
            json.dump({
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [50 + number % 400 / 1000, 53 + number // 400 / 1000]},
                "properties": {"source_id": str(number), "kind": "hazard", "category": "pothole", "title": "A hole",
                               "description": "d" * 200},
            }, file)
            file.write("\n")
    return path


@pytest.fixture
def city(demo_database, tmp_path):
    database = tmp_path / "city.sqlite"
    copy_city(demo_database, database)
    return database


def begin(file, database):
    return subprocess.Popen(
        [PROGRAM, "import", str(file), "--as", "hazards", "--source", "killed", "--database", str(database)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def works(database):
    text = run("export", "works", "--format", "geojsonl", "--database", database).stdout
    return sorted(text.splitlines())


def test_a_killed_import_leaves_nothing(city, file):
    before = works(city)
    whole = city.with_name("whole.sqlite")
    copy_city(city, whole)
    started = time.monotonic()
    assert begin(file, whole).wait() == 0
    duration = time.monotonic() - started
    seed = int(os.environ.get("WORKSMAP_SEED", random.randrange(1 << 32)))
    print("seed", seed)
    moments = random.Random(seed)
    kept = city.with_name("kept.sqlite")
    copy_city(city, kept)
    kills = 0
    while kills < 5:
        process = begin(file, city)
        time.sleep(moments.uniform(0, duration * 0.9))
        process.send_signal(signal.SIGKILL)
        if process.wait() == 0:
            # It was quicker than the one that was timed beside other work: the next are killed sooner.
            duration *= 0.7
            for suffix in ("", "-wal", "-shm"):
                city.with_name(city.name + suffix).unlink(missing_ok=True)
            copy_city(kept, city)
            continue
        kills += 1
        assert works(city) == before, f"seed {seed}"
        assert run("check", "--database", city).returncode == 0
        names = {name for name in os.listdir(city.parent) if name.startswith("city.sqlite")}
        assert names <= {"city.sqlite", "city.sqlite-wal", "city.sqlite-shm"}, names
        assert not [name for name in os.listdir(file.parent) if name.endswith(".part")]
    # What was killed over and over comes in whole at last.
    assert begin(file, city).wait() == 0
    assert len(works(city)) == len(before) + ROWS
    assert run("check", "--database", city).returncode == 0


def test_reports_wait_for_an_import_instead_of_being_refused(city, file):
    service = Service(city, "--reports-per-minute", "0")
    try:
        place = service.get("/open311/v2/requests.json?page_size=1").json()[0]
        before = len(works(city))
        sizes, answers = set(), []
        process = begin(file, city)
        importing = threading.Event()
        importing.set()

        def watch():
            while importing.is_set():
                sizes.add(service.get("/ogc/collections/works/items?limit=1").json()["numberMatched"])

        watcher = threading.Thread(target=watch)
        watcher.start()
        while process.poll() is None:
            answers.append(requests.post(
                service.url + "/open311/v2/requests.json", timeout=120,
                data={"service_code": "pothole", "lat": place["lat"], "long": place["long"], "description": "A hole"}))
        importing.clear()
        watcher.join()
        assert process.returncode == 0
        assert answers and all(answer.status_code == 201 for answer in answers), {a.status_code for a in answers}
        accepted = {answer.json()[0]["service_request_id"] for answer in answers}
        assert len(accepted) == len(answers)
        there = works(city)
        assert len(there) == before + ROWS + len(accepted)
        assert all(any(name in line for line in there) for name in accepted)
        # Readers see the import whole or not at all.
        assert all(size <= before + len(accepted) or size >= before + ROWS for size in sizes), sizes
    finally:
        service.stop()


def test_a_report_without_time_to_wait_is_refused_and_never_written(city, file):
    service = Service(city, "--reports-per-minute", "0")
    try:
        place = service.get("/open311/v2/requests.json?page_size=1").json()[0]
        fields = {"service_code": "pothole", "lat": place["lat"], "long": place["long"]}
        process = begin(file, city)
        refused, accepted = [], []
        number = 0
        while process.poll() is None:
            number += 1
            text = f"report number {number:06}"
            answer = requests.post(
                service.url + "/open311/v2/requests.json", timeout=120, headers={"Prefer": "wait=1"},
                data=fields | {"description": text})
            if answer.status_code == 201:
                accepted.append(text)
            else:
                assert answer.status_code == 503
                assert int(answer.headers["Retry-After"]) > 0
                refused.append(text)
        there = "\n".join(works(city))
        assert all(text in there for text in accepted)
        assert not any(text in there for text in refused)
    finally:
        service.stop()
