"""Sources on a schedule, as a city runs them: the real program beside a server of lists."""
import http.server
import json
import os
import signal
import ssl
import subprocess
import threading

import pytest

from conftest import PROGRAM, Service, eventually, run


def hazards(count):
    return {"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [44.5, 56.1 + number / 1000]},
         "properties": {"source_id": str(number), "category": "pothole", "title": f"Hole {number}"}}
        for number in range(count)]}


class Lists(http.server.ThreadingHTTPServer):
    """A server of one list, which counts what it is asked."""

    def __init__(self, certificate=None):
        self.count, self.tag, self.asked = 3, '"1"', []
        lists = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                lists.asked.append(dict(self.headers))
                if self.headers.get("If-None-Match") == lists.tag:
                    self.send_response(304)
                    self.end_headers()
                    return
                body = json.dumps(hazards(lists.count)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/geo+json")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("ETag", lists.tag)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, address):
        pass

    @property
    def port(self):
        return self.server_address[1]


@pytest.fixture
def lists():
    with Lists() as server:
        yield server
        server.shutdown()


@pytest.fixture
def city(tmp_path):
    database = tmp_path / "city.sqlite"
    run("init", "--database", database)
    return database


def describe(city, *sources):
    (city.with_suffix(".city") / "sources.yaml").write_text("".join(f"- {json.dumps(source)}\n" for source in sources))


def holes(lists, **more):
    return {"name": "holes", "address": f"http://127.0.0.1:{lists.port}/holes", "as": "hazards", "every": "10s",
            "list": "full", "allow_private": True, **more}


def test_a_source_by_hand(city, lists):
    describe(city, holes(lists))
    fetch = ("source", "fetch", "holes", "--database", city, "--format", "json")
    assert json.loads(run(*fetch, "--dry-run").stdout)["files"][0]["inserted"] == 3
    assert json.loads(run(*fetch).stdout)["files"][0]["inserted"] == 3
    assert json.loads(run(*fetch).stdout)["files"] == []
    lists.count, lists.tag = 0, '"2"'
    refused = run(*fetch, check=False)
    assert refused.returncode == 1 and refused.stdout == ""
    assert (city.with_suffix(".city") / "sources/holes/refused").is_dir()
    wrong = run("source", "fetch", "hole", "--database", city, check=False)
    assert wrong.returncode == 1 and "there are holes" in wrong.stderr


def test_addresses_of_this_machine_are_not_asked(city, lists):
    describe(city, holes(lists, allow_private=False))
    refused = run("source", "fetch", "holes", "--database", city, check=False)
    assert refused.returncode == 1 and "allow_private" in refused.stderr and lists.asked == []


def test_a_certificate_that_nobody_vouches_for(city, tmp_path):
    certificate = tmp_path / "own.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", certificate, "-out", tmp_path / "cert.pem"],
        check=True, capture_output=True)
    certificate.write_text(certificate.read_text() + (tmp_path / "cert.pem").read_text())
    with Lists(certificate) as lists:
        describe(city, holes(lists, address=f"https://localhost:{lists.port}/holes"))
        refused = run("source", "fetch", "holes", "--database", city, check=False)
        assert refused.returncode == 1 and "certificate" in refused.stderr and lists.asked == []
        lists.shutdown()


def test_a_service_fetches(city, lists):
    describe(city, holes(lists))
    service = Service(city)
    try:
        def state(name):
            sources = service.get("/api/sources").json()["sources"]
            return next((source["state"] for source in sources if source["name"] == name), None)

        eventually("the first list", lambda: state("holes") == "ok")
        eventually("its works on the map", lambda: len(
            service.get("/geojson/hazards.geojson").json()["features"]) == 3)
        describe(city, holes(lists), {"name": "drop", "address": "lists", "as": "hazards"})
        os.kill(service.process.pid, signal.SIGHUP)
        eventually("the new source", lambda: state("drop") == "never")
        ready = service.get("/health/ready")
        assert ready.status_code == 200 and ready.json()["sources"]["ok"] == 1
        assert 'worksmap_source_state{source="holes",state="ok"} 1' in service.get("/metrics").text
    finally:
        service.stop()
