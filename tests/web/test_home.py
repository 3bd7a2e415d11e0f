"""The learner's home stands while a neighbour is away, and takes what a learner says of items."""

import httpx
from playwright.sync_api import Page, expect

from scripts.stack.stack import Stack
from tests.integration.story import ANSWER_SECONDS, Learner
from tests.web.people import demo, log_in


def feedback_of(stack: Stack) -> dict[str, str]:
    """What the demo learner said, by item."""
    person = demo(stack, "learner")
    body = {"email": person.email, "password": person.password}
    url = f"{stack.core_url}/api/v1/auth/login/"
    signed_in = httpx.post(url, json=body, timeout=ANSWER_SECONDS).json()
    learner = Learner(stack, signed_in["user"]["id"], signed_in["access_token"], "")
    rows = learner.core("GET", "/api/v1/feedback/?page_size=100").json()["results"]
    return {row["content_id"]: row["verdict"] for row in rows}


def test_the_home_stands_while_ai_is_away(page: Page, web: Stack) -> None:
    log_in(page, demo(web, "learner"))
    web.stop("ai")
    try:
        page.goto("/dashboard/student")
        expect(page.get_by_role("heading", name="Also open to you")).to_be_visible()
        expect(page.get_by_text("This does not open for now").first).to_be_visible()
        expect(page.locator("#programs")).to_be_visible()
        expect(page.get_by_role("heading", name="What is planned")).to_be_visible()
    finally:
        web.run("ai")


def test_a_learner_says_that_an_item_is_not_for_them_and_takes_it_back(
    page: Page, web: Stack
) -> None:
    log_in(page, demo(web, "learner"))
    page.goto("/dashboard/student")
    first = page.locator("section[aria-labelledby=open] li").first
    item = (first.get_by_role("link").get_attribute("href") or "").rsplit("/", 1)[1]
    button = first.get_by_role("button", name="Not for me")
    button.dblclick()
    expect(first.get_by_role("status")).to_contain_text("it leaves your list")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert feedback_of(web)[item] == "not_for_me"
    button.click()
    expect(first.get_by_role("status")).to_contain_text("Taken back")
    assert item not in feedback_of(web)
