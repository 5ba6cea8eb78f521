#!/usr/bin/env python3
"""Installs Ngã Tư from a signed bundle, on a machine that reaches no registry. Needs Python 3.11 and openssl.

    python3 install.py BUNDLE --key CENTRE_KEY [--into /opt/ngatu] [--extra central]

CENTRE_KEY is what `ngatu central key init` printed. Take it and this file by another way than the bundle: who
can alter the bundle could alter them too. Nothing is installed of a bundle that is not signed with that key,
in which a file was altered or is missing, or that holds a file nobody signed.

The programme goes into a folder of its own beside INTO; only when it has passed its self-test (golden frames)
does INTO, a link, point to it. So a version that does not see on this machine changes nothing, and the one
before stays for going back: `ln -sfn OLD INTO`.
"""

import argparse
import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SIGNED = "bundle.jws"
ED25519 = bytes.fromhex("302a300506032b6570032100")  # what X.509 puts before the 32 bytes of a key
REFUSED = 2


def refuse(words: str) -> None:
    """Ends with a sentence."""
    sys.stderr.write(f"✗ {words}\n")
    sys.exit(REFUSED)


def unpadded(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def is_signed(token: str, key: str) -> bool:
    """Whether the compact JWS is this key's, by openssl."""
    signing_input, _, signature = token.rpartition(".")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "key").write_bytes(ED25519 + unpadded(key))
        (folder / "input").write_bytes(signing_input.encode())
        (folder / "signature").write_bytes(unpadded(signature))
        words = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", folder / "key"]
        files = ["-rawin", "-in", folder / "input", "-sigfile", folder / "signature"]
        return subprocess.run([*words, *files], capture_output=True).returncode == 0


def checked(bundle: Path, key: str) -> dict:
    """What the bundle says of itself, if all of it is as it was signed."""
    try:
        token = (bundle / SIGNED).read_text(encoding="ascii")
        header, payload = (json.loads(unpadded(part)) for part in token.split(".")[:2])
        signed = header.get("alg") == "Ed25519" and is_signed(token, key)
    except (OSError, ValueError):
        signed = False
    if not signed:
        refuse(f"{bundle} is not signed with this key: nothing of it is installed")
    if payload["kind"] != "software":
        refuse(f"{bundle} is a bundle of {payload['kind']}")
    found = {str(p.relative_to(bundle)) for p in bundle.rglob("*") if p.is_symlink() or not p.is_dir()} - {
        SIGNED
    }
    for strange in sorted(found ^ set(payload["files"])):
        refuse(f"{strange} is missing or not in the signed list")
    for path, sha256 in payload["files"].items():
        if (bundle / path).is_symlink() or hashlib.sha256((bundle / path).read_bytes()).hexdigest() != sha256:
            refuse(f"{path} is not what was signed")
    return payload


def install(bundle: Path, place: Path, extras: list[str]) -> None:
    """A virtual environment with the wheels of the bundle, and of nowhere else."""
    (wheel,) = (bundle / "wheels").glob("ngatu-*.whl")
    wanted = f"{wheel}[{','.join(extras)}]" if extras else str(wheel)
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    words = [place / "bin/pip", "install", "--quiet", "--no-index", "--find-links", bundle / "wheels", wanted]
    subprocess.run(words, check=True, env={**os.environ, "PIP_CONFIG_FILE": os.devnull})


def main() -> None:
    """Checks, installs beside, tests, switches."""
    parser = argparse.ArgumentParser(description="Installs Ngã Tư from a signed bundle.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--key", required=True, help="the centre's public key")
    parser.add_argument("--into", type=Path, default=Path("/opt/ngatu"))
    parser.add_argument("--extra", action="append", default=[], help="central, metrics, setup")
    asked = parser.parse_args()
    payload = checked(asked.bundle, asked.key)
    place = asked.into.with_name(f"{asked.into.name}-{payload['name']}")
    if place.exists():
        refuse(f"{place} is there already: remove it if it is a leftover")
    if asked.into.exists() and not asked.into.is_symlink():
        refuse(f"{asked.into} is a folder: move it to {asked.into}-OLD and link it, then begin again")
    try:
        install(asked.bundle, place, asked.extra)
        subprocess.run([place / "bin/ngatu", "edge", "self-test"], check=True)
    except subprocess.CalledProcessError as problem:
        shutil.rmtree(place, ignore_errors=True)
        refuse(f"{problem.cmd[0]} failed: {asked.into} is as it was")
    fresh = asked.into.with_name(f".{asked.into.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(place)
    fresh.replace(asked.into)
    sys.stdout.write(f"✓ {asked.into} is {payload['name']}\n")


if __name__ == "__main__":
    main()
