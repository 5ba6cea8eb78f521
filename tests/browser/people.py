"""People at the console's pages: how they sign in, and what they wait for."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, expect

from central.words.languages import Language
from tests.browser.office import Office
from tests.browser.pictures import shot

expect.set_options(timeout=20_000)  # a busy machine draws a page late; what never comes is waited for once

OWN_PASSWORD = "Một câu dễ nhớ hơn 1 từ khó"


def sign_in(
    browser: Browser, office: Office, username: str, problems: list[str], language: Language = "vi"
) -> Page:
    """A new browser profile, signed in with the one-time password, which has to be changed at once."""
    screen = browser.new_context(viewport={"width": 1366, "height": 768}, locale=language)
    page = screen.new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{office.url}/language/{language}")
    page.goto(f"{office.url}/cases")
    expect(page).to_have_url(re.compile("/sign-in"))
    shot(page, "sign-in")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(office.passwords[username])
    page.keyboard.press("Enter")
    page.locator("[name=old]").fill(office.passwords[username])
    page.locator("[name=new]").fill(OWN_PASSWORD)
    page.locator("[name=again]").fill(OWN_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("header nav")).to_be_visible()
    return page


def wait_for_case(page: Page, number: int) -> None:
    """The case is on the screen, its three stills, its moving clip and the overlay; it may be decided."""
    expect(page.locator(f"[data-case='{number}']:not([data-just-shown])")).to_be_visible()
    stills = page.locator("[data-still] img")
    expect(stills).to_have_count(3)
    expect(stills.last).to_have_js_property("complete", True)
    expect(page.locator("[data-clip-time]")).to_have_text(re.compile(r"[+−]\d[,.]\d\d s"))


@dataclass
class Staff:
    """The people of an office, each at a browser of their own, signed in when they are needed."""

    browser: Browser
    office: Office
    problems: list[str]
    language: Language = "vi"
    pages: dict[str, Page] = field(default_factory=dict)

    def go_home(self) -> None:
        """Nobody leaves a page open that asks by itself."""
        for page in self.pages.values():
            page.goto("about:blank")

    def go(self, name: str, path: str) -> Page:
        """Somebody opens a page of the console; signs in again where the night has ended the session."""
        if name not in self.pages:
            self.pages[name] = sign_in(self.browser, self.office, name, self.problems, self.language)
        page = self.pages[name]
        page.goto(self.office.url + path)
        if "/sign-in" in page.url:
            page.locator("[name=username]").fill(name)
            page.locator("[name=password]").fill(OWN_PASSWORD)
            page.keyboard.press("Enter")
            expect(page).not_to_have_url(re.compile("/sign-in"))
        return page
