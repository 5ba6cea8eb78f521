"""The proxy's files: nginx takes them, and each face has a host name of its own."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.pages import ROOT

NGINX = ROOT / "deploy/nginx"


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    for name in ("console", "portal"):
        made = ["-keyout", str(tmp_path / f"{name}.key"), "-out", str(tmp_path / f"{name}.crt"), "-days", "2"]
        words = ["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", f"/CN={name}", *made]
        subprocess.run(words, check=True, capture_output=True)
    return tmp_path


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")
@pytest.mark.parametrize("upstreams", ["upstreams.conf", "upstreams-compose.conf"])
def test_nginx_takes_the_files(certificates: Path, upstreams: str) -> None:
    ours = (NGINX / "ngatu.conf").read_text().replace("/etc/ngatu/tls", str(certificates))
    ours = ours.replace("/var/log/nginx", str(certificates))
    (certificates / "ngatu.conf").write_text(ours)
    whole = certificates / "nginx.conf"
    includes = f"include {NGINX / upstreams}; include {certificates / 'ngatu.conf'};"
    whole.write_text(f"pid {certificates}/pid;\nevents {{}}\nhttp {{ access_log off; {includes} }}\n")
    words = ["nginx", "-t", "-q", "-e", str(certificates / "error.log"), "-c", str(whole)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_each_face_has_a_name_of_its_own() -> None:
    text = (NGINX / "ngatu.conf").read_text()
    assert text.count("server_name ") == 2
    for wanted in ("Host $host", "X-Forwarded-For $remote_addr", "X-Forwarded-Proto https"):
        assert f"proxy_set_header {wanted};" in text


def test_the_log_has_no_code_of_an_owner() -> None:
    """The QR code of a notice leads to `/?c=CODE`: what follows the question mark is not logged."""
    text = (NGINX / "ngatu.conf").read_text()
    (form,) = re.findall(r"^log_format ngatu (.+);$", text, re.MULTILINE)
    logged = {"remote_addr", "time_local", "request_method", "uri", "status", "body_bytes_sent"}
    assert set(re.findall(r"\$(\w+)", form)) == logged
    _, *servers = text.split("server {")
    for line in ("access_log /var/log/nginx/access.log ngatu;", "error_log /var/log/nginx/error.log crit;"):
        assert [line in server for server in servers] == [True] * 3
