"""The owner's copies and the proofs of their origin in one ZIP, and its offline verification."""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from central.copies.statement import CopyStatement
from contract.canonical import read_json, sha256_hex
from contract.signing import PublicKey, SignatureError, payload_of, verify

README = """Hình ảnh vi phạm kèm chữ ký điện tử — evidence with electronic signatures

files/        bản sao hình ảnh, đoạn phim dành cho chủ xe (biển số xe khác, khuôn mặt đã che)
              the owner's copies (plates of other vehicles and faces hidden)
seals.json    chữ ký của thiết bị ("manifest") và của trung tâm ("statement", cho từng tệp), JWS Ed25519
              the signatures: of the camera's node ("manifest") and of the centre ("statement", one a file)

Kiểm tra — to check:
  1. sha256sum files/*   phải bằng "masked" trong statement — must equal "masked" in the statement
  2. hoặc dùng phần mềm — or with the programme:  ngatu central copy check THIS.zip
  3. hoặc mở lại trang web bằng trình duyệt hỗ trợ Ed25519 — or in a browser that knows Ed25519
"""


class CopyCheckError(Exception):
    """The package does not match its signatures; the message says what doesn't fit."""


def write_package(target: Path, seals: Mapping[str, Any], files: Mapping[str, Path]) -> None:
    """Writes the ZIP: `seals` as the portal shows them, `files` by name."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as package:
        package.writestr("README.txt", README)
        package.writestr("seals.json", json.dumps(seals, indent=1, ensure_ascii=False))
        for name, path in files.items():
            package.write(path, f"files/{name}")


def check_package(path: Path, centre_key: str | None = None, node_key: str | None = None) -> int:
    """Checks a package; returns how many files are proved genuine. If keys are given, only those are trusted.

    Raises:
        CopyCheckError: the first mismatch.
    """
    try:
        with zipfile.ZipFile(path) as package:
            seals = read_json(package.read("seals.json"))
            hashes = {
                name.removeprefix("files/"): hashlib.sha256(package.read(name)).hexdigest()
                for name in package.namelist()
                if name.startswith("files/")
            }
        return _check(seals, hashes, centre_key, node_key)
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError) as problem:
        raise CopyCheckError(f"{path}: {problem}") from problem


def _check(
    seals: dict[str, Any], hashes: dict[str, str], centre_key: str | None, node_key: str | None
) -> int:
    manifest = read_json(_signed(seals["manifest"], seals["node_key"], node_key))
    originals = {file["name"]: file["sha256"] for file in manifest["files"]}
    manifest_sha256 = sha256_hex(payload_of(seals["manifest"]))
    for file in seals["files"]:
        name = file["name"]
        words = _signed(file["statement"], file["centre_key"], centre_key)
        statement = CopyStatement.model_validate_json(words)
        fits = {
            "name": statement.name == name,
            "content": statement.masked == hashes.pop(name, None),
            "original": statement.original == originals.get(name),
            "manifest": statement.manifest == manifest_sha256,
        }
        wrong = [what for what, right in fits.items() if not right]
        if wrong:
            raise CopyCheckError(f"{name}: {', '.join(wrong)} not as signed")
    if hashes:
        raise CopyCheckError(f"{sorted(hashes)[0]}: no statement for it")
    return len(seals["files"])


def _signed(token: str, key: str, expected: str | None) -> bytes:
    if expected is not None and key != expected:
        raise CopyCheckError(f"signed with {key}, expected {expected}")
    try:
        return verify(token, PublicKey.from_text(key))
    except SignatureError as problem:
        raise CopyCheckError(str(problem)) from problem
