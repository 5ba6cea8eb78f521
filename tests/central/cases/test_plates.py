"""Plates shortened for who may not see them whole."""

import pytest

from central.cases.plates import shortened


@pytest.mark.parametrize(
    ("plate", "told"),
    [
        ("98A-123.45", "98A-***.45"),
        ("98A12345", "98A***45"),
        ("29A-1234", "29A-**34"),
        ("98-B1 123.45", "98-B1 ***.45"),
        ("98B112345", "98B1***45"),
        ("80-NG-123-45", "80-NG-***-45"),
        ("80-123-NG-45", "80-***-NG-45"),
        ("80123NN45", "80***NN45"),
        ("29A12B45", "29A**B45"),
        ("TM-123", "TM-*23"),
        ("29LD12345", "29LD***45"),
        ("TM1234", "TM**34"),
        ("", ""),
        ("?", "?"),
    ],
)
def test_the_middle_of_the_serial_number_is_hidden(plate: str, told: str) -> None:
    assert shortened(plate) == told
