"""The leaders' dashboard: every bar leads to as many cases as it tells."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from sqlmodel import select

from central.accounts.permissions import Role
from central.cases.models import Case
from central.console.site_map import Spot, site_map
from central.db import transaction
from central.proceedings.clones import Place
from tests.central.faces import SignedIn
from tests.central.people import add_case

_BAR = re.compile(r'<a href="(/cases\?[^"]+)"><title>[^<]*: ([\d.]+)</title>')


def test_each_bar_leads_to_the_cases_it_counts(signed_in: SignedIn, now: datetime) -> None:
    leader = signed_in(Role.LEADER)
    with transaction(leader.app.state.engine) as session:  # type: ignore[attr-defined]
        add_case(session, now, 3, rule={"name": "wrong_lane", "version": 1}, signal=None)
        add_case(session, now, 4, site="le-loi", site_name="Lê Lợi")
    page = leader.get("/dashboard").text
    bars = _BAR.findall(page)
    assert len(bars) > 6
    for href, told in bars:
        found = re.findall(r"(?<![\d.])([\d.]+) hồ sơ", leader.get(unescape(href)).text)
        assert told in found, href


def test_the_map_shows_places_with_cases_and_cameras(signed_in: SignedIn) -> None:
    leader = signed_in(Role.LEADER)
    assert "Chưa có tọa độ của địa điểm nào" in leader.get("/dashboard").text
    services = leader.app.state.services  # type: ignore[attr-defined]
    services.places["le-loi"] = Place(21.18, 106.07)
    page = leader.get("/dashboard").text
    assert 'class="site-map"' in page
    assert "/cases?site=le-loi" in page


@pytest.mark.parametrize(
    ("language", "nothing"),
    [("vi", "Không có hồ sơ trong những ngày này."), ("en", "No cases in these days.")],
)
def test_without_a_case_no_empty_axis_is_drawn(
    signed_in: SignedIn, now: datetime, language: str, nothing: str
) -> None:
    leader = signed_in(Role.LEADER)
    leader.get(f"/language/{language}")
    with transaction(leader.app.state.engine) as session:  # type: ignore[attr-defined]
        for case in session.exec(select(Case)):
            case.occurred_at -= timedelta(days=400)
    page = leader.get("/dashboard").text
    assert page.count(nothing) == 6
    assert "columns" not in page
    with transaction(leader.app.state.engine) as session:  # type: ignore[attr-defined]
        add_case(session, now, 3)
    page = leader.get("/dashboard").text
    assert page.count(nothing) == 2, "nobody has decided yet"
    assert "columns" in page


def spot(name: str, latitude: float, longitude: float, cases: int) -> Spot:
    return Spot(name, Place(latitude, longitude), cases, "good", f"{cases}", f"/cases?site={name}")


def test_names_that_would_stand_on_each_other_are_left_out() -> None:
    far = [spot(f"Ngã tư {n}", 21 + n, 106, n) for n in range(3)]
    near = [spot(f"Cạnh {n}", 21.0001 + n, 106, 0) for n in range(3)]
    drawn = site_map([*far, *near], "x")
    assert drawn.count("<circle") == 6
    assert names(drawn) == ["Ngã tư 2", "Ngã tư 1", "Ngã tư 0"]


def names(drawn: str) -> list[str]:
    return re.findall(r'class="bar-label"[^>]*>([^<]+)</text>', drawn)


@pytest.mark.parametrize("narrow", [False, True])
def test_a_name_stays_inside_and_on_no_other_mark(narrow: bool) -> None:
    long = "Ngã tư Lý Thái Tổ – Nguyễn Đăng Đạo (phường Suối Hoa)"
    drawn = site_map([spot(long, 21, 106, 9), spot("Chũ", 21.5, 106.6, 1)], "x", narrow=narrow)
    wide = 340 if narrow else 900
    for x, words in re.findall(r'class="bar-label" x="([\d.]+)"[^>]*>([^<]+)</text>', drawn):
        half = len(words) * 6.5 / 2
        assert half <= float(x) <= wide - half
    hidden = site_map([spot("Trên", 21.0, 106, 9), spot("Dưới", 20.95, 106, 9), spot("Xa", 22, 106, 9)], "x")
    assert "Trên" not in names(hidden)


@pytest.mark.parametrize(("tone", "sign"), [("good", ""), ("warn", "!"), ("bad", "×"), ("quiet", "?")])
def test_how_cameras_do_is_told_by_more_than_colour(tone: str, sign: str) -> None:
    drawn = site_map([Spot("a", Place(21, 106), 1, tone, "1", "/cases?site=a")], "x")
    assert re.findall(r'class="map-sign"[^>]*>([^<]*)</text>', drawn) == [sign]


@pytest.mark.parametrize("spots", [[], [spot("a", 21, 106, 0)], [spot("a", 21, 106, 3)] * 2])
def test_a_map_of_few_places_is_drawn(spots: list[Spot]) -> None:
    assert site_map(spots, "x").count("<circle") == len(spots)


def test_north_is_up_east_is_right_and_more_cases_are_larger() -> None:
    drawn = site_map([spot("a", 21.2, 106.1, 9), spot("b", 21.1, 106.2, 1)], "x")
    found = re.findall(r'cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', drawn)
    (ax, ay, ar), (bx, by, br) = (tuple(map(float, each)) for each in found)
    assert ax < bx
    assert ay < by
    assert ar > br
