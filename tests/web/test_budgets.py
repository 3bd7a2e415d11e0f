"""What pages weigh on a slow line and a slow phone: bytes are limited, times reported."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from scripts.stack.stack import Stack
from scripts.web.browsing import WAIT_MS
from tests.web.people import Person, demo, log_in, sign_up

pytestmark = pytest.mark.slow

LEARNER = ("/dashboard/student", "/learn", "/coaching", "/search?q=web", "/settings")
FLOOR_KB = 137
"""JavaScript of an empty page of Next.js on the wire."""
SLOW_LINE = {
    "offline": False,
    "latency": 300,
    "downloadThroughput": 200_000,
    "uploadThroughput": 93_750,
}
PAINT = """new Promise(resolve => {
  const told = list => resolve(list.getEntries().at(-1).startTime);
  new PerformanceObserver(told).observe({type: "largest-contentful-paint", buffered: true});
})"""


@dataclass
class Weight:
    """Bytes on the wire since the last reset."""

    scripts: int = 0
    all: int = 0
    requests: int = 0
    types: dict[str, str] = field(default_factory=dict)

    def watch(self, context: BrowserContext, page: Page) -> None:
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", SLOW_LINE)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
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
    weight.scripts = weight.all = weight.requests = 0
    page.goto(path, wait_until="networkidle")
    return {
        "script_kb": round(weight.scripts / 1000, 1),
        "all_kb": round(weight.all / 1000, 1),
        "requests": weight.requests,
        "largest_paint_ms": round(page.evaluate(PAINT)),
    }


@pytest.fixture
def slow(web: Stack, browser: Browser) -> Iterator[tuple[Page, Weight]]:
    """A page of a phone on a slow line, without what a service worker keeps."""
    context = browser.new_context(
        base_url=web.web_url,
        locale="en-GB",
        service_workers="block",
        viewport={"width": 360, "height": 740},
    )
    context.set_default_timeout(WAIT_MS)
    page, weight = context.new_page(), Weight()
    weight.watch(context, page)
    yield page, weight
    context.close()


Record = Callable[[str, object], None]
"""pytest's `record_property`, whose values are printed at the end."""


def test_a_first_visit_of_the_sign_up_is_light(
    slow: tuple[Page, Weight], record_property: Record
) -> None:
    page, weight = slow
    found = weigh(page, weight, "/sign-up")
    record_property("/sign-up", found)
    assert found["script_kb"] <= FLOOR_KB + 25
    assert found["all_kb"] <= 250
    sign_up(page, Person.new())
    page.wait_for_url("**/onboarding/ai-profiler*")


@pytest.mark.parametrize(
    ("role", "paths", "over_floor", "whole"),
    [
        ("learner", LEARNER, 25, 250),
        ("learner", ("/missions",), 35, 280),
        ("mentor", ("/reviews", "/mentees", "/messages"), 95, 380),
        ("director", ("/dashboard/staff", "/members", "/cohorts"), 95, 380),
    ],
)
def test_pages_keep_their_budgets(
    slow: tuple[Page, Weight],
    web: Stack,
    role: str,
    paths: tuple[str, ...],
    over_floor: int,
    whole: int,
    record_property: Record,
) -> None:
    page, weight = slow
    log_in(page, demo(web, role))
    heavy = {}
    for path in paths:
        page.context.new_cdp_session(page).send("Network.clearBrowserCache")
        found = weigh(page, weight, path)
        record_property(f"{role} {path}", found)
        if found["script_kb"] > FLOOR_KB + over_floor or found["all_kb"] > whole:
            heavy[path] = found
    assert heavy == {}
