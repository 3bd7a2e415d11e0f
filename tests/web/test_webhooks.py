"""Webhooks of an organization, in a browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from scripts.stack.stack import Stack
from tests.http_double import HttpDouble
from tests.integration.story import eventually
from tests.web.people import call_core, demo, log_in, signed_up

NEW_SECRET = "Copy the secret now: it is shown once."


@pytest.fixture
def receiver() -> Iterator[HttpDouble]:
    double = HttpDouble()
    yield double
    double.close()


@pytest.fixture
def webhook(page: Page, web: Stack, receiver: HttpDouble) -> Iterator[str]:
    """The id of one that the demo's director adds by the page."""
    director = demo(web, "director")
    log_in(page, director)
    page.goto("/webhooks")
    page.get_by_label("Address").fill(f"{receiver.url}/facts")
    page.get_by_label("What it is for").fill("Our records")
    page.get_by_label("A learner went on").check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text(NEW_SECRET)).to_be_visible()
    page.get_by_role("link", name="Our records").click()
    page.wait_for_url(re.compile(r"/webhooks/[0-9a-f-]{36}$"))
    added = page.url.rsplit("/", 1)[1]
    yield added
    call_core(web, director, "DELETE", f"webhook-subscriptions/{added}/")


def test_a_webhook_is_tested_paused_and_given_another_secret(
    page: Page, webhook: str, receiver: HttpDouble
) -> None:
    page.get_by_role("button", name="Send a test").click()
    (received,) = eventually(lambda: receiver.received)
    assert received.path == "/facts"

    def is_answered() -> bool:
        page.reload()
        return "201 in " in page.locator("table").inner_text()

    eventually(is_answered)
    page.get_by_role("button", name="Pause it").click()
    expect(page.get_by_text("Nothing is sent.")).to_be_visible()
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_role("button", name="Pause it")).to_be_visible()
    page.get_by_role("button", name="Replace the secret").click()
    page.get_by_role("dialog").get_by_role("button", name="Replace it").click()
    expect(page.get_by_text(NEW_SECRET)).to_be_visible()
    assert page.get_by_role("textbox", name="Secret").input_value().startswith("whsec_")


def test_a_webhook_of_others_is_not_there(page: Page, web: Stack, webhook: str) -> None:
    page.context.clear_cookies()
    log_in(page, signed_up(web))
    for path in ("/webhooks", f"/webhooks/{webhook}"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("main")).not_to_contain_text("Our records")
