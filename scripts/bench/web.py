"""The measure of pages in Chromium, on a slow line and a slow phone: 1.6 Mbps, 300 ms, a processor
slowed four times."""

from playwright.sync_api import Page

from scripts.bench.figures import Figure, Line, Sides, compare
from scripts.bench.running import Size
from scripts.stack.stack import Stack
from scripts.web.browsing import browser, log_in
from scripts.web.weight import Weight, weigh, weighed_page

OPEN = ("/sign-up",)
LEARNER = ("/dashboard/student", "/learn", "/missions", "/coaching")
LINES = (
    Line("paint", "ms", "largest_paint_ms", "<= 2500"),
    Line("all", "KB", "all_kb", "<= 280"),
    Line("scripts", "KB", "script_kb", "<= 172"),
    Line("requests", "", "requests", "<= 40"),
)


def web(size: Size, stack: Stack) -> list[Figure]:
    """First visits of pages: the largest paint, bytes and requests."""
    with browser() as found, weighed_page(found, stack.web_url, slow=True) as (page, weight):
        figures = _figures(size, page, weight, OPEN)
        log_in(page, "learner@ongoza.example", stack.secrets["DEMO_PASSWORD"])
        return figures + _figures(size, page, weight, LEARNER)


def _figures(size: Size, page: Page, weight: Weight, paths: tuple[str, ...]) -> list[Figure]:
    figures = []
    for path in paths:
        sides: Sides = [(weigh(page, weight, path), {}) for _ in range(size.rounds)]
        lines = (one._replace(measure=f"{path}, {one.measure}") for one in LINES)
        figures += compare(sides, *lines)
    return figures
