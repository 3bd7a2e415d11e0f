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
LOSE_ANSWERS = """() => {
  const send = window.fetch;
  window.fetch = async (address, request) => {
    const answer = await send(address, request);
    if (request?.method === "POST") throw new TypeError("The answer is lost.");
    return answer;
  };
}"""


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


def test_after_a_lost_answer_the_list_is_read_before_a_webhook_is_sent_again(
    page: Page, web: Stack, receiver: HttpDouble
) -> None:
    director, sent = demo(web, "director"), f"{receiver.url}/lost"
    listed = "**/bff/api/v1/webhook-subscriptions/?page=*"
    log_in(page, director)
    page.goto("/webhooks", wait_until="networkidle")
    page.evaluate(LOSE_ANSWERS)
    page.route(listed, lambda route: route.abort())
    page.get_by_label("Address").fill(sent)
    page.get_by_label("What it is for").fill("Lost records")
    page.get_by_label("A learner went on").check()
    add = page.get_by_role("button", name="Add it")
    add.click()
    expect(page.get_by_text("Read the list before you send it again")).to_be_visible()
    expect(add).to_be_disabled()
    page.unroute(listed)
    page.get_by_role("button", name="Read the list").click()
    note = page.get_by_role("status").filter(has_text="the list has a webhook to this address")
    expect(note.get_by_role("link", name="Lost records")).to_be_visible()
    expect(add).to_be_enabled()
    expect(page.get_by_label("Address")).to_have_value(sent)
    rows = call_core(web, director, "GET", "webhook-subscriptions/?page_size=100").json()
    (added,) = [one["id"] for one in rows["results"] if one["url"] == sent]
    expect(note.get_by_role("link")).to_have_attribute("href", f"/webhooks/{added}")
    call_core(web, director, "DELETE", f"webhook-subscriptions/{added}/")


def test_a_webhook_that_never_arrived_may_be_sent_again(
    page: Page, web: Stack, receiver: HttpDouble
) -> None:
    director = demo(web, "director")
    log_in(page, director)
    page.goto("/webhooks", wait_until="networkidle")
    page.route("**/bff/api/v1/webhook-subscriptions/", lambda route: route.abort(), times=1)
    page.get_by_label("Address").fill(f"{receiver.url}/again")
    page.get_by_label("What it is for").fill("Sent twice")
    page.get_by_label("A learner went on").check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("the list has no webhook to this address")).to_be_visible()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text(NEW_SECRET)).to_be_visible()
    expect(page.get_by_text("the list has no webhook to this address")).to_have_count(0)
    rows = call_core(web, director, "GET", "webhook-subscriptions/?page_size=100").json()
    (added,) = [one["id"] for one in rows["results"] if one["description"] == "Sent twice"]
    call_core(web, director, "DELETE", f"webhook-subscriptions/{added}/")


def test_a_webhook_of_others_is_not_there(page: Page, web: Stack, webhook: str) -> None:
    page.context.clear_cookies()
    log_in(page, signed_up(web))
    for path in ("/webhooks", f"/webhooks/{webhook}"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("main")).not_to_contain_text("Our records")
