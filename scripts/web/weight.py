"""What a page weighs, and how soon it paints on a slow line and a slow phone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page

from scripts.web.browsing import WAIT_MS

FLOOR_KB = 137
"""JavaScript of an empty page of Next.js on the wire."""
SLOW_LINE = {
    "offline": False,
    "latency": 300,
    "downloadThroughput": 200_000,
    "uploadThroughput": 93_750,
}
PAINT = """new Promise(resolve => {
  const report = list => resolve(list.getEntries().at(-1).startTime);
  new PerformanceObserver(report).observe({type: "largest-contentful-paint", buffered: true});
})"""


@dataclass
class Weight:
    """Bytes on the wire since the last reset."""

    scripts: int = 0
    all: int = 0
    requests: int = 0
    types: dict[str, str] = field(default_factory=dict)

    def reset(self) -> None:
        self.scripts = self.all = self.requests = 0

    def watch(self, context: BrowserContext, page: Page) -> None:
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.responseReceived", self._received)
        session.on("Network.loadingFinished", self._finished)

    def _received(self, event: dict[str, str]) -> None:
        self.types[event["requestId"]] = event["type"]

    def _finished(self, event: dict[str, str]) -> None:
        size = int(event["encodedDataLength"])
        self.all += size
        self.requests += 1
        self.scripts += size if self.types.get(event["requestId"]) == "Script" else 0


def weigh(page: Page, weight: Weight, path: str) -> dict[str, float]:
    """Opens the page with an empty cache, and says what crossed the line."""
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    weight.reset()
    page.goto(path, wait_until="networkidle")
    return _found(page, weight)


def weigh_next(page: Page, weight: Weight, path: str) -> dict[str, float]:
    """Follows the link of the open page, with what the browser has by then."""
    weight.reset()
    page.locator(f"a[href='{path}']").first.click()
    page.wait_for_url(f"**{path}")
    page.wait_for_load_state("networkidle")
    return _found(page, weight)


def _found(page: Page, weight: Weight) -> dict[str, float]:
    return {
        "script_kb": round(weight.scripts / 1000, 1),
        "all_kb": round(weight.all / 1000, 1),
        "requests": weight.requests,
        "largest_paint_ms": round(page.evaluate(PAINT)),
    }


@contextmanager
def weighed_page(
    browser: Browser, url: str, *, slow: bool = False
) -> Iterator[tuple[Page, Weight]]:
    """A page of a phone, without what a service worker keeps; `slow`: of a slow phone on a slow
    line, for which the browser keeps a processor busy."""
    context = browser.new_context(
        base_url=url,
        locale="en-GB",
        service_workers="block",
        viewport={"width": 360, "height": 740},
    )
    context.set_default_timeout(WAIT_MS)
    page, weight = context.new_page(), Weight()
    weight.watch(context, page)
    if slow:
        session = context.new_cdp_session(page)
        session.send("Network.emulateNetworkConditions", SLOW_LINE)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    yield page, weight
    context.close()
