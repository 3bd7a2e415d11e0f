"""What pages weigh, on a slow line and a slow phone: bytes and requests are limited, times printed."""

import json
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from scripts.stack.stack import Stack
from scripts.web.browsing import WAIT_MS
from tests.web.people import Person, demo, log_in, sign_up

pytestmark = pytest.mark.slow

FLOOR_KB = 137
"""JavaScript of an empty page of Next.js on the wire."""
SLOW_LINE = {
    "offline": False,
    "latency": 300,
    "downloadThroughput": 200_000,
    "uploadThroughput": 93_750,
}
LCP = """new Promise(resolve => new PerformanceObserver(list =>
  resolve(list.getEntries().at(-1).startTime)).observe({type: "largest-contentful-paint", buffered: true}))"""


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


def weigh(page: Page, weight: Weight, path: str) -> tuple[float, float, int, float]:
    """KB of scripts, KB of all, requests, and milliseconds to the largest paint."""
    weight.scripts = weight.all = weight.requests = 0
    page.goto(path, wait_until="networkidle")
    return weight.scripts / 1000, weight.all / 1000, weight.requests, page.evaluate(LCP)


@pytest.fixture
def fresh(web: Stack, browser: Browser) -> tuple[Page, Weight, BrowserContext]:
    context = browser.new_context(
        base_url=web.web_url,
        locale="en-GB",
        service_workers="block",
        viewport={"width": 360, "height": 740},
    )
    context.set_default_timeout(WAIT_MS)
    page, weight = context.new_page(), Weight()
    weight.watch(context, page)
    return page, weight, context


def test_a_first_visit_of_the_sign_up_is_light(
    fresh: tuple[Page, Weight, BrowserContext], capsys: pytest.CaptureFixture[str]
) -> None:
    page, weight, context = fresh
    scripts, everything, requests, paint = weigh(page, weight, "/sign-up")
    with capsys.disabled():
        print(
            f"\n/sign-up: {scripts:.0f} KB of scripts, {everything:.0f} KB, {requests} requests, {paint:.0f} ms"
        )
    assert scripts <= FLOOR_KB + 25
    assert everything <= 250
    sign_up(page, Person.new())
    page.wait_for_url("**/onboarding/ai-profiler*")
    context.close()


@pytest.mark.parametrize(
    ("role", "paths", "over_floor", "whole"),
    [
        (
            "learner",
            ("/dashboard/student", "/learn", "/coaching", "/search?q=web", "/settings"),
            25,
            250,
        ),
        ("learner", ("/missions",), 35, 280),
        ("mentor", ("/reviews", "/mentees", "/messages"), 95, 380),
        ("director", ("/dashboard/staff", "/members", "/cohorts"), 95, 380),
    ],
)
def test_pages_keep_their_budgets(  # noqa: PLR0913
    fresh: tuple[Page, Weight, BrowserContext],
    web: Stack,
    role: str,
    paths: tuple[str, ...],
    over_floor: int,
    whole: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page, weight, context = fresh
    log_in(page, demo(web, role))
    found = {}
    for path in paths:
        page.context.new_cdp_session(page).send("Network.clearBrowserCache")
        found[path] = weigh(page, weight, path)
    with capsys.disabled():
        for path, (scripts, everything, requests, paint) in found.items():
            print(
                f"\n{path}: {scripts:.0f} KB of scripts, {everything:.0f} KB, "
                f"{requests} requests, {paint:.0f} ms"
            )
    heavy = {
        path: (scripts, everything)
        for path, (scripts, everything, _, _) in found.items()
        if scripts > FLOOR_KB + over_floor or everything > whole
    }
    context.close()
    assert heavy == {}, json.dumps(heavy)
