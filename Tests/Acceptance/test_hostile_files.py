"""Files that a stranger made to get at what is not in them, or to bring the program down."""
import ctypes
import json
import os
import pathlib
import platform
import shutil
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib

import pytest

from conftest import PROGRAM, ROOT, run

SECRET = "topsecret"


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "city.sqlite"
    run("init", "--database", path)
    return path


@pytest.fixture
def secret(tmp_path):
    folder = tmp_path / "others"
    folder.mkdir()
    path = folder / "secret.txt"
    path.write_text("".join(f"{SECRET}{n}:x:{n}\n" for n in range(20)))
    return path


def hostile(path, statement, table="works", kind="table"):
    """A database whose schema holds a statement that was never run."""
    base = sqlite3.connect(path, isolation_level=None)
    base.execute("CREATE TABLE honest(id INTEGER PRIMARY KEY, title TEXT)")
    base.execute("PRAGMA writable_schema = ON")
    base.execute("INSERT INTO sqlite_master VALUES(?, ?, ?, 0, ?)", (kind, table, table, statement))
    base.close()
    return path


def imported(path, database, *options, **settings):
    return run("import", path, "--as", "hazards", "--database", database, *options, check=False, **settings)


def features(database):
    return json.loads(run("export", "hazards", "--database", database, "--format", "geojson").stdout)["features"]


def assert_refused(answer, database, *words):
    assert answer.returncode == 1, answer.stderr
    assert SECRET not in answer.stdout + answer.stderr
    for word in words:
        assert word in answer.stderr, answer.stderr
    assert features(database) == []


# What leads out of a file


@pytest.mark.parametrize("name", ["one.sqlite", "one.db", "one", "one.gpkg", "one.SQLITE"])
def test_a_virtual_table_over_a_file_of_the_host_is_refused_by_name(database, secret, tmp_path, name):
    file = hostile(tmp_path / name, f"CREATE VIRTUAL TABLE works USING VirtualText('{secret}',UTF-8,0,POINT,NONE,':')")
    assert_refused(imported(file, database), database, name, "“works”", "virtual table (VirtualText)", "GeoPackage or GeoJSON")


@pytest.mark.parametrize("archive", ["one.zip", "one"])
def test_a_virtual_table_in_an_archive_is_refused_by_name(database, secret, tmp_path, archive):
    file = hostile(tmp_path / "in.sqlite", f"CREATE VIRTUAL TABLE works USING VirtualText('{secret}',UTF-8,0,POINT,NONE,':')")
    with zipfile.ZipFile(tmp_path / archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(file, "folder/data")
    assert_refused(imported(tmp_path / archive, database), database, "folder/data", "virtual table (VirtualText)")


def test_our_own_database_is_not_published_by_a_table_that_shows_it(database, tmp_path):
    statement = f"CREATE VIRTUAL TABLE works USING VirtualOGR('{database}', 0, 'pending_reports')"
    assert_refused(imported(hostile(tmp_path / "one.sqlite", statement), database), database, "virtual table (VirtualOGR)")


def test_nothing_asks_a_server(database, tmp_path):
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    address = "127.0.0.1:%d" % server.getsockname()[1]
    files = {
        "a.gml": f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/http://{address}/a</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>',
        "b.xml": f"<OGRWFSDataSource><URL>http://{address}/wfs</URL></OGRWFSDataSource>",
        "c.gml": f'<!DOCTYPE a SYSTEM "http://{address}/a.dtd"><ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://ogr.maptools.org/ http://{address}/a.xsd" xmlns:gml="http://www.opengis.net/gml"><gml:featureMember/></ogr:FeatureCollection>',
        "d.kml": f'<kml xmlns="http://www.opengis.net/kml/2.2"><NetworkLink><Link><href>http://{address}/a.kml</href></Link></NetworkLink></kml>',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        imported(tmp_path / name, database)
    statement = f"CREATE VIRTUAL TABLE works USING VirtualOGR('/vsicurl?proxy=&url=http://{address}/a.geojson')"
    imported(hostile(tmp_path / "e.sqlite", statement), database)
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as packed:
        packed.write(tmp_path / "a.gml", "a.gml")
    imported(tmp_path / "f.zip", database)
    for name in (f"/vsicurl/http://{address}/a.gpkg", f"http://{address}/a.gpkg", f"WFS:http://{address}/"):
        assert imported(name, database).returncode == 1
    with pytest.raises(TimeoutError):
        server.accept()


@pytest.mark.parametrize("layer", ["-sql", "--config", "--version", "-oo", "--help-general"])
@pytest.mark.parametrize("others", [[], ["other"]])
def test_a_layer_called_like_an_option_is_a_layer(database, tmp_path, layer, others):
    base = sqlite3.connect(tmp_path / "one.sqlite")
    for table in [layer, *others]:
        base.execute(f'CREATE TABLE "{table}"(source_id TEXT, title TEXT, category TEXT, status TEXT, reported_at TEXT)')
        base.execute(f'INSERT INTO "{table}" VALUES(1, ?, "pothole", "accepted", "2026-11-02T08:00:00Z")', (table,))
    base.commit()
    base.close()
    choice = [f"--input-layer={layer}"] if others else []
    answer = imported(tmp_path / "one.sqlite", database, *choice)
    assert answer.returncode == 0, answer.stderr
    assert [feature["properties"]["title"] for feature in features(database)] == [layer]


# Where nothing confines


def landlock_missing():
    """In a child: the kernel has no Landlock from here on."""
    allow, refuse = 0x7FFF0000, 0x00050000 | 38
    number = [(0x20, 0, 0, 0)]
    program = number + [(0x15, 0, 1, call) if even else (0x06, 0, 0, refuse) for call in (444, 445, 446) for even in (1, 0)]
    program.append((0x06, 0, 0, allow))
    code = b"".join(struct.pack("HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code, len(code))

    class Filter(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("lines", ctypes.c_void_p)]

    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, ctypes.byref(Filter(len(program), ctypes.addressof(buffer))), 0, 0) == 0


@pytest.fixture
def package(tmp_path):
    path = tmp_path / "works.gpkg"
    work = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [9.52, 47.14]},
            "properties": {"source_id": "a1", "title": "Loch", "category": "pothole", "status": "accepted",
                           "reported_at": "2026-11-02T08:00:00Z"}}
    (tmp_path / "works.geojsonl").write_text(json.dumps(work))
    subprocess.run(["ogr2ogr", "-f", "GPKG", path, tmp_path / "works.geojsonl"], check=True)
    return path


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the filter that hides Landlock knows this machine only")
def test_without_landlock_bubblewrap_confines_and_without_both_foreign_formats_are_refused(database, package, tmp_path):
    bare = tmp_path / "bin"
    bare.mkdir()
    for name in ("ogr2ogr", "ogrinfo"):
        (bare / name).symlink_to(shutil.which(name))
    environment = {**os.environ, "PATH": str(bare)}
    refused = imported(package, database, env=environment, preexec_fn=landlock_missing)
    assert_refused(refused, database, "--allow-unconfined-converter", "bubblewrap", "Landlock", "works.gpkg")
    allowed = imported(
        package, database, "--allow-unconfined-converter", env=environment, preexec_fn=landlock_missing)
    assert allowed.returncode == 0 and len(features(database)) == 1, allowed.stderr
    again = imported(package, database, env=environment)
    assert again.returncode == 0, "with Landlock: " + again.stderr
    if shutil.which("bwrap") and subprocess.run(["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]).returncode == 0:
        wrapped = imported(package, database, preexec_fn=landlock_missing)
        assert wrapped.returncode == 0, wrapped.stderr


@pytest.fixture
def open_folder():
    """A folder that everybody can reach, as those of pytest are not."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield pathlib.Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_user_without_rights_in_a_hardened_unit_imports_too(package, open_folder):
    folder = open_folder
    shutil.copy(package, folder / "works.gpkg")
    (folder / "works.gpkg").chmod(0o644)
    program = shutil.copy(PROGRAM, folder / "worksmap")
    home = folder / "home"
    home.mkdir()
    os.chown(home, 65534, 65534)

    def command(*arguments):
        return subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", "--bounding-set=-all",
             "--inh-caps=-all", program, *arguments, "--database", home / "city.sqlite"], capture_output=True, text=True,
            cwd=home, env={**os.environ, "TMPDIR": str(home), "WORKSMAP_RESOURCES": str(folder)})

    for name in ("geodata", "tiles"):
        shutil.copytree(ROOT / name, folder / name)
    made = command("init")
    assert made.returncode == 0, made.stderr
    answer = command("import", folder / "works.gpkg", "--as", "hazards")
    assert answer.returncode == 0, answer.stderr


# Records without an end


MEBIBYTE = 1 << 20


def bomb(path, head, unit, count):
    """A gzip file of `head`, then `count` times `unit`: the compressed unit is made once."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    middle = packer.compress(unit) + packer.flush(zlib.Z_FULL_FLUSH)
    with open(path, "wb") as file:
        file.write(b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + start)
        for _ in range(count):
            file.write(middle)
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        file.write(packer.flush(zlib.Z_FINISH))
        checksum = zlib.crc32(head)
        for _ in range(count):
            checksum = zlib.crc32(unit, checksum)
        file.write(struct.pack("<II", checksum, (len(head) + len(unit) * count) & 0xFFFFFFFF))


def peak(*arguments):
    """Status, errors and the most memory of a run, in mebibytes."""
    answer = subprocess.run([sys.executable, "-c", WATCH, PROGRAM, *map(str, arguments)], capture_output=True, text=True)
    status, kibibytes = answer.stdout.split()
    return int(status), answer.stderr, int(kibibytes) / 1024


# A process begins with the most memory of the one that it was forked from, which is much after hours of tests: a small one stands between.
WATCH = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""


POINT = '"geometry":{"type":"Point","coordinates":[9.5,47.1]}'
ENDLESS = {
    "one.geojson.gz": ('{"type":"FeatureCollection","features":[\n{"type":"Feature",%s,"properties":{"title":"' % POINT, "x"),
    "one.geojsonl.gz": ('{"type":"Feature",%s,"properties":{}}\n{"type":"Feature",%s,"properties":{"title":"' % (POINT, POINT), "x"),
    "coordinates.geojson.gz": ('{"type":"FeatureCollection","features":[\n{"type":"Feature","geometry":{"type":"LineString","coordinates":[', "[9.5,47.1],"),
    "empty.json.gz": ('[{"a":[', "[],"),
    "members.geojson.gz": ('{"type":"FeatureCollection","features":[],"name":"', "x"),
    "before.geojson.gz": ('{"type":"FeatureCollection","name":"', "x"),
    "string.json.gz": ('"', "x"),
    "field.csv.gz": ('source_id,title\n1,"', "x"),
    "line.csv.gz": ("source_id,title\n1,", "x"),
    "header.csv.gz": ("source_id", "x"),
    "fields.csv.gz": ("source_id,title\n1", ","),
    "columns.csv.gz": ("source_id", ",a"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_record_without_an_end_is_refused_by_file_and_place_in_little_memory(database, tmp_path, name):
    head, unit = ENDLESS[name]
    unit = unit.encode() * (MEBIBYTE // len(unit))
    bomb(tmp_path / name, head.encode(), unit, 1500)
    status, errors, memory = peak("import", tmp_path / name, "--as", "hazards", "--database", database)
    assert status == 1 and name in errors, errors
    assert "64 MiB" in errors or "65536 fields" in errors, errors
    assert "line " in errors, errors
    assert memory < 300, f"{memory} MiB: {errors}"
    assert features(database) == []


def test_a_record_just_below_the_limit_does_not_take_many_times_its_length(database, tmp_path):
    head = '{"type":"FeatureCollection","features":[\n{"type":"Feature",%s,"properties":{"a":[' % POINT
    bomb(tmp_path / "one.geojson.gz", head.encode(), b"[]," * (MEBIBYTE // 3), 62)
    with open(tmp_path / "one.geojson.gz", "ab") as file:
        tail = b"1]}}]}"
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        file.write(packer.compress(tail) + packer.flush())
    status, errors, memory = peak("import", tmp_path / "one.geojson.gz", "--as", "hazards", "--database", database)
    assert status == 2 and "more values than are read at once" in errors, errors
    assert memory < 700, f"{memory} MiB"


def test_any_number_of_records_flows_through(database, tmp_path):
    line = '{"type":"Feature",%s,"properties":{"title":"A","note":"%s"}}\n' % (POINT, "x" * 100_000)
    bomb(tmp_path / "many.geojsonl.gz", b"", line.encode() * 10, 400)
    status, errors, memory = peak(
        "import", tmp_path / "many.geojsonl.gz", "--as", "hazards", "--dry-run", "--database", database)
    assert status in (0, 2), errors
    assert memory < 300, f"{memory} MiB"
