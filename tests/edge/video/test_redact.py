"""No password survives redaction, wherever a camera's address carries it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.video.redact import redact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rtsp://admin:s3cret@10.0.0.5:554/cam", "rtsp://***@10.0.0.5:554/cam"),
        (
            "rtsp://admin:p@ss/w:rd@10.0.0.5/cam",
            "rtsp://***@10.0.0.5/cam",
        ),  # unescaped, as installers type it
        (
            "rtsp://10.0.0.5/user=admin&password=s3cret&channel=1",
            "rtsp://10.0.0.5/user=***&password=***&channel=1",
        ),
        ("rtsp://h/s?loginpass=x/y&subtype=0", "rtsp://h/s?loginpass=***&subtype=0"),
        ("Connection refused: 'rtsp://a:b@h/1'", "Connection refused: 'rtsp://***@h/1'"),
        ("rtsp://10.0.0.5:554/Streaming/Channels/101", "rtsp://10.0.0.5:554/Streaming/Channels/101"),
    ],
)
def test_names_and_passwords_become_stars(text: str, expected: str) -> None:
    assert redact(text) == expected


_secret = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=4).map(
    lambda text: f"Zq{text}qZ"
)


@given(_secret, _secret)
def test_no_userinfo_is_ever_left(user: str, password: str) -> None:
    safe = redact(f"rtsp://{user}:{password}@camera.example/stream")
    assert safe == "rtsp://***@camera.example/stream"
