"""The clock is compared with a real (if lying) time server and with what the kernel says."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import ntplib
import pytest

from contract.reports import CameraHealth
from edge.clock import ASK_SECONDS, OFF_SECONDS, ClockWatch, kernel_is_synchronised, of_cameras

Serve = Callable[[float], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Time servers whose clocks are so many seconds ahead."""
    sockets: list[socket.socket] = []

    def make(ahead: float) -> str:
        listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listening.bind(("127.0.0.1", 0))
        sockets.append(listening)
        threading.Thread(target=_answer, args=(listening, ahead), daemon=True).start()
        return f"127.0.0.1:{listening.getsockname()[1]}"

    yield make
    for one in sockets:
        one.close()


def _answer(listening: socket.socket, ahead: float) -> None:
    while True:
        try:
            asked, sender = listening.recvfrom(512)
        except OSError:
            return
        question = ntplib.NTPPacket()
        question.from_data(asked)
        now = ntplib.system_to_ntp_time(time.time() + ahead)
        answer = ntplib.NTPPacket(version=4, mode=4, tx_timestamp=now)
        answer.stratum, answer.ref_timestamp = 2, now
        answer.orig_timestamp, answer.recv_timestamp = question.tx_timestamp, now
        listening.sendto(answer.to_data(), sender)


@pytest.mark.parametrize(("ahead", "alarm"), [(0.0, False), (-2.0, False), (3.5, True), (-40.0, True)])
def test_a_clock_that_is_three_seconds_off_raises_an_alarm_at_the_next_look(
    serve: Serve, ahead: float, alarm: bool
) -> None:
    assert ASK_SECONDS < 300
    watch = ClockWatch(serve(ahead), lambda: 0.0, lambda: True)
    watch.look()
    assert watch.state.offset == pytest.approx(ahead, abs=0.5)
    assert [told.code for told in watch.alarms] == (["clock.off"] if alarm else [])
    if alarm:
        assert float(watch.alarms[0].values["offset_ms"]) == pytest.approx(-1000 * ahead, abs=500)  # type: ignore[arg-type]


def test_a_server_that_is_away_says_nothing(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.clock.PATIENCE", 0.2)
    watch = ClockWatch("127.0.0.1:1", lambda: 0.0, lambda: True)
    watch.look()
    assert (watch.state.offset, watch.alarms) == (None, ())


def test_a_clock_nobody_keeps_raises_an_alarm_after_five_minutes() -> None:
    now, synchronised = [0.0], [False]
    watch = ClockWatch(None, lambda: now[0], lambda: synchronised[0], lambda: now[0])
    for now[0], alarms in ((60.0, 0), (299.0, 0), (301.0, 1), (400.0, 1)):
        watch.look()
        assert len(watch.alarms) == alarms
    synchronised[0] = True
    watch.look()
    assert watch.alarms == ()
    synchronised[0] = None  # type: ignore[call-overload]
    now[0] = 9999.0
    watch.look()
    assert watch.alarms == ()


def test_the_kernel_of_this_machine_answers() -> None:
    assert kernel_is_synchronised() in (True, False, None)


def test_the_camera_that_is_furthest_off_is_named() -> None:
    def camera(name: str, offset_ms: int | None) -> CameraHealth:
        return CameraHealth(id=name, state="online", clock_offset_ms=offset_ms)

    least = round(OFF_SECONDS * 1000)
    assert of_cameras((camera("a", None), camera("b", least - 1))) == ()
    [told] = of_cameras((camera("a", -9000), camera("b", least), camera("c", 20)))
    assert told.values == {"camera": "a", "offset_ms": -9000, "cameras": 2}


@pytest.mark.parametrize("step", [-7200.0, -5.0, 3.5, 90_000.0])
def test_a_clock_that_is_set_while_the_node_runs_is_told_for_an_hour(step: float) -> None:
    now, utc = [0.0], [1e9]
    watch = ClockWatch(None, lambda: now[0], lambda: True, lambda: utc[0])

    def passes(seconds: float, ahead: float = 0.0) -> list[str]:
        now[0], utc[0] = now[0] + seconds, utc[0] + seconds + ahead
        watch.look()
        return [told.code for told in watch.alarms]

    assert passes(60.0) == passes(60.0, ahead=0.4) == []
    assert passes(60.0, ahead=step) == ["clock.stepped"]
    assert float(watch.alarms[0].values["step_ms"]) == pytest.approx(1000 * step)  # type: ignore[arg-type]
    assert passes(3000.0) == ["clock.stepped"]
    assert passes(700.0) == []
