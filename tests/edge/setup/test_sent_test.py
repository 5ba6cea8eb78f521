"""A test is real evidence of the recording, marked as one; the page says how far it came and what to do."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from configs.camera import CameraConfig
from configs.camera_check import load_camera
from configs.node_check import load_node
from configs.rules import Rules
from configs.words import say
from contract.package import verify_package
from contract.reasons import Reason, reason
from contract.receipts import MissingPart, Receipt
from contract.signing import SigningKey
from edge.evidence.gather import Proof
from edge.evidence.keys import load_or_make_node_key, store_centre_key
from edge.evidence.package import write
from edge.setup.places import SetupError
from edge.setup.sending import SENT, Progress, fault_of
from edge.setup.sending import _answered as answered
from edge.setup.sent_test import as_test, prove_something
from edge.setup.sight import Sight
from edge.setup.wording import told
from tests.brokers import Mosquitto, free_port
from tests.edge.setup.page import CAMERAS, CLIP, Page, finished, with_recording

KEY = SigningKey(b"k" * 32)


@pytest.fixture(scope="module")
def sight() -> Sight:
    return Sight()


def node_file(folder: Path, port: int = 1, **broker: Any) -> Path:
    """A node of the folder with a broker on this machine."""
    values = {
        "id": "node-1",
        "data": str(folder / "node"),
        "centre_key": str(folder / "centre-key.txt"),
        "broker": {"host": "127.0.0.1", "port": port, "tls": False, **broker},
        "cameras": ["nut-thu.yaml"],
        "clip_before": 3,
        "clip_after": 3,
    }
    path = folder / "node.yaml"
    path.write_text(yaml.safe_dump(values))
    return path


def enrolled(folder: Path) -> None:
    """The keys a node has once it is enrolled."""
    load_or_make_node_key(folder / "node")
    store_centre_key(folder / "centre-key.txt", KEY.public)


def config(*, rules: bool) -> CameraConfig:
    loaded = load_camera(CAMERAS / "junction.yaml")
    return loaded if rules else loaded.model_copy(update={"rules": Rules()})


@pytest.fixture(scope="module", params=[True, False], ids=["a finding", "a passage"])
def proof(request: pytest.FixtureRequest, sight: Sight, tmp_path_factory: pytest.TempPathFactory) -> Proof:
    node = load_node(node_file(tmp_path_factory.mktemp("node")))
    return prove_something(CLIP, config(rules=request.param), node, sight.eyes, lambda _: None)


def test_it_is_whole_evidence_that_says_it_is_a_test(proof: Proof, tmp_path: Path) -> None:
    package = as_test(proof, "Hùng", KEY)
    write(package, tmp_path / "test")
    report = verify_package(tmp_path / "test", KEY.public)
    assert report.failure is None
    assert any("found in clip.mp4" in line for line in report.passed)
    manifest = package.manifest
    assert (manifest.test, manifest.schema_, manifest.node) == (True, "ngatu.manifest/2.2", "node-1")
    assert {"over", "clip"} <= {file.role for file in manifest.files}
    by, why = manifest.reasons[:2]
    assert "Hùng" in say(by, "vi")
    passage = manifest.rule.name == "test"
    assert (why.code == "test.way_only") == passage
    assert (manifest.decision == "undecidable") == passage
    assert as_test(proof, "Hùng", KEY).manifest.event_id != manifest.event_id


@dataclass
class Heard:
    """An errand as far as its receipts go."""

    receipt: Receipt | None


def receipt(state: str, missing: int = 0, why: Reason | None = None) -> Receipt:
    parts = tuple(MissingPart(sha256="a" * 64, offset=0) for _ in range(missing))
    now = datetime.now(UTC)
    return Receipt(
        node="node-1", event_id="test-1", manifest_sha256="b" * 64, state=state, missing=parts, reason=why,
        software="ngatu 0.0", at=now,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("heard", "steps", "fault"),
    [
        (None, [], None),
        (receipt("incomplete", 2), [], None),
        (receipt("incomplete"), ["sent", "received"], None),
        (receipt("stored"), ["sent", "received", "checked"], None),
        (receipt("unsupported"), ["sent"], "cũ hơn nút"),
        (receipt("something_new"), ["sent"], "ngatu 0.0"),
        (
            receipt("rejected", why=reason("frames.another_frame", file="over.jpg")),
            ["sent", "received"],
            "over.jpg không phải là khung hình",
        ),
    ],
)
def test_each_answer_of_the_centre_is_a_step_or_says_what_to_do(
    tmp_path: Path, heard: Receipt | None, steps: list[str], fault: str | None
) -> None:
    place = Page(tmp_path).places.add("Nút thử")
    progress = Progress(place, "Hùng", "2026-11-30T00:00:00+00:00")
    progress.keep()
    try:
        last = answered(progress, Heard(heard))  # type: ignore[arg-type]
    except SetupError as error:
        progress.fault = error
        progress.keep()
        last = True
    kept = place.kept(SENT)
    assert list(kept["steps"]) == steps
    assert last == bool(fault or "checked" in steps)
    again = fault_of(kept)
    assert (again is None) == (fault is None)
    assert again is None or (fault or "") in told(again, "vi")


def test_without_a_node_or_keys_the_page_says_so_instead_of_a_button(tmp_path: Path) -> None:
    page = Page(tmp_path)
    client = page.visitor()
    name = page.places.add("Nút thử").name
    shown = f"/cameras/{name}/sent-test"
    assert "Chưa có trung tâm để gửi" in client.get(shown).text
    node_file(tmp_path)
    assert "chưa đăng ký" in client.get(shown).text
    enrolled(tmp_path)
    assert "Gửi hồ sơ thử" in client.get(shown).text
    file = tmp_path / "node.yaml"
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text()) | {"manifest_version": 1}))
    assert "manifest_version: 1" in client.get(shown).text


def sent_from(page: Page) -> str:
    """What the page says when a test of the sample clip has ended."""
    client = page.visitor()
    name = with_recording(client)
    drawn = yaml.safe_load((CAMERAS / "junction.yaml").read_text(encoding="utf-8"))
    draft = client.get(f"/cameras/{name}/draft").json()["draft"]
    parts = ("heads", "stop_lines", "lanes", "solid_lines", "rules")
    page.places.one(name).save(draft | {key: drawn[key] for key in parts})
    assert client.post(f"/cameras/{name}/sent-test", data={"by": "H"}).status_code == 422
    client.post(f"/cameras/{name}/sent-test", data={"by": "Hùng"})
    finished(client, name, "send", 200)
    assert not page.places.one(name).path("sent-test").exists()
    return str(client.get(f"/cameras/{name}/sent-test").text)


def test_no_broker_is_told_once_the_test_is_made(tmp_path: Path, sight: Sight) -> None:
    node_file(tmp_path, free_port())
    enrolled(tmp_path)
    text = sent_from(Page(tmp_path, sight=sight))
    assert text.count("✓") == 1
    assert "kiểm tra mạng" in text
    assert "connection refused" in text


@pytest.mark.broker
def test_a_wrong_password_is_told(tmp_path: Path, sight: Sight, mosquitto_broker: Mosquitto) -> None:
    (tmp_path / "password").write_text("wrong")
    node_file(tmp_path, mosquitto_broker.plain_port, password_file=str(tmp_path / "password"))
    enrolled(tmp_path)
    assert "từ chối tài khoản node-1" in sent_from(Page(tmp_path, sight=sight))
