"""What goes from a capture process to the node."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.manifest import Clock
from contract.reasons import reason
from edge.video.camera import SourceHealth
from edge.video.frame import Stamp
from edge.video.messages import Message, Said, from_bytes, to_bytes
from edge.video.packet import EncodedPacket, Template

moments = st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
stamps = st.builds(
    Stamp,
    t=st.floats(0, 1e8),
    captured_at=moments,
    clock=st.builds(Clock, source=st.sampled_from(["prft", "host"]), uncertainty_ms=st.integers(0, 10_000)),
    run=st.integers(0, 1000),
)
messages: st.SearchStrategy[Message] = st.one_of(
    st.builds(EncodedPacket, data=st.binary(max_size=50), keyframe=st.booleans(), stamp=stamps),
    st.builds(
        Template,
        nut=st.binary(max_size=50),
        codec=st.sampled_from(["h264", "hevc"]),
        size=st.tuples(st.integers(1, 4000), st.integers(1, 4000)),
        parameter_sets=st.binary(max_size=50),
        rotation=st.sampled_from([0, 90, 180, 270]),
    ),
    st.builds(
        SourceHealth,
        state=st.sampled_from(["online", "degraded", "offline"]),
        reason=st.sampled_from([None, reason("stream.error", detail="Không\nđược"), reason("stream.ended")]),
        frames=st.integers(0, 10**12),
        fps=st.floats(0, 100),
        last_frame_at=st.none() | moments,
        camera_offset=st.none() | st.floats(-1e6, 1e6),
    ),
    st.builds(Said, level=st.just("info"), event=st.text(), values=st.dictionaries(st.text(), st.text())),
)


@given(st.lists(messages, max_size=4))
def test_what_is_told_is_heard(told: list[Message]) -> None:
    assert list(from_bytes(to_bytes(told))) == told


@given(st.binary(max_size=200))
def test_noise_is_a_value_error(noise: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (of several makers)
        list(from_bytes(noise))


@pytest.mark.parametrize(
    "heads",
    [
        b'[{"is": "packet"}]',
        b'[{"is": "packet", "bytes": 0, "keyframe": true, "stamp": [1, 2]}]',
        b'[{"is": "packet", "bytes": 0, "keyframe": true, "stamp": [1, 1e99, "prft", 2, 0]}]',
        b'[{"is": "packet", "bytes": 0, "keyframe": true, "stamp": [1, 2, "sundial", 2, 0]}]',
        b'[{"is": "health", "bytes": 0, "health": {"reason": null, "last_frame_at": null, "hacked": 1}}]',
        b'[{"is": "template", "bytes": 0, "codec": "h264", "size": 3, "rotation": 0, "parameter_sets": ""}]',
        b"[7]",
        b"7",
    ],
)
def test_a_message_that_is_none_is_a_value_error(heads: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (of several makers)
        list(from_bytes(heads + b"\n"))


@pytest.mark.parametrize(
    "said",
    [
        '"state": "well"',
        '"frames": "many"',
        '"damaged": -1',
        '"fps": NaN',
        '"camera_offset": 1e300',
        '"last_frame_at": 1.7e10',  # the year 2508
        '"hacked": 1',
    ],
)
def test_a_health_that_no_report_could_carry_is_a_value_error(said: str) -> None:
    """One camera's process must not keep the whole node from reporting."""
    plain = '"state": "online", "reason": null, "last_frame_at": null'
    line = f'[{{"is": "health", "bytes": 0, "health": {{{plain}, %s}}}}]\n'
    assert list(from_bytes((line % '"frames": 1').encode())) == [SourceHealth("online", frames=1)]
    with pytest.raises(ValueError):  # noqa: PT011 (of several makers)
        list(from_bytes((line % said).encode()))


def test_a_moment_keeps_its_microseconds() -> None:
    start = datetime(2026, 11, 28, 12, 0, 0, 1, tzinfo=UTC)
    for number in range(1000):
        stamp = Stamp(
            1.0, start + timedelta(microseconds=997 * number), Clock(source="host", uncertainty_ms=5)
        )
        (heard,) = from_bytes(to_bytes([EncodedPacket(b"x", True, stamp)]))
        assert isinstance(heard, EncodedPacket)
        assert heard.stamp == stamp
