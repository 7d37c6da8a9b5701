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
