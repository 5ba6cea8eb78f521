"""Who sends a form that is wrong reads which field it is, in words."""

from pathlib import Path

import pytest

from central.accounts.permissions import Role
from central.app import create_app
from central.portal.app import create_portal
from central.settings import CentralSettings
from central.words.dictionary import has_word
from central.words.languages import LANGUAGES, Language
from tests.central import databases
from tests.central.faces import SignedIn
from tests.central.web.walk import of_face

OF_PAGES = {
    *("action", "ask", "back", "base", "before", "brightness", "c", "case_id", "decision_id", "desk"),
    *("download", "ended", "error", "key", "looked", "outside", "q", "queue", "quarantine_id", "revision"),
    *("running", "send", "sent", "share", "skip", "version", "which"),
}
"""What a page fills in itself: links, buttons, hidden values. Nobody has a word for them."""


def test_every_field_that_people_fill_in_has_a_name(tmp_path: Path) -> None:
    databases.migrated_sqlite(tmp_path / "central.db")
    settings = CentralSettings(data_dir=tmp_path, secure_cookies=False, unit="BN")
    faces = create_app(settings).console, create_portal(settings).app
    names = {
        name
        for face in faces
        for operation in of_face(face)
        for name in (*operation.in_query, *(name for body in operation.bodies for name in body))
    }
    nameless = {name for name in names if not all(has_word(each, f"form_field.{name}") for each in LANGUAGES)}
    assert nameless - OF_PAGES == set()
    assert len(names) > 80


SEARCH = {"plate": "98A", "purpose": "complaint", "file": "KN 12/2026"}
LONG = "x" * 3000


@pytest.mark.parametrize(
    ("role", "method", "path", "form", "vi", "en"),
    [
        (Role.OFFICER, "POST", "/cases/search", SEARCH | {"plate": "9"}, "Biển số: ", "Plate: "),
        (Role.OFFICER, "POST", "/cases/search", SEARCH | {"purpose": "x"}, "Mục đích: ", "Purpose: "),
        (Role.OFFICER, "POST", "/cases/search", {}, "Biển số: ", "Plate: "),
        (Role.OFFICER, "GET", "/cases?first=nix", None, "Từ ngày: ", "From day: "),
        (Role.OFFICER, "GET", "/cases?before=0", None, "(before): ", "(before): "),
        (Role.OFFICER, "GET", "/cases/nix", None, "(case_id): ", "(case_id): "),
        (Role.ADMIN, "POST", "/users", {"username": "a", "full_name": LONG}, "Họ và tên: ", "Full name: "),
        (Role.OPERATOR, "POST", "/password", {"old": "x", "again": "y"}, "Mật khẩu mới: ", "New password: "),
    ],
)
def test_the_wrong_field_is_named(
    signed_in: SignedIn, role: Role, method: str, path: str, form: dict[str, str] | None, vi: str, en: str
) -> None:
    browser = signed_in(role)
    told: dict[Language, str] = {"vi": vi, "en": en}
    for language, name in told.items():
        browser.get(f"/language/{language}")
        answer = browser.request(method, path, data=form)
        assert answer.status_code == 422
        assert name in answer.text
