"""Plates shortened for who may not see them whole."""

import pytest

from central.cases.plates import shortened
from contract.plates import Plate, PlateKind, interpretations


@pytest.mark.parametrize(
    ("plate", "told"),
    [
        ("98A-123.45", "98A-***.45"),
        ("98A12345", "98A***45"),
        ("29A-1234", "29A-***4"),
        ("29A1234", "29A***4"),
        ("29-H1 1234", "29-H1 ***4"),
        ("29-MĐ1 123.45", "29-MĐ1 ***.45"),
        ("T29-123.45", "T29-***.45"),
        ("80A-1234", "80A-***4"),
        ("TM-12-34", "TM-**-*4"),
        ("80 NG 123 45", "80 NG *** 45"),
        ("98-B1 123.45", "98-B1 ***.45"),
        ("98B112345", "98B1***45"),
        ("80-NG-123-45", "80-NG-***-45"),
        ("80-123-NG-45", "80-***-NG-45"),
        ("80123NN45", "80***NN45"),
        ("29A12B45", "29A**B*5"),
        ("TM-123", "TM-***"),
        ("29LD12345", "29LD***45"),
        ("TM1234", "TM***4"),
        ("", ""),
        ("?", "?"),
    ],
)
def test_the_start_of_the_serial_number_is_hidden(plate: str, told: str) -> None:
    assert shortened(plate) == told


EVERY_FORM = (
    "98A12345", "98A1234", "98B112345", "98AA12345", "98B11234", "98AB1234", "98LD12345", "98LD1234",
    "98MD112345", "98MD12345", "80A112345", "80123NG45", "80NG12345", "80123QT45", "80123NN45", "80CV12345",
    "T9812345", "TM1234", "TM123",
)  # fmt: skip


def forms_of(text: str) -> list[Plate]:
    """What the plate may be, also on a blue ground."""
    return interpretations(text) + interpretations(text, colour="blue")


@pytest.mark.parametrize("text", EVERY_FORM)
def test_three_digits_of_every_form_are_hidden(text: str) -> None:
    for told in {text, *(plate.printed for plate in forms_of(text))}:
        assert shortened(told).count("*") == 3, told
        assert len(shortened(told)) == len(told)


def test_every_kind_of_plate_is_among_them() -> None:
    assert {plate.kind for text in EVERY_FORM for plate in forms_of(text)} == set(PlateKind)
