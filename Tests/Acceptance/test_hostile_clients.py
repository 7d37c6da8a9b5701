"""A few clients that ask as dearly as they can, beside many that use the map as people do.

Every client has an address of its own in 127.0.0.0/8, as shares count by address.
"""
import http.client
import re
import threading
import time
import urllib.parse

import pytest

from conftest import Service, bring_key, run

HOSTILE, HONEST, CONNECTIONS, SECONDS = 4, 20, 12, 8
CONDITION = " OR ".join(["ACCENTI(CASEI(description))='n'"] * 20)
DEAR = ["/ogc/collections/works/items?filter=" + urllib.parse.quote(CONDITION), "/api/hotspots?near=basemap&within=100000",
        "/api/statistics?group=contractor", "/works?q=" + "+".join("abcdefghijklmnopqrst")]


@pytest.fixture
def city(demo_database, tmp_path):
    database = tmp_path / "city.sqlite"
    run("backup", database, "--database", demo_database)
    bring_key(demo_database, database)
    service = Service(database)
    service.database = database
    yield service
    service.process.kill()


def ask(service, address, path, method="GET", body=None, headers={}):
    """The status of one answer, asked from an address."""
    host, port = service.url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=120, source_address=(address, 0))
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def test_honest_requests_are_answered_beside_hostile_ones(city):
    token = run("token", "create", "--role", "dispatcher", "--name", "desk", "--database", city.database).stdout.split()[-1]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    honest = [("/", "GET", None), ("/works", "GET", None), ("/tiles/works/13/{x}/2500.png", "GET", None), ("/pages.css", "GET", None),
              ("/staff/login", "POST", f"token={token}")]
    end = time.monotonic() + SECONDS
    refused, answered, hostile, stopped = [], [], [], threading.Event()

    def attack(address, number):
        while not stopped.is_set():
            # Never the same question twice, as answers are kept.
            path = DEAR[number % len(DEAR)]
            hostile.append(path)
            try:
                ask(city, address, path + (f"&limit={1 + len(hostile) % 9999}" if "items" in path else ""))
            except OSError:
                time.sleep(0.1)

    def use(address, number):
        for turn in range(10_000):
            if time.monotonic() > end:
                return
            path, method, body = honest[(number + turn) % len(honest)]
            status = ask(city, address, path.format(x=5000 + number * 100 + turn), method, body, form if body else {})
            (answered if status in (200, 303) else refused).append((path, status))
            time.sleep(0.1)

    attackers = [threading.Thread(target=attack, args=(f"127.0.1.{client + 1}", connection), daemon=True)
                 for client in range(HOSTILE) for connection in range(CONNECTIONS)]
    users = [threading.Thread(target=use, args=(f"127.0.2.{client + 1}", client)) for client in range(HONEST)]
    for thread in attackers + users:
        thread.start()
    for thread in users:
        thread.join()
    stopped.set()
    assert not refused, refused[:20]
    assert len(answered) >= HONEST * len(honest), "each of them was served, more than once"
    assert len(hostile) >= HOSTILE * CONNECTIONS, "and somebody attacked"
    assert city.get("/health/live").status_code == 200


def test_a_failed_sign_in_is_one_line_that_fail2ban_reads(city):
    assert ask(city, "127.0.3.9", "/staff/login", "POST", "token=wm_wrong", {"Content-Type": "application/x-www-form-urlencoded"}) == 401
    lines = [line for line in list(city.lines) if re.search(r"(?:sign-in|api_key) failed from 127\.0\.3\.9$", line.rstrip("\n"))]
    assert len(lines) == 1, city.lines[-5:]
    assert "wm_wrong" not in "".join(city.lines)


def test_one_address_is_served_beside_its_own_idle_connections(city):
    import socket
    host, port = city.url.removeprefix("http://").split(":")
    idle = []
    try:
        for _ in range(1100):
            connection = socket.create_connection((host, int(port)), source_address=("127.0.4.1", 0))
            connection.sendall(b"GET / HT")
            idle.append(connection)
        assert ask(city, "127.0.4.1", "/works") == 200
        assert ask(city, "127.0.4.2", "/works") == 200
        displaced = re.search(r"worksmap_connections_displaced_total (\d+)", city.get("/metrics").text)
        assert int(displaced.group(1)) > 0
    finally:
        for connection in idle:
            connection.close()
