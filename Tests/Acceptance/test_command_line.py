"""What the program says to people who ask for what cannot be had."""
import os
import subprocess

import pytest
from conftest import PROGRAM


@pytest.mark.parametrize("option", ["--port=65536", "--port=-1", "--max-queue=-1", "--deadline-tiles=2"])
def test_a_service_is_not_started_with_a_number_that_means_nothing(worksmap, demo_database, option):
    answer = worksmap("serve", "--database", demo_database, option, check=False, timeout=60)
    assert answer.returncode == 64
    assert option.split("=")[0] in answer.stderr


@pytest.mark.parametrize("host, reason", [("127.0.0.1", "Address already in use"), ("192.0.2.1", "Cannot assign"),
                                          ("host.invalid", "no such host")])
def test_a_service_that_cannot_listen_says_where_and_why(worksmap, service, demo_database, host, reason):
    port = service.url.rsplit(":", 1)[1]
    answer = worksmap("serve", "--database", demo_database, "--host", host, "--port", port, check=False, timeout=60)
    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1].startswith(f"worksmap: cannot listen on {host}, port {port}: {reason}")
    assert " error " not in answer.stderr


def test_refused_rows_of_an_input_without_a_folder_go_to_the_current_one(worksmap, tmp_path):
    worksmap("init", "--database", tmp_path / "city.sqlite")
    rows = "id,lon,lat,category\na,37.6,55.7,pothole\nb,999,1,pothole\n"
    read, write = os.pipe()
    os.write(write, rows.encode())
    os.close(write)
    answer = subprocess.run(
        [PROGRAM, "import", f"/dev/fd/{read}", "--as", "hazards", "--source", "pipe", "--database", "city.sqlite"],
        cwd=tmp_path, capture_output=True, text=True, pass_fds=[read], timeout=60)
    os.close(read)
    assert answer.returncode == 2, answer.stderr
    assert f"the refused rows are in {read}.refused.csv" in answer.stderr
    assert len((tmp_path / f"{read}.refused.csv").read_text().splitlines()) == 2


@pytest.mark.parametrize("arguments, reason", [
    (["23/0/0"], "23/0/0: no tile has this address"), (["a/b/c"], "a/b/c: no tile has this address"),
    (["0/0/0", "--tileset", "nope"], "there is no tileset `nope`; there are basemap, works,"),
    (["0/0/0", "--tileset", ","], "--tileset names none"),
    (["0/0/0", "--size", "10x10"], "--size is for a --bbox"), (["--bbox", "1,2,3,4"], "a picture needs a --size"),
    (["--bbox", "1,2,3,4", "--size", "8193x1"], "up to 8192 each"), ([], "a tile z/x/y or a --bbox")])
def test_a_picture_that_nobody_can_have_asked_for_is_bad_usage(worksmap, demo_database, arguments, reason):
    answer = worksmap("render", "--database", demo_database, *arguments, check=False, timeout=60)
    assert answer.returncode == 64 and answer.stdout == ""
    assert reason in answer.stderr


WRITERS = {"render": ["render", "0/0/0", "-o"], "export": ["export", "schools", "-o"],
           "hotspots": ["hotspots", "--near", "schools", "--within", "300", "-o"]}


@pytest.mark.parametrize("command", WRITERS.values(), ids=WRITERS.keys())
def test_a_file_that_cannot_be_written_is_told_in_one_line_and_leaves_nothing(worksmap, demo_database, tmp_path, command):
    taken = tmp_path / "taken"
    taken.mkdir()
    for target, reason in [(tmp_path / "none/picture", "No such file or directory"), (taken, "Is a directory")]:
        answer = worksmap(*command, target, "--database", demo_database, check=False, timeout=60)
        assert answer.returncode == 1
        assert answer.stderr.startswith(f"worksmap: {target}") and answer.stderr.endswith(f": cannot be written: {reason}\n")
    assert list(tmp_path.rglob("*")) == [taken]


@pytest.mark.parametrize("command", WRITERS.values(), ids=WRITERS.keys())
def test_links_are_followed_and_pipes_are_written_to_as_they_are(worksmap, demo_database, tmp_path, command):
    target, link, pipe = (tmp_path / name for name in ("target", "link", "pipe"))
    target.write_text("old")
    link.symlink_to(target)
    worksmap(*command, link, "--database", demo_database, timeout=60)
    assert link.is_symlink() and target.stat().st_size > 100
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        worksmap(*command, pipe, "--database", demo_database, timeout=60)
        assert len(reader.stdout.read()) == pytest.approx(target.stat().st_size, rel=0.01)
    assert pipe.is_fifo()
    assert {path.name for path in tmp_path.iterdir()} == {"target", "link", "pipe"}


@pytest.mark.parametrize("command", [["render", "0/0/0"], ["export", "schools"], ["report", "districts"],
                                     ["hotspots", "--near", "schools", "--within", "300"]], ids=lambda c: c[0])
def test_a_full_disk_behind_standard_output_is_told(demo_database, command):
    with open("/dev/full", "wb") as full:
        answer = subprocess.run([PROGRAM, *command, "--database", demo_database], stdout=full, stderr=subprocess.PIPE,
                                text=True, timeout=60)
    assert answer.returncode == 1
    assert answer.stderr == "worksmap: standard output: cannot be written: No space left on device\n"
