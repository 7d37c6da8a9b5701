"""The programs that draw tiles, each in a process of its own, asked for one tile at a time."""
import contextlib
import http.client
import os
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAM = pathlib.Path(os.environ.get("WORKSMAP", ROOT / ".build/release/worksmap"))
BENCH = pathlib.Path(os.environ.get("ATLAS_BENCH", PROGRAM.parent / "atlas-bench"))
STYLES = HERE / "styles"


class Answer:
    """A tile and the CPU seconds it took: with HTTP, and of drawing and encoding alone. Either may be unknown."""

    def __init__(self, tile, over_http, in_process):
        self.tile, self.over_http, self.in_process = tile, over_http, in_process


class Engine:
    """A process that draws tiles; ended by its id."""

    def __init__(self, name, command, **options):
        self.name = name
        self.process = subprocess.Popen(list(map(str, command)), **options)

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def cpu(self):
        """CPU seconds of the process so far, to the nanosecond (/proc/PID/stat counts in ticks of 10 ms)."""
        spent = 0
        folder = f"/proc/{self.process.pid}/task"
        for thread in os.listdir(folder):
            with contextlib.suppress(FileNotFoundError), open(f"{folder}/{thread}/schedstat") as file:
                spent += int(file.read().split()[0])
        return spent * 1e-9

    def fetch(self, path):
        """A tile over the connection, and what the process spent on it."""
        before = self.cpu()
        try:
            self.connection.request("GET", path)
            response = self.connection.getresponse()
        except http.client.RemoteDisconnected:
            # On a busy machine a turn may come so late that the server has hung up meanwhile.
            self.connection.close()
            before = self.cpu()
            self.connection.request("GET", path)
            response = self.connection.getresponse()
        tile = response.read()
        if response.status != 200 or not tile.startswith(b"\x89PNG"):
            raise SystemExit(f"{self.name}: {path}: {response.status} {tile[:200]}")
        # What a server tidies up after its answer is part of the cost.
        time.sleep(0.0005)
        return tile, self.cpu() - before, response


class Peer(Engine):
    def __init__(self, name, spec, data):
        super().__init__(
            name, ["/usr/bin/python3", HERE / "peers.py", spec, data], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{name}: does not start; run {HERE / 'peers.py'} {spec} {data} to see why")
        self.connection = http.client.HTTPConnection("127.0.0.1", int(line))

    def draw(self, tile):
        picture, spent, response = self.fetch("/%d/%d/%d" % tile)
        return Answer(picture, spent, float(response.headers["X-Draw-Seconds"]))


class Server(Engine):
    """`worksmap serve` without its cache of tiles, for HTTP, beside `atlas-bench draw` for what happens in process."""

    def __init__(self, name, database, tileset="bench"):
        super().__init__(
            name, [PROGRAM, "serve", "--database", database, "--port", 0, "--styles", STYLES, "--tile-cache", 0,
                   "--log-level", "warning"],
            stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if found := re.search(r"open at http://127\.0\.0\.1:(\d+)/", line):
                break
        else:
            raise SystemExit(f"{PROGRAM} serve: ended with {self.process.wait()}")
        self.tileset = tileset
        self.connection = http.client.HTTPConnection("127.0.0.1", int(found[1]))
        self.worker = subprocess.Popen(
            [BENCH, "draw", database, STYLES, tileset], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def draw(self, tile):
        picture, spent, _ = self.fetch("/tiles/%s/%d/%d/%d.png" % (self.tileset, *tile))
        self.worker.stdin.write(b"%d %d %d\n" % tile)
        self.worker.stdin.flush()
        seconds, count = self.worker.stdout.readline().split()
        if self.worker.stdout.read(int(count)) != picture:
            raise SystemExit(f"{self.name}: {tile}: over HTTP another picture than in process")
        return Answer(picture, spent, float(seconds))

    def close(self):
        self.worker.stdin.close()
        self.worker.wait()
        super().close()


def load(database, data):
    """Makes our store of the bench data, unless it is there; seconds it took, or None."""
    if database.exists():
        return None
    started = time.perf_counter()
    for suffix in ("", "-wal", "-shm"):
        pathlib.Path(f"{database}{suffix}").unlink(missing_ok=True)
    partial = database.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    subprocess.run([PROGRAM, "init", "--database", partial], check=True, stdout=sys.stderr)
    for file, layer in (("outages", "outages"), ("roadworks", "road_repairs"), ("incidents", "hazards")):
        if (data / f"{file}.geojson").exists():
            subprocess.run(
                [PROGRAM, "import", data / f"{file}.geojson", "--as", layer, "--mapping", HERE / "works.yaml",
                 "--source", f"bench-{file}", "--database", partial],
                check=True, stdout=sys.stderr)
    partial.rename(database)
    return time.perf_counter() - started
