"""The node's commands as a person or a script meets them, with the mistakes they make."""

import csv
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from contract.reasons import reason
from edge.cli.replay import utc
from tests.edge import road
from tests.edge.delivery.node import add, open_outbox
from tests.edge.video import clips

CAMERA = Path(str(files("configs"))) / "cameras" / "junction.yaml"
CLIP = Path(str(files("sample_videos"))) / "junction.mp4"


def ngatu(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ngatu", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, timeout=240)


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """A frame of the sample clip, as a picture."""
    import av

    with av.open(str(CLIP)) as container:
        image = next(f for i, f in enumerate(container.decode(video=0)) if i == 120).to_ndarray(
            format="bgr24"
        )
    path = tmp_path / "street.png"
    cv2.imwrite(str(path), image)
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_see_writes_the_columns_that_scripts_rely_on(street: Path, tmp_path: Path) -> None:
    out = tmp_path / "seen.csv"
    assert ngatu("see", street, "--csv", out).returncode == 0
    found = rows(out)
    assert list(found[0]) == ["file", "class", "confidence", "x1", "y1", "x2", "y2"]
    assert {row["class"] for row in found} >= {"car", "motorbike"}


def test_read_writes_the_columns_and_a_row_for_a_picture_without_plate(street: Path, tmp_path: Path) -> None:
    blank, out = tmp_path / "blank.jpg", tmp_path / "read.csv"
    cv2.imwrite(str(blank), np.full((200, 300, 3), 90, np.uint8))
    assert ngatu("read", street, blank, "--csv", out).returncode == 0
    found = rows(out)
    head = ["file", "plate", "confidence", "kind", "colour", "lines", "x1", "y1", "x2", "y2", "ms"]
    assert list(found[0]) == head
    assert [row["plate"] for row in found if row["file"] == str(blank)] == [""]


def test_riders_writes_a_row_a_motorbike_and_a_row_a_head(street: Path, tmp_path: Path) -> None:
    out, heads = tmp_path / "riders.csv", tmp_path / "heads.csv"
    assert ngatu("riders", street, "--csv", out, "--heads", heads).returncode == 0
    found, told = rows(out), rows(heads)
    columns = ["file", "x1", "y1", "x2", "y2", "people", "heads_bare", "heads_helmet", "confidence"]
    assert list(found[0]) == columns
    assert list(told[0]) == ["file", "x1", "y1", "x2", "y2", "head", "confidence"]
    assert sum(int(row["people"]) for row in found) == len(told)
    assert {row["head"] for row in told} <= {"helmet", "bare", "unsure"}
    assert ngatu("riders", street).returncode == 0


@pytest.mark.parametrize("command", ["read", "see", "riders"])
def test_what_is_no_picture_is_named_and_the_others_go_on(command: str, street: Path, tmp_path: Path) -> None:
    bad, out = tmp_path / "bad.jpg", tmp_path / "out.csv"
    bad.write_bytes(b"\x00\x01 no picture")
    done = ngatu(command, bad, tmp_path / "missing.png", street, "--csv", out)
    assert done.returncode == 1
    assert "bad.jpg: not a picture" in done.stderr
    assert "missing.png: No such file" in done.stderr
    assert {row["file"] for row in rows(out)} >= {str(street)}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty.mp4"),
        (bytes(range(256)) * 400, "not a video"),
    ],
)
def test_a_video_that_is_none_is_refused_in_words(content: bytes, message: str, tmp_path: Path) -> None:
    video = tmp_path / "empty.mp4"
    video.write_bytes(content)
    done = ngatu("replay", video, "--camera", CAMERA, cwd=tmp_path)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("stop_lines:", "stop_line:", "stop_lines"),
        ("[999.2, 347.3]", "[1999.2, 347.3]", "outside the picture"),
        ("[1148, 22, 1201, 137]", "[1148, 22, 1148, 137]", "box of no size"),
        ("head: near_right", "head: near_left", "no lamp head"),
        ("size: [1280, 720]", "size: [1280, 720", "junction.yaml"),
    ],
)
def test_a_camera_file_that_is_wrong_stops_with_its_line(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "junction.yaml"
    right = CAMERA.read_text(encoding="utf-8")
    assert old in right
    path.write_text(right.replace(old, new, 1), encoding="utf-8")
    done = ngatu("edge", "check", path)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_verify_names_the_first_failure(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(b"{}")
    done = ngatu("verify", tmp_path)
    assert done.returncode == 1
    assert "✗" in done.stderr


@pytest.mark.parametrize("command", ["read", "see", "riders"])
def test_a_result_whose_link_leads_to_itself_is_told(command: str, tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture")
    done = ngatu(command, bad, "--csv", loop)
    assert done.returncode == 1
    assert "loop" in done.stderr
    assert "unexpected" not in done.stderr


def test_where_no_picture_is_there_no_result_is_begun(tmp_path: Path) -> None:
    earlier, dangling = tmp_path / "earlier.csv", tmp_path / "dangling"
    earlier.write_text("file,plate\n")
    dangling.symlink_to(tmp_path / "nowhere.csv")
    for out in (earlier, dangling, tmp_path / "new" / "out.csv"):
        done = ngatu("read", tmp_path / "missing.jpg", "--csv", out)
        assert (done.returncode, "missing.jpg: No such file" in done.stderr) == (1, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangling", "earlier.csv"]
    assert earlier.read_text() == "file,plate\n"


@pytest.mark.parametrize("command", ["read", "see"])
def test_names_and_messages_are_shown_as_they_are(command: str, street: Path, tmp_path: Path) -> None:
    folder = tmp_path / "[cam1]" / "[" / "b] :car:"
    (folder / "x[").mkdir(parents=True)
    street.rename(folder / "x[" / "cam1].png")
    (folder / "bad.jpg").write_bytes(b"nothing")
    done = ngatu(command, "[cam1]", tmp_path / "[empty]", cwd=tmp_path)
    assert "[cam1]/[/b]" in done.stdout
    assert "[cam1]/[/b] :car:/bad.jpg: not a picture" in done.stderr
    assert "[empty]: No such file" in done.stderr
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)


def test_a_narrow_terminal_shows_plates_whole(street: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ngatu", "read", str(street)],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert "…" not in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 80


def test_rows_are_there_as_they_are_found_and_the_folder_is_made(street: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out.csv"
    thin = tmp_path / "thin.png"
    cv2.imwrite(str(thin), np.full((1, 6000, 3), 90, np.uint8))
    assert ngatu("read", street, thin, "--csv", out).returncode == 0
    assert {row["file"] for row in rows(out)} == {str(street), str(thin)}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("read", "{empty}"), "{empty}: no picture in this folder"),
        (("read", "{clip}", "--csv", "{empty}"), "{empty}: Is a directory"),
        (
            ("replay", "{clip}", "--camera", "{camera}", "--jsonl", "{empty}"),
            "{empty} can't be written: Is a directory",
        ),
        (("replay", "{clip}", "--camera", "{camera}", "--annotated", "{clip}"), "{clip} is read here"),
        (("viewing-copy", "{clip}", "--out", "{clip}"), "{clip} is read here"),
        (("mask", "{clip}", "--out", "{clip}", "--own", "{numbers}"), "{clip} is read here"),
        (("edge", "enrol", "{node}", "--out", "{node}"), "{node} is read here"),
        (("riders", "{empty}", "--csv", "a.csv", "--heads", "./a.csv"), "a.csv is read here or written"),
        (("see", "{picture}", "--csv", "{picture}"), "{picture} is read here"),
        (("see", "{clip}", "--csv", "{picture}"), "{picture} is a picture: give another name"),
        (("read", "{missing}", "--csv", "{link}"), "{missing}: No such file"),
        (("riders", "{missing}", "--heads", "{missing}"), "{missing} is read here"),
        (("read", ""), "an empty name: name a picture or a folder"),
        (("see", "{picture}", "--size", "100000"), "Invalid value for '--size'"),
        (("see", "{picture}", "--size", "0"), "Invalid value for '--size'"),
        (("see", "{picture}", "--size", "65"), "65 is no multiple of 32"),
        (("replay", "{picture}", "--camera", "{camera}"), "{picture}: a picture, not a video"),
        (("replay", "{pipe}", "--camera", "{camera}"), "{pipe}: a pipe or a device"),
        (("camera", "serve", "{pipe}"), "{pipe}: a pipe or a device"),
        (("read", "{pipe}", "/dev/zero"), "{pipe}: a pipe or a device, not a picture's file"),
        (("edge", "check", "{pipe}"), "{pipe}:1: là đường ống hoặc thiết bị"),
        (
            ("edge", "check", "/dev/zero"),
            "/dev/zero:1: là đường ống hoặc thiết bị, không phải tệp a pipe or a device, not a file",
        ),
        (("replay", "{clip}", "--camera", "{node}"), "this is a node's file"),
        (
            ("replay", "{clip}", "--camera", "{camera}", "--key", "{clip}"),
            "{clip} is a file: give the folder that holds the key",
        ),
        (
            ("replay", "{clip}", "--camera", "{camera}", "--beside", "{camera}={clip}"),
            "--beside: camera junction names no plate camera junction",
        ),
        (
            ("replay", "{clip}", "--camera", "{camera}", "--start", "9999-12-31T23:59:59Z"),
            "its year lies before 1971",
        ),
        (("replay", "{clip}", "--camera", "{camera}", "--key", "/proc/x"), "/proc/x"),
        (("replay", "{clip}", "--camera", "{camera}", "--start", "yesterday"), "'yesterday' is no time"),
        (("broker", "{utf16}"), "is UTF-16 text"),
        (
            ("broker", "{numbers}"),
            "numbers.yaml:1: a: phải là chữ: đặt trong dấu ngoặc kép must be text: put it in quotes",
        ),
        (("mask", "{clip}", "--out", "o.mp4", "--own", "{numbers}"), "numbers.yaml: "),
        (("edge", "check", "{utf16}"), "is UTF-16 text"),
        (("edge", "check", "{empty}"), "can't be read: Is a directory"),
        (("edge", "check", "{keyless}"), "numbers.yaml is not an Ed25519 public key"),
        (("edge", "check", "{camera}x"), "can't be read: No such file"),
        (("edge", "run", "{camera}"), "this is a camera's file"),
        (("camera", "serve", "{camera}"), "not a video"),
        (("verify", "{empty}", "--key", "short"), "--key: "),
    ],
)
def test_every_command_says_in_words_what_is_wrong(
    words: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    utf16, empty = tmp_path / "utf16.yaml", tmp_path / "[empty]"
    utf16.write_text("id: a", encoding="utf-16")
    empty.mkdir()
    numbers = tmp_path / "numbers.yaml"
    numbers.write_text("a: 1", encoding="utf-8")
    keyless = tmp_path / "node.yaml"
    keyless.write_text(
        f"id: n\ndata: d\ncentre_key: numbers.yaml\nbroker: {{host: h}}\ncameras: ['{CAMERA}']\n",
        encoding="utf-8",
    )
    clip = tmp_path / "clip.mp4"
    clip.symlink_to(CLIP)
    pipe, picture = tmp_path / "pipe.mp4", tmp_path / "a.png"
    os.mkfifo(pipe)
    cv2.imwrite(str(picture), np.full((60, 60, 3), 90, np.uint8))
    missing, link = tmp_path / "missing.jpg", tmp_path / "link"
    link.symlink_to(missing)
    before = {path: path.read_bytes() for path in (clip, picture, CAMERA.parents[1] / "node.yaml")}
    known = {
        "keyless": str(keyless),
        "pipe": str(pipe),
        "picture": str(picture),
        "missing": str(missing),
        "link": str(link),
        "clip": str(clip),
        "camera": str(CAMERA),
        "empty": str(empty),
        "utf16": str(utf16),
        "numbers": str(numbers),
        "node": str(CAMERA.parents[1] / "node.yaml"),
    }
    done = ngatu(*(word.format_map(known) for word in words), cwd=tmp_path)
    assert done.returncode != 0
    assert message.format_map(known) in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert {path: path.read_bytes() for path in before} == before
    assert not missing.exists()


def test_a_replay_that_finds_nothing_says_what_it_saw(tmp_path: Path) -> None:
    video = clips.make_clip(tmp_path / "[a].mp4", [n / 10 for n in range(20)], size=road.SIZE)
    camera = tmp_path / "road.yaml"
    camera.write_text(yaml.safe_dump({**road.ROAD, "size": list(road.SIZE)}), encoding="utf-8")
    done = ngatu("replay", video, "--camera", camera, "--key", tmp_path / "key")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    for words in (
        "Không phát hiện vi phạm nào — no violation found",
        "20 frames, 1.90 s",
        "no vehicle was seen",
        "Vạch liền centre: không xe nào qua — solid line centre: no vehicle crossed it",
    ):
        assert words in done.stdout


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T10:00:00", "2026-03-01T10:00:00+00:00"),
        ("2026-03-01", "2026-03-01T00:00:00+00:00"),
        ("2026-03-01 10:00:00Z", "2026-03-01T10:00:00+00:00"),
        ("2026-03-01T10:00:00+07:00", "2026-03-01T10:00:00+07:00"),
    ],
)
def test_a_start_without_zone_is_utc(text: str, expected: str) -> None:
    assert utc(text).isoformat() == expected


def test_a_terminal_that_knows_no_vietnamese_costs_no_answer(tmp_path: Path) -> None:
    wrong = tmp_path / os.fsdecode(b"\xff Ng\xc3\xa3 t\xc6\xb0.yaml")
    wrong.write_text("id: ngã", encoding="utf-8")
    for path, status, words in ((CAMERA, 0, "camera junction"), (wrong, 1, "yaml:1: ")):
        done = subprocess.run(
            [sys.executable, "-m", "ngatu", "edge", "check", path],
            capture_output=True,
            check=False,
            timeout=240,
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
        )
        assert done.returncode == status
        assert words in (done.stdout + done.stderr).decode(errors="replace")
        assert b"unexpected" not in done.stderr


def test_what_was_refused_under_an_earlier_key_is_offered_again(tmp_path: Path) -> None:
    events = []
    for number, folder in enumerate(("outbox", "outbox-earlier"), start=1):
        outbox = open_outbox(tmp_path / "data" / folder)
        events += add(outbox, number)
        outbox.mark(events[-1], "rejected", reason("message.internal"))
        outbox.close()
    node = tmp_path / "node.yaml"
    node.write_text(
        "id: node-1\ndata: data\nbroker: {host: 127.0.0.1}\ncentre_key: centre.key\ncameras: [camera.yaml]\n",
        encoding="utf-8",
    )
    done = ngatu("edge", "outbox", "resend", node, *events, "--rejected")
    assert (done.returncode, done.stderr) == (0, "✓ 2 packages are offered again\n")
