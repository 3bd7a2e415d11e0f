"""The measure of pages in a browser, on a slow line and a slow phone."""

from statistics import median

from playwright.sync_api import Page

from scripts.bench.figures import Figure, figure
from scripts.bench.running import WITH_WEB, Size, on_stack
from scripts.stack.stack import Stack
from scripts.web.browsing import browser, log_in
from scripts.web.weight import Weight, slow_page, weigh

OPEN = ("/sign-up",)
LEARNER = ("/dashboard/student", "/learn", "/missions", "/coaching")
KEYS = {
    "largest_paint_ms": ("largest paint", "ms", "<= 2500"),
    "all_kb": ("first visit", "KB", "<= 280"),
    "script_kb": ("scripts", "KB", "<= 172"),
    "requests": ("requests", "requests", "<= 40"),
}
NOTE = "Chromium, 1.6 Mbps, 300 ms, processor slowed four times, an empty cache"


@on_stack(*WITH_WEB)
def web(size: Size, stack: Stack) -> list[Figure]:
    """First visits of pages: the largest paint, bytes and requests."""
    with browser() as found, slow_page(found, stack.web_url) as (page, weight):
        figures = _figures(size, page, weight, OPEN)
        log_in(page, "learner@ongoza.example", stack.secrets["DEMO_PASSWORD"])
        return figures + _figures(size, page, weight, LEARNER)


def _figures(size: Size, page: Page, weight: Weight, paths: tuple[str, ...]) -> list[Figure]:
    figures = []
    for path in paths:
        rounds = [weigh(page, weight, path) for _ in range(size.rounds)]
        for key, (name, unit, goal) in KEYS.items():
            value = median(one[key] for one in rounds)
            figures.append(figure(f"{path}, {name}", unit, value, None, goal, NOTE))
    return figures
