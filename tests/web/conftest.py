"""The web client on the whole stack, in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from scripts.stack.services import WEB
from scripts.stack.stack import Stack
from scripts.web import browsing, chromium
from scripts.web import build as building
from tests.missing import skip_but_fail_in_ci
from tests.servers import start_whole_stack

WAIT_MS = 30_000  # the machine may be busy with other tests
expect.set_options(timeout=WAIT_MS)

NO_BROWSER = "there is no Chromium, and none could be installed"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/web/" in item.nodeid:
            item.add_marker("web")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what tests recorded: how much pages weigh."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties if report.when == "call" else ():
            terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(scope="session")
def whole_stack() -> tuple[Stack, dict[str, int]]:
    return start_whole_stack("web")


@pytest.fixture(scope="session")
def _built() -> None:
    building.build()


@pytest.fixture
def web(stack: Stack, _built: None) -> Stack:
    """The stack with the client built and served."""
    for service in WEB:
        if service.ready != "exit" and not stack.register.alive(service.name):
            stack.run(service.name)
    return stack


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Ends with its file: while Playwright has an event loop Django's database cannot be used."""
    whole = getattr(request.module, "WHOLE_BROWSER", False)
    if chromium.get(whole=whole) is None:
        skip_but_fail_in_ci(NO_BROWSER)
    with browsing.browser(whole=whole) as found:
        yield found


@pytest.fixture
def context(web: Stack, browser: Browser) -> Iterator[BrowserContext]:
    """A browser of its own, in English, with the client's address as its base."""
    found = browser.new_context(base_url=web.web_url, locale="en-GB")
    found.set_default_timeout(WAIT_MS)
    yield found
    found.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which no error of a script and no violation of the policy may happen."""
    found = context.new_page()
    faults: list[str] = []
    found.on("pageerror", lambda error: faults.append(str(error)))
    found.on(
        "console",
        lambda message: (
            faults.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    yield found
    assert faults == []
