"""An installer in a browser: draws on the picture with mouse or finger."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from edge.setup.sight import Sight
from tests.browser import office
from tests.edge.setup.page import Page as SetupPage

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1366, "height": 768}

Points = Sequence[Sequence[float]]


@dataclass
class Served:
    """The set-up page on a port."""

    setup: SetupPage
    url: str

    def visitor(self, browser: Browser, size: ViewportSize, *, touch: bool = False) -> BrowserContext:
        """A browser that came in by the newest token."""
        context = browser.new_context(viewport=size, has_touch=touch)
        context.new_page().goto(f"{self.url}/?token={self.setup.tokens[-1]}")
        return context


@contextmanager
def serving(folder: Path, sight: Sight | None = None) -> Iterator[Served]:
    """The page over a folder, on a free port."""
    setup, listener = SetupPage(folder, sight=sight or Sight()), office.free_port()
    with office.served(setup.app, listener):
        yield Served(setup, office.address_of(listener))


@dataclass
class Pencil:
    """Draws in pixels of the camera's picture."""

    page: Page
    size: tuple[int, int]

    def wait(self) -> None:
        """Until the picture is there."""
        expect(self.page.locator("[data-stage] video")).to_have_js_property("readyState", 4)
        self.page.locator("[data-play]").click()
        self.page.locator("[data-stage] svg").scroll_into_view_if_needed()

    def tool(self, name: str) -> None:
        """Takes a tool."""
        self.page.locator(f"[data-tool={name}]").click()

    def line(self, points: Points) -> None:
        """Sets the ends of a line; a tool is taken."""
        for point in (points[0], points[-1]):
            self.click(point)

    def area(self, points: Points) -> None:
        """Sets corners and says that it is done; a tool is taken."""
        for point in points:
            self.click(point)
        self.page.locator("[data-act=finish]").click()

    def box(self, box: Sequence[float]) -> None:
        """Drags a box; a tool is taken."""
        self.page.mouse.move(*self.at(box[:2]))
        self.page.mouse.down()
        self.page.mouse.move(*self.at(box[2:]), steps=3)
        self.page.mouse.up()

    def drag(self, start: Sequence[float], end: Sequence[float]) -> None:
        """Drags what is at a place to another."""
        self.box([*start, *end])

    def click(self, point: Sequence[float]) -> None:
        """Sets a point where it is, snapping to nothing."""
        self.page.keyboard.down("Alt")
        self.page.mouse.click(*self.at(point))
        self.page.keyboard.up("Alt")

    def tap(self, point: Sequence[float]) -> None:
        """With a finger."""
        self.page.touchscreen.tap(*self.at(point))

    def at(self, point: Sequence[float]) -> tuple[float, float]:
        """Where a place of the picture is on the screen; its edges are a hair inside."""
        box = self.page.locator("[data-stage] svg").bounding_box()
        assert box is not None
        across, down = (min(max(v / of, 0.0005), 0.9995) for v, of in zip(point, self.size, strict=True))
        return box["x"] + across * box["width"], box["y"] + down * box["height"]

    def kept(self) -> None:
        """Until everything is saved."""
        expect(self.page.locator("[data-kept]")).to_have_text("Đã lưu")
