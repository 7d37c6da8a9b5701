"""The process around the service: signals, descriptors, the log, the service manager and the operations port."""
import contextlib
import json
import os
import re
import resource
import signal
import socket
import subprocess
import threading
import time

import pytest
import requests

from conftest import PROGRAM, eventually, free_port, run

WORKS = 1000
# Long enough that an answer with all works does not fit into the buffers of a connection.
TEXT = "Яма на дороге у дома. " * 200


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    folder = tmp_path_factory.mktemp("process")
    works = [{"type": "Feature", "id": str(number), "geometry": {"type": "Point", "coordinates": [44 + number * 1e-4, 56.3]},
              "properties": {"kind": "hazard", "category": "pothole", "title": f"Яма {number}", "description": TEXT,
                             "status": "accepted", "reported_at": "2026-01-01T00:00:00Z", "source_id": str(number)}}
             for number in range(WORKS)]
    (folder / "works.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": works}))
    run("init", "--database", folder / "city.sqlite")
    run("import", folder / "works.geojson", "--as", "hazards", "--source", "test", "--database", folder / "city.sqlite")
    return folder / "city.sqlite"


class Server:
    """A service whose standard error goes where the test wants it."""

    def __init__(self, database, *options, environment=None, **process):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        process.setdefault("stderr", subprocess.DEVNULL)
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--database", str(database), "--port", str(self.port), "--deadline-tiles", "60s",
             "--deadline-features", "60s", *map(str, options)],
            env={**os.environ, **(environment or {})}, **process)
        eventually("a service that is ready", self.is_ready)

    def is_ready(self):
        assert self.process.poll() is None, f"ended with {self.process.returncode}"
        with contextlib.suppress(requests.ConnectionError):
            return self.get("/health/ready").status_code == 200

    def get(self, path, **options):
        return requests.get(self.url + path, timeout=60, **options)

    def metric(self, name):
        return float(re.search(rf"^{re.escape(name)} (.*)$", self.get("/metrics").text, re.MULTILINE)[1])

    def connect(self, request="", small=False, source="127.0.0.1"):
        client = socket.socket()
        client.settimeout(60)
        client.bind((source, 0))
        if small:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        client.connect(("127.0.0.1", self.port))
        client.sendall(request.encode())
        return client

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def serve(database):
    """Starts services, and ends those that a test leaves running."""
    started = []

    def start(*options, **process):
        server = Server(database, *options, **process)
        started.append(server)
        return server

    yield start
    for server in started:
        server.kill()


def request(path, *fields):
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: a", *fields]) + "\r\n\r\n"


def read_all(client, pause=0.0, piece=65536):
    parts = []
    while part := client.recv(piece):
        parts.append(part)
        time.sleep(pause)
    return b"".join(parts)


def status(client):
    """The status of the answer; empty if the connection was closed without one."""
    with contextlib.suppress(ConnectionError):
        return read_all(client)[9:12]
    return b""


# MARK: The log


def test_a_full_disk_behind_the_log_ends_nothing(serve):
    with open("/dev/full", "wb") as full:
        server = serve(stderr=full)
    for _ in range(20):
        assert server.get("/works").status_code == 200
    eventually("lines that were dropped", lambda: server.metric("worksmap_log_dropped_total") > 20)
    server.process.terminate()
    assert server.process.wait(timeout=60) == 0


def test_a_log_that_nobody_reads_holds_nothing_up(serve):
    server = serve(stderr=subprocess.PIPE)
    count = 3000
    one = request("/health/live")
    client = server.connect()
    reader = threading.Thread(target=lambda: answers.append(read_all(client)))
    answers = []
    reader.start()
    client.sendall((one * (count - 1) + request("/health/live", "Connection: close")).encode())
    reader.join(timeout=60)
    assert answers and answers[0].count(b"HTTP/1.1 200 OK") == count
    # 64 KiB lie in the pipe and as much as the buffers take behind it; many lines more are dropped.
    for _ in range(8):
        client = server.connect(one * 2999 + request("/health/live", "Connection: close"))
        assert read_all(client).count(b"HTTP/1.1 200 OK") == count
    assert server.metric("worksmap_log_dropped_total") > 1000
    server.process.terminate()
    assert server.process.wait(timeout=60) == 0


@pytest.mark.parametrize("end", ["full", "closed", "unread"])
def test_commands_do_not_mind_what_becomes_of_their_messages(end, tmp_path):
    command = [PROGRAM, "check", "--database", str(tmp_path / "none.sqlite")]
    if end == "full":
        with open("/dev/full", "wb") as full:
            assert subprocess.run(command, stderr=full, timeout=60).returncode == 1
    elif end == "closed":
        assert subprocess.run(["sh", "-c", '"$@" 2>&-', "sh", *command], timeout=60).returncode == 1
    else:
        read, write = os.pipe()
        os.close(read)
        assert subprocess.run(command, stderr=write, timeout=60).returncode == 1
        os.close(write)


def test_a_file_never_takes_the_place_of_a_closed_standard_error(tmp_path):
    database = tmp_path / "city.sqlite"
    run("init", "--database", database)
    target = tmp_path / "works.geojson"
    export = [PROGRAM, "export", "works", "--database", str(database), "-o", str(target)]
    assert subprocess.run(["sh", "-c", '"$@" 0<&- 1>&- 2>&-', "sh", *export], timeout=60).returncode == 0
    assert json.loads(target.read_text())["features"] == []
    to_output = [PROGRAM, "export", "works", "--database", str(database)]
    answer = subprocess.run(["sh", "-c", '"$@" 1>&-', "sh", *to_output], timeout=60, stderr=subprocess.PIPE, text=True)
    assert answer.returncode == 1 and "standard output: cannot be written" in answer.stderr


# MARK: Descriptors


def limited(soft, hard):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("limit", [64, 128, 1024])
def test_more_sockets_than_descriptors_end_nothing(serve, limit):
    server = serve(preexec_fn=limited(limit, limit))
    places = int(server.metric("worksmap_connections_limit"))
    assert 0 < places < limit
    pages = ["/works", "/", "/ogc/collections/works/items?limit=5", "/open311/v2/services.json", "/statistics",
             "/tiles/works/12/2551/1281.png", "/health/ready", "/works?q=a", "/api", "/leaflet/leaflet.js"]
    # More than there are places rest, each client within its share; they give way to those who ask.
    resting = [server.connect(source=f"127.0.1.{1 + number % 200}") for number in range(limit)]
    for page in pages:
        assert status(server.connect(request(page, "Connection: close"), source="127.0.2.1")) == b"200"
    # Far more than there are descriptors ask at once. Some find no place; nobody waits for nothing.
    asking = [server.connect(request(pages[number % len(pages)], "Connection: close"), source=f"127.0.3.{1 + number % 200}")
              for number in range(limit + 76)]
    time.sleep(0.5)
    assert server.process.poll() is None
    assert len(os.listdir(f"/proc/{server.process.pid}/fd")) <= limit
    statuses = [status(client) for client in asking]
    assert set(statuses) <= {b"200", b"503", b""} and statuses.count(b"200") >= places // 2
    for client in resting:
        client.close()
    assert server.get("/works").status_code == 200
    server.process.terminate()
    assert server.process.wait(timeout=60) == 0


def test_the_limit_is_raised_as_far_as_the_system_allows(serve):
    server = serve(preexec_fn=limited(64, 4000))
    assert server.metric("process_max_fds") == 4000
    assert 3000 < server.metric("worksmap_connections_limit") < 4000
    assert 0 < server.metric("process_open_fds") < 64


def test_too_few_descriptors_are_told(database):
    answer = subprocess.run([PROGRAM, "serve", "--database", str(database), "--port", "0"], text=True, timeout=60,
                            capture_output=True, preexec_fn=limited(32, 32))
    assert answer.returncode == 1
    assert re.search(r"32 open files are too few to serve with; at least \d+ are needed \(ulimit -n\)", answer.stderr)


# MARK: The end


def test_running_answers_are_finished_and_nothing_new_is_taken(serve):
    server = serve()
    whole = len(server.get("/geojson/works.geojson", headers={"Accept-Encoding": "identity"}).content)
    assert whole > 6_000_000
    download = request("/geojson/works.geojson", "Accept-Encoding: identity")
    slow = [server.connect(download, small=True, source=f"127.0.4.{1 + number}") for number in range(4)]
    # An answer that is whole in the server, but that the client has not taken.
    tiles = [server.connect("".join(request(f"/tiles/hazards/16/40{780 + number}/2{number}.png") for number in range(10)), small=True)
             for _ in range(4)]
    lists = [server.connect(request("/ogc/collections/works/items?limit=1000", "Accept-Encoding: identity"), small=True)
             for _ in range(4)]
    resting = server.connect(request("/health/live"))
    assert resting.recv(65536).startswith(b"HTTP/1.1 200 OK")
    for client in slow + lists:
        assert client.recv(1) == b"H"
    # What was asked is with the server once it has answered somebody who asked later.
    assert server.get("/health/live").status_code == 200
    answers = {}
    readers = [threading.Thread(target=lambda client=client: answers.update({client: read_all(client, 0.0005, 16384)}))
               for client in slow + lists + tiles]
    server.process.send_signal(signal.SIGTERM)
    assert read_all(resting) == b""
    with pytest.raises(ConnectionRefusedError):
        server.connect()
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(timeout=60)
    for client in slow:
        assert answers[client].endswith(b"\r\n0\r\n\r\n") and len(answers[client]) > whole
    for client in lists:
        head, body = answers[client].split(b"\r\n\r\n", 1)
        assert len(body) == int(re.search(rb"(?i)content-length: (\d+)", head)[1])
    for client in tiles:
        assert answers[client].count(b"HTTP/1.1 200 OK") == 10
        assert answers[client].lower().count(b"connection: close") <= 1
    assert server.process.wait(timeout=60) == 0


def test_whoever_does_not_take_his_answer_holds_up_the_end_for_so_long_only(serve):
    server = serve("--shutdown-timeout", "1s")
    clients = [server.connect(request("/geojson/works.geojson"), small=True) for _ in range(3)]
    for client in clients:
        assert client.recv(1) == b"H"
    server.process.terminate()
    assert server.process.wait(timeout=60) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_at_once(serve, number):
    server = serve("--shutdown-timeout", "600s")
    client = server.connect(request("/geojson/works.geojson"), small=True)
    assert client.recv(1) == b"H"
    server.process.send_signal(number)
    eventually("a refused connection", lambda: refused(server))
    server.process.send_signal(number)
    assert server.process.wait(timeout=60) == -number


def refused(server):
    try:
        server.connect().close()
    except ConnectionRefusedError:
        return True
    return False


# MARK: Other signals


def test_a_reload_reads_rules_and_styles_and_opens_the_log_anew(serve, tmp_path):
    from conftest import ROOT
    import shutil
    rules, styles = shutil.copytree(ROOT / "geodata/rules", tmp_path / "rules"), shutil.copytree(ROOT / "tiles", tmp_path / "styles")
    log = tmp_path / "log"
    server = serve("--rules", rules, "--styles", styles, "--log-file", log)
    assert server.get("/open311/v2/services.json").status_code == 200
    eventually("a line of the log", lambda: "/open311" in log.read_text())
    log.rename(tmp_path / "log.1")
    calendar = (rules / "calendar.yaml").read_text()
    (rules / "calendar.yaml").write_text("nonsense: [")
    (styles / "broken.json").write_text("{")
    server.process.send_signal(signal.SIGHUP)
    eventually("a new log file", lambda: log.exists() and "reloaded" in log.read_text())
    assert "the rules are broken" in log.read_text() and "a style sheet is broken" in log.read_text()
    assert server.get("/open311/v2/services.json").status_code == 200
    (rules / "calendar.yaml").write_text(calendar)
    (styles / "broken.json").unlink()
    server.process.send_signal(signal.SIGHUP)
    eventually("the second reloading", lambda: log.read_text().count("reloaded") == 2)
    assert "rules read" in log.read_text()
    assert server.get("/health/ready").json()["style_problems"] == []


def test_signals_that_mean_nothing_harm_nothing(serve):
    server = serve()
    for number in [signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE, signal.SIGHUP] * 5:
        server.process.send_signal(number)
    assert server.get("/works").status_code == 200
    server.process.terminate()
    assert server.process.wait(timeout=60) == 0


# MARK: The service manager


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_the_service_manager_is_told(serve, tmp_path, kind):
    name = str(tmp_path / "notify") if kind == "path" else f"@worksmap-test-{os.getpid()}"
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(name.replace("@", "\0", 1))
    manager.settimeout(60)
    received = []

    def told(beginning):
        while True:
            fields = dict(line.split("=", 1) for line in manager.recv(4096).decode().splitlines())
            received.append(fields)
            if beginning in fields:
                return fields

    server = serve(environment={"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "2000000"})
    assert told("READY")["READY"] == "1"
    told("WATCHDOG")
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    server.process.send_signal(signal.SIGHUP)
    reloading = told("RELOADING")
    assert before <= int(reloading["MONOTONIC_USEC"]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    told("READY")
    told("WATCHDOG")
    server.process.terminate()
    assert told("STOPPING")["STOPPING"] == "1"
    assert server.process.wait(timeout=60) == 0
    assert sum("STOPPING" in fields for fields in received) == 1


# MARK: Operations


def test_the_operations_port_has_what_the_main_port_then_lacks(serve):
    port = free_port()
    server = serve("--operations-port", port)
    operations = f"http://127.0.0.1:{port}"
    assert server.get("/metrics").status_code == 404
    assert server.get("/health/ready").json() == {"status": "ready"}
    assert server.get("/health/live").json() == {"status": "live"}
    metrics = requests.get(operations + "/metrics", timeout=60)
    assert metrics.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "worksmap_log_dropped_total 0\n" in metrics.text
    details = requests.get(operations + "/health/ready", timeout=60).json()
    assert details["works"] == WORKS and details["status"] == "ready"
    assert requests.head(operations + "/health/live", timeout=60).content == b""
    for path in ["/", "/works", "/metrics/x", "/tiles/works/0/0/0.png"]:
        answer = requests.get(operations + path, timeout=60)
        assert answer.status_code == 404 and answer.headers["Content-Type"] == "application/problem+json"
    assert requests.post(operations + "/metrics", data="x", timeout=60).status_code == 405
    assert requests.get(operations + "/metrics?a=b", timeout=60).status_code == 400
    # Running answers are finished, and the operations port says so.
    client = server.connect(request("/geojson/works.geojson"), small=True)
    assert client.recv(1) == b"H"
    server.process.terminate()
    eventually("an end that readiness tells of", lambda: requests.get(operations + "/health/ready", timeout=60).status_code == 503)
    assert requests.get(operations + "/health/live", timeout=60).status_code == 200
    read_all(client)
    assert server.process.wait(timeout=60) == 0


def test_metrics_are_for_this_machine(serve):
    server = serve()
    assert server.get("/metrics").status_code == 200
    for field in ["X-Forwarded-For", "Forwarded", "X-Real-IP"]:
        assert server.get("/metrics", headers={field: "for=192.0.2.1"}).status_code == 404
        assert server.get("/health/ready", headers={field: "for=192.0.2.1"}).json() == {"status": "ready"}


def test_health_is_answered_while_all_workers_are_busy(demo_database):
    port = free_port()
    server = Server(demo_database, "--operations-port", port, "--max-queue", "1000")
    operations = f"http://127.0.0.1:{port}"
    try:
        questions = [f"/api/hotspots?near=schools&within={300 + number}&method=gi-star&cell=100" for number in range(40)]
        clients = [server.connect(request(path)) for path in questions]
        busy = 'worksmap_pool_running{pool="analyses"} 1\n'
        eventually("a running analysis", lambda: busy in requests.get(operations + "/metrics", timeout=60).text)
        rounds = 0
        while busy in requests.get(operations + "/metrics", timeout=60).text and rounds < 20:
            for address in [server.url, operations]:
                for path in ["/health/live", "/health/ready"]:
                    assert requests.get(address + path, timeout=10).status_code == 200
            rounds += 1
        assert rounds > 5
        for client in clients:
            client.close()
        server.process.terminate()
        assert server.process.wait(timeout=60) == 0
    finally:
        server.kill()


# MARK: The start


@pytest.mark.parametrize("option", ["--web", "--styles", "--rules"])
def test_a_folder_that_is_not_there_is_told_and_nothing_starts(database, tmp_path, option):
    (tmp_path / "file").write_text("")
    for folder, reason in [("none", "there is no such folder"), ("file", "that is a file; a folder is wanted")]:
        answer = run("serve", "--database", database, "--port", 0, option, tmp_path / folder, check=False, timeout=60)
        assert answer.returncode == 1
        assert answer.stderr == f"worksmap: {option} {tmp_path / folder}: {reason}\n"


def test_a_log_file_that_cannot_be_written_is_told_and_nothing_starts(database, tmp_path):
    answer = run("serve", "--database", database, "--port", 0, "--log-file", tmp_path / "none/log", check=False, timeout=60)
    assert answer.returncode == 1 and "the log cannot be written there: No such file or directory" in answer.stderr
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = run("serve", "--database", database, "--port", 0, "--operations-port", port, check=False, timeout=60)
    assert answer.returncode == 1 and "Address already in use; choose others with --operations-host" in answer.stderr
