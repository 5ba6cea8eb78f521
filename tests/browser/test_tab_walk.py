"""Nothing needs the mouse: whatever can be clicked on a page is reached with Tab, seen where it is, and left
again."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pictures import shot
from tests.central.casework import Casework, give_work, with_key
from tests.central.proceedings.office import PEOPLE
from tests.central.strangers import pages_from
from tests.serving import address_of, free_port, served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
SCREEN: Any = {"width": 1366, "height": 768}
STOPS = 12
"""Of one field at most: a date has three parts and a calendar, a film its controls."""
MARK = """() => {
  const shown = e => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
  const native = 'a[href], button, summary, input:not([type=hidden]), select, textarea, video[controls]';
  const off = e => e.disabled || (e.type === 'radio' && !e.checked && document.querySelector(
      `input[type=radio][name="${e.name}"]:checked`)) || e.closest('dialog:not([open]), [inert]');
  const clickable = e => e.matches(native) ||
    (getComputedStyle(e).cursor === 'pointer' && !e.closest(native) && !e.closest('label') &&
     !e.querySelector(native));
  const found = [...document.querySelectorAll('body *')].filter(e => shown(e) && !off(e) && clickable(e));
  found.forEach((e, index) => e.setAttribute('data-walk', index));
  const start = document.createElement('i');
  start.tabIndex = -1;
  document.body.prepend(start);
  start.focus();
  return found.map(e => `${e.tagName.toLowerCase()}.${e.className.baseVal ?? e.className} ` +
    `${(e.getAttribute('aria-label') ?? e.textContent).trim().slice(0, 40)} ${e.name ?? ''}`);
}"""
"""Numbers what can be clicked and is not off; of a group of choices the browser stops at the chosen one."""
AT = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e);
  const seen = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0);
  return [e.dataset.walk === undefined ? -1 : Number(e.dataset.walk), seen];
}"""
"""The number of what has the focus, and whether one sees that."""


@pytest.fixture(scope="module")
def casework(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Casework]:
    """A centre in which something waits for everybody."""
    for work in with_key(tmp_path_factory.mktemp("walk"), NOW):
        give_work(work.office, NOW)
        work.office.wait(40)
        yield work


@pytest.fixture(scope="module")
def screen(browser: Browser, casework: Casework) -> Iterator[tuple[Page, str]]:
    """A browser, and the address of the console."""
    listener = free_port()
    with served(casework.centre, listener):
        yield browser.new_context(viewport=SCREEN).new_page(), address_of(listener)


def faults(page: Page, walked: set[str]) -> list[str]:
    """What Tab does not reach, what has the focus unseen, and where Tab does not go on; nothing of a page
    that differs from one walked before in numbers only."""
    targets = page.evaluate(MARK)
    if (shape := re.sub(r"\d+", "0", "\n".join(targets))) in walked:
        return []
    walked.add(shape)
    reached: dict[int, bool] = {}
    stays, last = 0, -2
    while stays < STOPS:
        page.keyboard.press("Tab")
        at = page.evaluate(AT)
        if at is None:
            break
        stays, last = (stays + 1 if at[0] == last else 0), at[0]
        reached[at[0]] = at[1]
    else:
        return [f"Tab never leaves {targets[last]}"]
    missed = [f"not reached: {name}" for number, name in enumerate(targets) if number not in reached]
    return missed + [
        f"unseen: {targets[number]}" for number, seen in reached.items() if number >= 0 and not seen
    ]


@pytest.mark.parametrize("name", PEOPLE)
def test_every_target_is_reached_with_tab(casework: Casework, screen: tuple[Page, str], name: str) -> None:
    (page, address), client = screen, casework.at(name)
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "ngatu", "value": client.cookies["ngatu"], "url": address}])
    paths = [path for path, html in pages_from(client, "/password").items() if "<html" in html]
    assert len(paths) > 1
    wrong: dict[str, list[str]] = {}
    walked: set[str] = set()
    for path in sorted(paths):
        page.goto(address + path)
        expect(page.locator("#pane > p.empty")).to_have_count(0)  # a desk asks for its case
        if found := faults(page, walked):
            wrong[path] = found
            shot(page, f"walk-{name}-{path.strip('/').replace('/', '-')}")
    assert wrong == {}, "\n".join(f"{where}: {parts}" for where, parts in wrong.items())
