"""Slow clients of whole layers on real sockets, beside a writer.

Nobody is cut off, nobody is locked out, and the log stays short.
"""
import json
import os
import re
import socket
import threading
import time

import pytest
import requests

from conftest import Service, run

WORKS = 12_000
#: More than a log may have while clients read slowly and others write, in octets.
BOUND = 32 << 20


def lines(path, first, count, length):
    """A file of works that their numbers name, with descriptions of so many letters."""
    with open(path, "w") as file:
        for number in range(first, first + count):
            json.dump({
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [50 + number % 400 / 1000, 53 + number // 400 / 1000]},
                "properties": {"source_id": str(number), "kind": "hazard", "category": "pothole",
                               "description": "d" * length},
            }, file)
            file.write("\n")


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    folder = tmp_path_factory.mktemp("slow")
    path = folder / "works.sqlite"
    run("init", "--database", path)
    lines(folder / "works.geojsonl", 0, WORKS, 700)
    run("import", folder / "works.geojsonl", "--as", "hazards", "--source", "test", "--database", path)
    return path


@pytest.fixture
def service(database):
    service = Service(database)
    yield service
    service.stop()


class SlowReader(threading.Thread):
    """A client that takes a few octets at a time until it is told to hurry."""

    def __init__(self, url, octets, pause):
        super().__init__(daemon=True)
        host, port = url.removeprefix("http://").split(":")
        self.octets, self.pause = octets, pause
        self.hurry = threading.Event()
        self.body = b""
        self.error = None
        self.socket = socket.socket()
        # So that few octets are underway, as over a slow line.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        self.socket.connect((host, int(port)))
        self.socket.settimeout(300)
        # HTTP/1.0, so that the body comes as it is.
        self.socket.sendall(b"GET /geojson/works.geojson HTTP/1.0\r\n\r\n")
        self.start()

    def run(self):
        pieces = []
        try:
            while piece := self.socket.recv(1 << 20 if self.hurry.is_set() else self.octets):
                pieces.append(piece)
                if not self.hurry.is_set():
                    time.sleep(self.pause)
        except OSError as error:
            self.error = error
        self.socket.close()
        self.body = b"".join(pieces).partition(b"\r\n\r\n")[2]


def metric(service, name):
    text = service.get("/metrics").text
    return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE).group(1))


def test_a_writer_beside_slow_readers_leaves_a_short_log(service, database, tmp_path):
    readers = [SlowReader(service.url, 4000, 1.0) for _ in range(3)] + [SlowReader(service.url, 1, 1.0)]
    deadline = time.monotonic() + 60
    while metric(service, "worksmap_streams_open") < len(readers):
        assert time.monotonic() < deadline, "the layers did not begin"
        time.sleep(0.05)
    log = str(database) + "-wal"
    written, largest = 0, 0
    for turn in range(12):
        # About four megabytes of the log each.
        lines(tmp_path / "changed.geojsonl", turn * 1000, 1000, 3500)
        run("import", tmp_path / "changed.geojsonl", "--as", "hazards", "--source", "test",
            "--database", database)
        written += 4 << 20
        largest = max(largest, os.path.getsize(log))
    assert written > BOUND
    assert largest < BOUND, f"the log had {largest} octets"
    assert all(reader.is_alive() for reader in readers)
    assert metric(service, "worksmap_wal_bytes") < BOUND
    assert metric(service, "worksmap_wal_backlog_frames") * 8192 < BOUND

    for reader in readers:
        reader.hurry.set()
    for reader in readers:
        reader.join(timeout=300)
        assert reader.error is None and not reader.is_alive()
        numbers = [int(feature["properties"]["source_id"]) for feature in json.loads(reader.body)["features"]]
        assert sorted(numbers) == list(range(WORKS)), "a work is missing or is there twice"
    assert run("check", "--database", database).returncode == 0


def test_clients_that_take_nothing_lock_nobody_out(service):
    idle = [SlowReader(service.url, 1, 3600) for _ in range(24)]
    for _ in range(3):
        answer = requests.get(service.url + "/geojson/works.geojson", timeout=120)
        assert answer.status_code == 200
        assert len(answer.json()["features"]) == WORKS
    for reader in idle:
        reader.socket.close()
    deadline = time.monotonic() + 60
    while metric(service, "worksmap_streams_open") > 0:
        assert time.monotonic() < deadline, "places of clients that left are not given back"
        time.sleep(0.1)
