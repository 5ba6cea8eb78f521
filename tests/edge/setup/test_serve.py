"""The command: it prints an address that opens the page, and ends when it is told."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx

COMMAND = [sys.executable, "-m", "ngatu", "edge", "setup"]


def test_the_printed_address_opens_the_page_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    command = [*COMMAND, str(tmp_path / "cameras"), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", running.stderr.readline())
        assert found is not None
        with httpx.Client(follow_redirects=True) as browser:
            assert "Thêm camera" in browser.get(found[0]).text
        running.send_signal(signal.SIGINT)
        assert running.wait(30) in (0, 130, -signal.SIGINT)
    assert (tmp_path / "cameras").is_dir()


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "node.yaml").write_text("id: n\n", encoding="utf-8")
    done = subprocess.run(
        [*COMMAND, str(tmp_path / "node.yaml")], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert "give the folder" in done.stderr
