"""Delivery with real brokers: complete to the bit, whatever is killed, whoever lies."""

import base64
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import RootModel

from configs.node import BrokerConfig
from configs.words import say
from contract.package import RESERVED
from contract.reasons import reason
from contract.receipts import MissingPart, Receipt
from contract.signing import SigningKey, sign
from contract.topics import CHUNK_BYTES
from edge.delivery import protocol
from edge.delivery.outbox import Outbox
from ngatu.broker import embedded_broker
from tests import brokers
from tests.brokers import CENTRE_USER, Mosquitto
from tests.edge import factories
from tests.edge.delivery.centre import Centre
from tests.edge.delivery.node import NODE, add, delivering, open_outbox

pytestmark = pytest.mark.broker

BIG = 8 * 1024 * 1024
"""A clip that takes long enough to be interrupted."""


@pytest.fixture(autouse=True)
def quick_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "PATIENCE", 0.5)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = open_outbox(tmp_path / "outbox")
    yield box
    box.close()


@pytest.fixture
def centre(mosquitto_broker: Mosquitto) -> Iterator[Centre]:
    listening = Centre(NODE, factories.KEY.public)
    listening.connect(mosquitto_broker.plain_port, CENTRE_USER, mosquitto_broker.password_of(CENTRE_USER))
    yield listening
    listening.close()


@pytest.fixture
def config(mosquitto_broker: Mosquitto, tmp_path: Path) -> BrokerConfig:
    password = tmp_path / "password"
    password.write_text(mosquitto_broker.password_of(NODE) + "\n")
    return BrokerConfig(
        host="127.0.0.1", port=mosquitto_broker.port, ca=mosquitto_broker.tls.ca, password_file=password
    )


def eventually(condition: Callable[[], bool], patience: float = 30.0) -> None:
    deadline = time.monotonic() + patience
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert condition()


def assert_complete(centre: Centre, outbox: Outbox, events: list[str]) -> None:
    """The centre has exactly these packages, each file equal to the node's to the last bit."""
    centre.wait(lambda c: len(c.stored) == len(events))
    eventually(lambda: outbox.summary().undelivered.packages == 0)
    assert sorted(centre.stored) == sorted(events)
    for event in events:
        originals = {file.name: file.read_bytes() for file in outbox.folder_of(event).iterdir()}
        assert centre.stored[event] == {
            name: data for name, data in originals.items() if name not in RESERVED
        }
        assert outbox.get(event).state == "stored"  # type: ignore[union-attr]


def test_everything_arrives_bit_for_bit(centre: Centre, outbox: Outbox, config: BrokerConfig) -> None:
    events = add(outbox, *range(1, 31))
    with delivering(outbox, config, centre.key.public) as (client, sender):
        assert_complete(centre, outbox, events)
        centre.wait(lambda c: bool(c.health))
        assert client.state.words.endswith("(MQTT 5, TLS)")
        assert sender.alarms == ()
        assert sender.counts["messages_refused"] == 0
    centre.wait(lambda c: len(c.statuses) == 2)
    assert [status.state for status in centre.statuses] == ["online", "offline"]
    assert {status.session for status in centre.statuses} == {centre.health[0].session}


def test_violations_found_while_connected_are_sent_at_once(
    centre: Centre, outbox: Outbox, config: BrokerConfig
) -> None:
    with delivering(outbox, config, centre.key.public) as (client, _sender):
        eventually(lambda: client.state.connected)
        assert_complete(centre, outbox, add(outbox, 1, 2))


@pytest.mark.parametrize(("port_of", "version"), [(0, "3.1.1"), (1, "5")])
def test_the_embedded_broker_delivers_with_either_version(
    outbox: Outbox, tmp_path: Path, port_of: int, version: str
) -> None:
    (tmp_path / "password").write_text("node's")
    port = brokers.free_port_pair()
    centre = Centre(NODE, factories.KEY.public)
    config = BrokerConfig(
        host="127.0.0.1", port=port + port_of, tls=False, password_file=tmp_path / "password"
    )
    with embedded_broker({NODE: "node's", CENTRE_USER: 'the "centre"'}, port):
        centre.connect(port + 1, CENTRE_USER, 'the "centre"')
        with delivering(outbox, config, centre.key.public) as (client, _sender):
            assert_complete(centre, outbox, add(outbox, 1, 2, 3))
            assert f"MQTT {version}," in client.state.words
        centre.close()


@pytest.mark.parametrize("messages_before", [1, 20, 60])
def test_a_broker_killed_in_the_middle_loses_nothing(
    centre: Centre,
    outbox: Outbox,
    config: BrokerConfig,
    mosquitto_broker: Mosquitto,
    messages_before: int,
) -> None:
    events = add(outbox, 1, 2, 3, clip_bytes=BIG)
    with delivering(outbox, config, centre.key.public):
        centre.wait(lambda c: len(c.received) > messages_before)
        mosquitto_broker.kill()
        mosquitto_broker.start()
        assert_complete(centre, outbox, events)


@pytest.mark.parametrize("messages_before", [1, 20, 60])
def test_a_node_killed_in_the_middle_goes_on_where_it_was(
    centre: Centre, tmp_path: Path, config: BrokerConfig, messages_before: int
) -> None:
    folder = tmp_path / "outbox"
    box = open_outbox(folder)
    events = add(box, 1, 2, 3, clip_bytes=BIG)
    box.close()
    node = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.edge.delivery.node", str(folder), str(config.port)),
            *(str(config.ca), str(config.password_file), centre.key.public.text),
        ],
        cwd=Path(__file__).parents[3],
    )
    centre.wait(lambda c: len(c.received) > messages_before)
    node.kill()
    node.wait()
    centre.wait(lambda c: c.statuses[-1].state == "offline")
    box = open_outbox(folder)
    with delivering(box, config, centre.key.public):
        assert_complete(centre, box, events)
    box.close()


def test_a_centre_that_comes_late_gets_everything(
    outbox: Outbox, config: BrokerConfig, mosquitto_broker: Mosquitto
) -> None:
    events = add(outbox, 1, 2, 3)
    centre = Centre(NODE, factories.KEY.public)
    with delivering(outbox, config, centre.key.public) as (_client, sender):
        eventually(lambda: reason("centre.silent", packages=3) in sender.alarms)
        centre.connect(mosquitto_broker.plain_port, CENTRE_USER, mosquitto_broker.password_of(CENTRE_USER))
        assert_complete(centre, outbox, events)
    centre.close()


def test_only_what_the_centre_lacks_is_sent_again(
    centre: Centre, outbox: Outbox, config: BrokerConfig
) -> None:
    lost: list[tuple[str, int]] = []

    def lose_once(sha256: str, offset: int) -> bool:
        first = offset == 3 * CHUNK_BYTES and not lost
        lost.extend([(sha256, offset)] * first)
        return first

    centre.lose_chunk = lose_once
    events = add(outbox, 1, clip_bytes=6 * CHUNK_BYTES)
    with delivering(outbox, config, centre.key.public):
        assert_complete(centre, outbox, events)
    clip = [message.offset for message in centre.received if message.sha256 == lost[0][0]]
    assert clip[:6] == [index * CHUNK_BYTES for index in range(6)]
    assert clip[6:] == [index * CHUNK_BYTES for index in (3, 4, 5)]


def test_repeated_and_late_receipts_change_nothing(
    centre: Centre, outbox: Outbox, config: BrokerConfig
) -> None:
    said: list[str] = []

    def everything_so_far_again(receipt: Receipt) -> list[str]:
        said.append(sign(receipt, centre.key))
        return [said[-1], *reversed(said)]

    centre.answer = everything_so_far_again
    events = add(outbox, 1, 2, 3)
    with delivering(outbox, config, centre.key.public) as (_client, sender):
        assert_complete(centre, outbox, events)
        eventually(lambda: sender.counts["receipts_repeated"] > 3)
    assert {outbox.get(event).state for event in events} == {"stored"}  # type: ignore[union-attr]


def forged(receipt: Receipt) -> list[str]:
    return [sign(receipt.model_copy(update={"state": "stored"}), SigningKey.generate())]


def for_another_node(receipt: Receipt, key: SigningKey) -> str:
    return sign(receipt.model_copy(update={"node": "node-2", "state": "stored"}), key)


def for_another_manifest(receipt: Receipt, key: SigningKey) -> str:
    return sign(receipt.model_copy(update={"manifest_sha256": "f" * 64, "state": "stored"}), key)


def test_a_forged_or_foreign_receipt_is_ignored_and_counted(
    centre: Centre, outbox: Outbox, config: BrokerConfig
) -> None:
    centre.answer = lambda receipt: [
        *forged(receipt),
        for_another_node(receipt, centre.key),
        for_another_manifest(receipt, centre.key),
        "not a receipt \u00e9",
        "a.b.c",
        "e30." + base64.urlsafe_b64encode(b"[" * 60_000).decode() + ".e30",
        base64.urlsafe_b64encode(b"[" * 60_000).decode() + ".e30.e30",
    ]
    events = add(outbox, 1)
    with delivering(outbox, config, centre.key.public) as (_client, sender):
        eventually(lambda: sender.counts["receipts_ignored"] >= 10)
        assert outbox.get(events[0]).state == "sent"  # type: ignore[union-attr]
        assert "centre.receipts_ignored" in {alarm.code for alarm in sender.alarms}
        centre.answer = lambda receipt: [sign(receipt, centre.key)]
        assert_complete(centre, outbox, events)


def test_a_rejected_package_is_kept_with_an_alarm(
    centre: Centre, outbox: Outbox, config: BrokerConfig, caplog: pytest.LogCaptureFixture
) -> None:
    centre.answer = lambda receipt: (
        2
        * [
            sign(
                receipt.model_copy(update={"state": "rejected", "reason": reason("message.faulty")}),
                centre.key,
            )
        ]
    )
    (event,) = add(outbox, 1)
    with delivering(outbox, config, centre.key.public) as (_client, sender):
        eventually(lambda: any(a.values.get("because") == "message.faulty" for a in outbox.summary().alarms))
        eventually(lambda: sender.counts["receipts_repeated"] > 0)
        assert sender.counts["receipts_rejected"] == 1
    assert outbox.folder_of(event).is_dir()
    assert f"reason='{say(reason('message.faulty'), 'en')}'" in caplog.text


def test_an_unsupported_package_is_kept_and_taken_once_the_centre_is_upgraded(
    centre: Centre, outbox: Outbox, config: BrokerConfig
) -> None:
    newer = reason("message.newer", version="3", known=("1", "2"))
    refusal = {"state": "unsupported", "reason": newer, "software": "ngatu 1"}
    first, second = factories.facts(1), factories.facts(2)
    old, upgraded = [factories.event_id(first)], [factories.event_id(second)]
    centre.answer = lambda receipt: [
        sign(
            receipt.model_copy(update=refusal if receipt.event_id in old else {"software": "ngatu 1"}),
            centre.key,
        )
    ]
    add(outbox, 1)
    with delivering(outbox, config, centre.key.public) as (_client, sender):
        eventually(lambda: "outbox.unsupported" in {alarm.code for alarm in outbox.summary().alarms})
        assert sender.counts["receipts_unsupported"] == 1
        centre.answer = lambda receipt: [sign(receipt.model_copy(update={"software": "ngatu 2"}), centre.key)]
        add(outbox, 2)
        assert_complete(centre, outbox, [*old, *upgraded])
    assert outbox.summary().alarms == ()


def test_an_answer_only_newer_centres_know_loses_nothing(
    centre: Centre, outbox: Outbox, config: BrokerConfig
) -> None:
    centre.answer = lambda receipt: [
        sign(
            RootModel[Any](
                json.loads(receipt.model_dump_json(by_alias=True)) | {"state": "postponed", "x": 1}
            ),
            centre.key,
        )
    ]
    (event,) = add(outbox, 1)
    with delivering(outbox, config, centre.key.public):
        eventually(lambda: outbox.get(event).state == "unsupported")  # type: ignore[union-attr]
    assert outbox.folder_of(event).is_dir()


def test_an_incomplete_that_names_nothing_of_ours_is_no_reason_to_send(
    centre: Centre, outbox: Outbox, config: BrokerConfig
) -> None:
    nonsense = (MissingPart(sha256="f" * 64, offset=0),)
    centre.answer = lambda receipt: [
        sign(receipt.model_copy(update={"state": "incomplete", "missing": nonsense}), centre.key)
    ]
    add(outbox, 1, clip_bytes=CHUNK_BYTES)
    with delivering(outbox, config, centre.key.public) as (_client, sender):
        eventually(lambda: sender.counts["receipts_incomplete"] >= 3)
    assert len([message for message in centre.received if message.kind == "chunk"]) == 3


def test_damage_on_disk_is_set_aside_and_the_rest_delivered(
    centre: Centre, outbox: Outbox, config: BrokerConfig
) -> None:
    damaged, whole = add(outbox, 1, 2)
    (outbox.folder_of(damaged) / "over.jpg").write_bytes(b"rot")
    with delivering(outbox, config, centre.key.public):
        assert_complete(centre, outbox, [whole])
    assert any("over.jpg" in say(alarm, "en") for alarm in outbox.summary().alarms)


def test_a_wrong_password_is_said_and_cured_without_a_restart(
    centre: Centre, outbox: Outbox, config: BrokerConfig
) -> None:
    assert config.password_file is not None
    right = config.password_file.read_text()
    config.password_file.write_text("wrong")
    events = add(outbox, 1)
    with delivering(outbox, config, centre.key.public) as (client, _sender):
        eventually(lambda: "refuses user 'node-1'" in client.state.words)
        assert not client.state.connected
        config.password_file.write_text(right)
        assert_complete(centre, outbox, events)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ca": None}, "certificate that is not trusted"),
        ({"tls": False}, "hangs up without an answer"),
        ({"host": "no-such-host.invalid"}, "can't be resolved"),
        ({"port": 1}, "connection refused"),
        ({"username": "node-2"}, "refuses user 'node-2'"),
        ({"ca": Path("/nowhere/ca.crt")}, "ca can't be read"),
    ],
)
def test_what_stands_in_the_way_is_said_in_words(
    centre: Centre, outbox: Outbox, config: BrokerConfig, change: dict[str, object], words: str
) -> None:
    add(outbox, 1)
    with delivering(outbox, config.model_copy(update=change), centre.key.public) as (client, _sender):
        eventually(lambda: words in client.state.words)
    assert outbox.summary().undelivered.packages == 1


def test_the_access_list_of_the_broker_is_said_and_nothing_lost(
    centre: Centre, outbox: Outbox, config: BrokerConfig, mosquitto_broker: Mosquitto
) -> None:
    rules = mosquitto_broker.folder / "acl"
    honest = rules.read_text()
    rules.write_text(honest.replace("pattern write ngatu/v1/%u/manifest\n", ""))
    mosquitto_broker.kill()
    mosquitto_broker.start()
    events = add(outbox, 1)
    with delivering(outbox, config, centre.key.public) as (client, sender):
        eventually(lambda: "Not authorized (check the access list)" in client.state.words)
        assert sender.counts["messages_refused"] > 0
        rules.write_text(honest)
        mosquitto_broker.kill()
        mosquitto_broker.start()
        assert_complete(centre, outbox, events)
