"""Courses, lessons, quizzes and search."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from scripts.stack.stack import Stack
from tests.integration.story import eventually
from tests.web.people import Person, call_core, log_in, signed_up

MODULE = "module-101-1"
"""It has a text in three languages, and a quiz."""


@pytest.fixture
def learner(web: Stack) -> Person:
    return signed_up(web)


def percentage(stack: Stack, person: Person) -> float:
    rows = call_core(stack, person, "GET", "progress/?page_size=100").json()["results"]
    found = [one["completion_percentage"] for one in rows if one["content_id"] == MODULE]
    return float(found[0]) if found else -1.0


def test_reading_on_reports_how_far_the_learner_is(page: Page, web: Stack, learner: Person) -> None:
    log_in(page, learner)
    page.goto(f"/learn/{MODULE}")
    expect(page.get_by_text("Section 1 of")).to_be_visible()
    eventually(lambda: percentage(web, learner) == 0)
    page.get_by_role("link", name="Next:").click()
    expect(page.get_by_text("Section 2 of")).to_be_visible()
    eventually(lambda: percentage(web, learner) > 0)
    expect(page.locator("article .sync")).to_contain_text("Accepted at")


def test_progress_without_a_line_is_kept_and_sent(
    context: BrowserContext, page: Page, web: Stack, learner: Person
) -> None:
    log_in(page, learner)
    page.route("**/bff/api/v1/progress/", lambda route: route.abort())
    page.goto(f"/learn/{MODULE}/2")
    expect(page.get_by_role("banner")).to_contain_text("1 kept on this phone")
    page.unroute("**/bff/api/v1/progress/")
    page.goto("/learn")
    eventually(lambda: percentage(web, learner) > 0)


def test_a_text_is_read_in_the_language_of_the_page(web: Stack, browser: Browser) -> None:
    context = browser.new_context(base_url=web.web_url, locale="en-GB")
    page = context.new_page()
    person = signed_up(web)
    preferences = {"locale": "sw"}
    assert call_core(web, person, "PATCH", "users/me/preferences/", preferences).status_code == 200
    log_in(page, person)
    page.goto(f"/learn/{MODULE}")
    expect(page.locator("article h2").first).to_have_attribute("lang", "sw")
    context.close()


def test_a_quiz_keeps_its_answers_over_a_reload_and_says_what_was_right(
    page: Page, web: Stack, learner: Person
) -> None:
    log_in(page, learner)
    page.goto(f"/learn/{MODULE}/quiz")
    page.get_by_role("button", name="Begin the quiz").dblclick()
    first = page.locator("main fieldset").first
    expect(first).to_be_visible()
    (quiz,) = call_core(web, learner, "GET", f"quizzes/?content={MODULE}").json()["results"]
    attempts = f"quizzes/{quiz['id']}/attempts/"
    assert call_core(web, learner, "GET", attempts).json()["count"] == 1
    answer = page.locator("main fieldset input").first
    if answer.get_attribute("type") in ("radio", "checkbox"):
        answer.check()
        page.reload()
        expect(page.locator("main fieldset input").first).to_be_checked()
    page.get_by_role("button", name="Hand in my answers").click()
    page.wait_for_url("**/quiz/*")
    expect(page.get_by_role("heading", name="Attempt 1")).to_be_visible()
    expect(page.get_by_text("Not right").first).to_be_visible()


@pytest.mark.parametrize("with_script", [True, False])
def test_search_finds_and_filters_by_its_form(
    web: Stack, browser: Browser, with_script: bool
) -> None:
    context = browser.new_context(
        base_url=web.web_url, locale="en-GB", java_script_enabled=with_script
    )
    page = context.new_page()
    log_in(page, signed_up(web))
    page.goto("/search")
    page.get_by_label("What do you want to learn?").fill("how do I recognise phishing")
    page.get_by_role("button", name="Search", exact=True).click()
    page.wait_for_url("**/search?q=*")
    expect(page.locator("main ol > li").first).to_be_visible()
    page.locator("summary").first.click()
    page.get_by_label("Kind").select_option("mission")
    page.get_by_role("button", name="Search", exact=True).click()
    page.wait_for_url("**type=mission*")
    expect(page.get_by_label("Kind")).to_have_value("mission")
    context.close()
