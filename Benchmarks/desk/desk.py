#!/usr/bin/env python3
"""What the desk stands: reports from 32 clients while tiles are served, and 32 clients that change the same work.

    desk.py         needs a release build and Debian's wrk; BENCH_SECONDS (10) says how long reports come in

Every report is routed, gets its deadline and its history, and is synced to the disk before it is answered. Afterwards the numbers are held
against the database: what was answered with 201 is there, and each change that was accepted stands in the ledger.
"""
import concurrent.futures
import http.client
import json
import math
import os
import pathlib
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = os.environ.get("WORKSMAP", str(HERE.parents[1] / ".build/release/worksmap"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "10"))
CLIENTS, TILES_PER_SECOND, CHANGES = 32, 50, 20


def worksmap(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


class Service:
    def __init__(self, database):
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--database", database, "--port", "0", "--reports-per-minute", "0", "--changes-per-minute", "0", "--log-level", "warning"],
            stderr=subprocess.PIPE, text=True)
        self.host = re.search(r"http://([^/\s]+)", self.process.stderr.readline()).group(1)
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def connection(self):
        return http.client.HTTPConnection(self.host, timeout=30)

    def memory(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", text).group(1)) / 1024

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tiles(service, seconds, latencies):
    """Asks for tiles of street zooms all over the city at a steady rate; a late answer does not delay the next question's due time."""
    connection, generator, started = service.connection(), random.Random(1), time.perf_counter()
    for number in range(seconds * TILES_PER_SECOND):
        due = started + number / TILES_PER_SECOND
        time.sleep(max(0, due - time.perf_counter()))
        zoom, longitude, latitude = generator.choice([12, 13, 14, 15, 16]), generator.uniform(47.27, 47.44), generator.uniform(54.52, 54.59)
        x = int((longitude + 180) / 360 * 2**zoom)
        y = int((1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * 2**zoom)
        asked = max(due, time.perf_counter() - 1)
        connection.request("GET", f"/tiles/works/{zoom}/{x}/{y}.png")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        latencies.append(time.perf_counter() - asked)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def measure_reports(service, database, pause, with_tiles):
    """Reports as fast as the clients can, or with a pause of so many milliseconds before each."""
    def count(table):
        return sqlite3.connect(database).execute(f"SELECT count(*) FROM {table}").fetchone()[0]

    before, latencies = count("works"), []
    watcher = threading.Thread(target=tiles, args=(service, SECONDS, latencies))
    cpu = service.cpu()
    if with_tiles:
        watcher.start()
    printed = subprocess.run(
        ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "--latency", "-s", str(HERE / "reports.lua"), f"http://{service.host}"],
        check=True, capture_output=True, text=True, env={**os.environ, "PAUSE": str(pause)}).stdout
    if with_tiles:
        watcher.join()
    cpu = service.cpu() - cpu
    answered = int(re.search(r"(\d+) requests in", printed).group(1))
    faults = [line for line in printed.splitlines() if "answered with" in line or "Socket errors" in line or "Non-2xx" in line]
    stored = count("works") - before
    slow = re.search(r"99%\s+(\S+)", printed).group(1)
    print(f"reports, {f'{pause} ms between those of a client' if pause else 'as fast as they go'}: {answered / SECONDS:,.0f} a second from {CLIENTS} clients over {SECONDS} s, p99 "
          f"{slow}; {answered} answered, {stored} stored; "
          f"{1e3 * cpu / answered:.2f} ms of CPU each{', tiles included' if with_tiles else ''}")
    # What was under way when wrk went away may be stored without having been counted.
    assert not faults and answered <= stored <= answered + 2 * CLIENTS, faults
    if not with_tiles:
        return
    print(f"tiles meanwhile: {len(latencies) / SECONDS:.0f} a second, p50 {1e3 * percentile(latencies, 0.5):.1f} ms, "
          f"p95 {1e3 * percentile(latencies, 0.95):.1f} ms, p99 {1e3 * percentile(latencies, 0.99):.1f} ms, slowest {1e3 * max(latencies):.1f} ms")


def measure_race(service, database, token):
    """All clients change one work again and again, each on what it has read."""
    connection = service.connection()
    connection.request("GET", "/ogc/collections/hazards/items?limit=1&open=true&status=in_progress")
    work = json.loads(connection.getresponse().read())["features"][0]["id"]

    def client(number):
        connection, outcomes = service.connection(), {}
        for turn in range(CHANGES):
            connection.request("GET", f"/api/works/{work}")
            answer = connection.getresponse()
            answer.read()
            tag = answer.headers["ETag"]
            body = json.dumps({"due_at": f"2030-01-01T{number:02}:{turn:02}:00Z" if number < 24 else f"2030-01-02T{number - 24:02}:{turn:02}:00Z",
                               "reason": f"{number}-{turn}"})
            connection.request("PATCH", f"/api/works/{work}", body, {
                "Authorization": f"Bearer {token}", "If-Match": tag, "Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            outcomes.setdefault(answer.status, []).append(f"{number}-{turn}")
        return outcomes

    started = time.perf_counter()
    outcomes = {}
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        for each in pool.map(client, range(CLIENTS)):
            for status, reasons in each.items():
                outcomes.setdefault(status, []).extend(reasons)
    seconds = time.perf_counter() - started
    connection.request("GET", f"/api/works/{work}/history")
    entries = json.loads(connection.getresponse().read())["entries"]
    told = [entry["reason"] for entry in entries if entry["field"] == "due_at" and re.fullmatch(r"\d+-\d+", entry["reason"] or "")]
    accepted, lost = outcomes.pop(200, []), outcomes.pop(412, [])
    assert not outcomes and sorted(told) == sorted(accepted) and len(set(told)) == len(told), outcomes
    print(f"race: {CLIENTS} clients, {len(accepted) + len(lost)} changes of one work in {seconds:.1f} s: {len(accepted)} accepted, each once in "
          f"the ledger; {len(lost)} answered with 412; no other answer")


def main():
    with tempfile.TemporaryDirectory() as folder:
        database = f"{folder}/desk.sqlite"
        worksmap("demo", "--no-serve", "--database", database)
        token = worksmap("token", "create", "--role", "admin", "--name", "bench", "--database", database).strip()
        service = Service(database)
        try:
            measure_reports(service, database, pause=22, with_tiles=True)
            measure_reports(service, database, pause=0, with_tiles=False)
            measure_race(service, database, token)
            print(f"the server's memory at its highest: {service.memory():.0f} MB")
        finally:
            service.process.terminate()
            service.process.wait()


if __name__ == "__main__":
    sys.exit(main())
