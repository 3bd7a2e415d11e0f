"""A neighbour that is away never makes a page fail, and is said."""

from playwright.sync_api import Page, expect

from scripts.stack.services import SESSIONS
from scripts.stack.stack import Stack
from tests.integration.story import eventually
from tests.web.people import log_in, signed_up

AWAY = "This does not open for now"


def test_without_ai_the_home_stands_and_says_what_is_missing(page: Page, web: Stack) -> None:
    log_in(page, signed_up(web))
    page.wait_for_url("**/dashboard/student*")
    web.kill("ai")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Amani")
    expect(page.get_by_role("main")).to_contain_text(AWAY)
    page.goto("/coaching")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    web.run("ai")


def test_without_core_a_page_says_so_and_opens_again_by_itself(page: Page, web: Stack) -> None:
    log_in(page, signed_up(web))
    page.wait_for_url("**/dashboard/student*")
    web.kill("core")
    page.goto("/coaching")
    expect(page.get_by_role("heading", level=1)).to_contain_text("does not open for now")
    page.goto("/log-in")
    page.get_by_label("Email").fill("learner@ongoza.example")
    page.get_by_label("Password").fill("does not matter")
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.locator(".errors")).to_contain_text("cannot be reached")
    assert page.get_by_label("Email").input_value() == "learner@ongoza.example"
    web.run("core")
    page.goto("/coaching")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("does not open")


def test_without_kafka_everything_opens(page: Page, web: Stack) -> None:
    log_in(page, signed_up(web))
    web.kill("kafka")
    try:
        for path in ("/dashboard/student", "/coaching", "/missions", "/settings"):
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            expect(page.get_by_role("main")).not_to_contain_text(AWAY)
    finally:
        web.run("kafka")
        eventually(lambda: web.healthy("worker"))


def test_without_sessions_pages_for_everybody_open(page: Page, web: Stack) -> None:
    log_in(page, signed_up(web))
    page.wait_for_url("**/dashboard/student*")
    web.kill(SESSIONS)
    page.goto("/log-in")
    expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
    page.goto("/settings")
    expect(page.get_by_role("heading", level=1)).to_contain_text("does not open for now")
    web.run(SESSIONS)
    eventually(lambda: page.goto("/settings") and "/log-in" not in page.url)
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("does not open")
