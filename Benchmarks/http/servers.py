"""The servers that are measured, each on the loopback address, ended by its process id, with the CPU time of all that it started."""
import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PROGRAM = pathlib.Path(os.environ.get("WORKSMAP", ROOT / ".build/release/worksmap"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children(process):
    """The process and all that it started."""
    found, waiting = [], [process]
    while waiting:
        process = waiting.pop()
        found.append(process)
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{process}/task"):
                waiting += map(int, pathlib.Path(f"/proc/{process}/task/{thread}/children").read_text().split())
    return found


class Server:
    """A process that answers on a port."""

    def __init__(self, name, command, port, **options):
        self.name, self.port = name, port
        self.process = subprocess.Popen(list(map(str, command)), **options)
        for _ in range(200):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        self.close()
        raise SystemExit(f"{name}: does not answer; {' '.join(map(str, command))}")

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def get(self, path, headers=None):
        with urllib.request.urlopen(urllib.request.Request(self.url(path), headers=headers or {}), timeout=60) as answer:
            return answer.headers, answer.read()

    def cpu(self):
        """CPU seconds so far, to the nanosecond (/proc/PID/stat counts in ticks of 10 ms)."""
        spent = 0
        for process in children(self.process.pid):
            with contextlib.suppress(OSError):
                for thread in os.listdir(f"/proc/{process}/task"):
                    with contextlib.suppress(OSError):
                        spent += int(pathlib.Path(f"/proc/{process}/task/{thread}/schedstat").read_text().split()[0])
        return spent * 1e-9

    def memory(self, part="VmRSS"):
        """MiB of the process itself."""
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(part + r":\s+(\d+)", text).group(1)) / 1024

    def close(self):
        for process in reversed(children(self.process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def worksmap(database, *options, name="worksmap"):
    port = free_port()
    return Server(
        name, [PROGRAM, "serve", "--database", database, "--port", port, "--log-level", "warning", *options], port,
        stderr=subprocess.DEVNULL)


def constant(octets, folder):
    """Hummingbird with the octets of a file in memory."""
    (folder / "constant.png").write_bytes(octets)
    port = free_port()
    return Server("Hummingbird, a constant", [PROGRAM.parent / "constant-server", folder / "constant.png", port], port)


NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log warn;
events {{ worker_connections 1024; }}
http {{
  types {{ image/png png; }} access_log off; sendfile on; tcp_nopush on; tcp_nodelay on;
  keepalive_requests 1000000; open_file_cache max=100 inactive=60s;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  fastcgi_buffers 16 64k; fastcgi_buffer_size 64k; fastcgi_keep_conn on;
  upstream mapserver {{ server unix:{folder}/mapserver.sock; keepalive 8; }}
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location / {{ root {folder}/static; }}
    location /mapserv {{ include /etc/nginx/fastcgi_params; fastcgi_pass mapserver; }}
  }}
}}
"""


def nginx(folder, octets=None):
    """One worker with a static file, and a gateway to MapServer."""
    (folder / "static").mkdir(exist_ok=True)
    if octets is not None:
        (folder / "static/constant.png").write_bytes(octets)
    port = free_port()
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
    # The worker runs as another user.
    for place in (folder, folder / "static"):
        place.chmod(0o755)
    return Server("nginx, a file", ["nginx", "-c", folder / "nginx.conf", "-p", folder], port)


PYGEOAPI = """
server: {{bind: {{host: 127.0.0.1, port: {port}}}, url: "http://127.0.0.1:{port}", mimetype: application/json, encoding: utf-8,
  language: en-US, gzip: false, cors: false, pretty_print: false, limits: {{default_items: 1000, max_items: 10000}},
  map: {{url: "http://127.0.0.1/{{z}}/{{x}}/{{y}}.png", attribution: none}}, admin: false}}
logging: {{level: ERROR}}
metadata:
  identification: {{title: works, description: works, keywords: [works], keywords_type: theme, terms_of_service: none, url: "http://127.0.0.1"}}
  license: {{name: none, url: "http://127.0.0.1"}}
  provider: {{name: none, url: "http://127.0.0.1"}}
  contact: {{name: none, position: none, address: none, city: none, stateorprovince: none, postalcode: "0", country: none,
    phone: "0", fax: "0", email: none@localhost, url: "http://127.0.0.1", hours: none, instructions: none, role: pointOfContact}}
resources:
"""
PYGEOAPI_COLLECTION = """
  {table}:
    type: collection
    title: {table}
    description: {table}
    keywords: [works]
    links: []
    extents: {{spatial: {{bbox: [-180, -90, 180, 90], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}}}
    providers: [{{type: feature, name: SQLiteGPKG, data: "{database}", id_field: {identifier}, table: {table}}}]
"""


def pygeoapi(folder, database, tables, identifier):
    """pygeoapi with its SQLite provider under gunicorn, one worker."""
    port = free_port()
    settings = folder / "pygeoapi.yml"
    settings.write_text(PYGEOAPI.format(port=port) + "".join(
        PYGEOAPI_COLLECTION.format(table=table, database=database, identifier=identifier) for table in tables))
    surroundings = {**os.environ, "PYGEOAPI_CONFIG": str(settings), "PYGEOAPI_OPENAPI": str(folder / "openapi.yml"),
                    "SPATIALITE_LIBRARY_PATH": "mod_spatialite"}
    programs = pathlib.Path(sys.executable).parent
    subprocess.run([programs / "pygeoapi", "openapi", "generate", settings, "--output-file", folder / "openapi.yml"],
                   check=True, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return Server(
        "pygeoapi", [programs / "gunicorn", "-w", 1, "-b", f"127.0.0.1:{port}", "--log-level", "error", "pygeoapi.flask_app:APP"],
        port, env=surroundings, cwd=folder)


MAPFILE = """
MAP NAME "works" SIZE 256 256 EXTENT -180 -90 180 90 UNITS DD PROJECTION "init=epsg:4326" END
OUTPUTFORMAT NAME "geojson" DRIVER "OGR/GEOJSON" MIMETYPE "application/json" FORMATOPTION "STORAGE=memory"
  FORMATOPTION "FORM=SIMPLE" FORMATOPTION "LCO:COORDINATE_PRECISION=7" END
WEB METADATA "ows_title" "works" "ows_onlineresource" "http://127.0.0.1/mapserv" "wfs_enable_request" "*" "ows_srs" "EPSG:4326"
  "wfs_getfeature_formatlist" "geojson" "wfs_maxfeatures" "10000" END END
{layers}
END
"""
MAPFILE_LAYER = """
LAYER NAME "{table}" TYPE {type} STATUS ON CONNECTIONTYPE OGR CONNECTION "{database}" DATA "{table}"
  PROCESSING "CLOSE_CONNECTION=DEFER" PROJECTION "init=epsg:4326" END TEMPLATE "x.html"
  METADATA "ows_title" "{table}" "gml_include_items" "all" "gml_featureid" "{identifier}" "wfs_getfeature_formatlist" "geojson"
    "wfs_use_default_extent_for_getfeature" "false" END END
"""


class MapServer:
    """MapServer's WFS as FastCGI behind nginx, one process; what is counted is MapServer's own CPU time."""

    name = "MapServer WFS"

    def __init__(self, folder, database, tables, identifier):
        (folder / "works.map").write_text(MAPFILE.format(layers="".join(
            MAPFILE_LAYER.format(table=table, type=kind, database=database, identifier=identifier) for table, kind in tables.items())))
        (folder / "mapserver.conf").write_text(f'CONFIG\n ENV\n END\n MAPS\n  WORKS "{folder}/works.map"\n END\nEND\n')
        (folder / "mapserver.sock").unlink(missing_ok=True)
        self.gateway = nginx(folder)
        self.process = subprocess.Popen(
            ["spawn-fcgi", "-n", "-s", folder / "mapserver.sock", "-M", "0666", "--", "/usr/lib/cgi-bin/mapserv"],
            env={**os.environ, "MAPSERVER_CONFIG_FILE": str(folder / "mapserver.conf")}, stderr=subprocess.DEVNULL)
        time.sleep(0.5)

    url = property(lambda self: self.gateway.url)
    get = property(lambda self: self.gateway.get)
    cpu = Server.cpu

    def close(self):
        self.gateway.close()
        # mapserv looks at SIGTERM only when the next request comes.
        self.process.kill()
        self.process.wait()
