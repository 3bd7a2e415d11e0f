"""Opens the client's pages in Chromium, as the people of the demo data."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from scripts.web import chromium
from scripts.web.pages import FOLLOWED, PAGES

WAIT_MS = 60_000


class NoBrowser(Exception):
    """There is no Chromium, and none could be installed."""


class NoLink(Exception):
    """A page of the demo data lacks the link that leads to another page."""


@contextmanager
def browser(*, whole: bool = False) -> Iterator[Browser]:
    """`whole` for one that has notifications. Raises NoBrowser."""
    path = chromium.get(whole=whole)
    if path is None:
        raise NoBrowser("there is no Chromium, and none could be installed")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield found
        found.close()


def log_in(page: Page, email: str, password: str) -> None:
    if "/log-in" not in page.url:
        page.goto("/log-in")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url(lambda url: "/log-in" not in url.split("?")[0])


def open_all(page: Page, role: str | None, *, strict: bool = True) -> Iterator[str]:
    """Opens every page of the role, and yields what each is called by. Raises NoLink if strict,
    else passes by what no link leads to."""
    for path in PAGES[role]:
        page.goto(path, wait_until="networkidle")
        yield path
    for path, *links in FOLLOWED.get(role or "", ()):
        page.goto(path)
        name = path
        for link in links:
            found = page.locator(link)
            if not found.count() and not strict:
                break
            if not found.count():
                raise NoLink(f"{role}: {name} has no {link}")
            page.goto(found.first.get_attribute("href") or path, wait_until="networkidle")
            name += "/one"
            yield name
