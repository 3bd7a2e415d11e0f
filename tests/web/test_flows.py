"""The flows of the client's specification, each in a browser on the real stack."""

import re

from playwright.sync_api import Page, expect

from scripts.stack.stack import Stack
from tests.integration.story import eventually
from tests.web.people import Person, log_in, sign_up, signed_up
from tests.web.session_store import replace_access_token

QUESTIONS_MAX = 30
"""More than the profiler asks."""
SESSION = "__Host-och"


def answer_all(page: Page) -> int:
    """Chooses the first option of every question, and returns how many there were."""
    for number in range(QUESTIONS_MAX):
        page.wait_for_url("**/onboarding/ai-profiler**")
        if "/result" in page.url:
            return number
        page.get_by_role("radio").first.check()
        heading = page.get_by_role("heading", level=1).inner_text()
        page.get_by_role("button", name="Next question").click()
        page.wait_for_function(
            "before => document.querySelector('h1')?.innerText !== before", arg=heading
        )
    raise AssertionError("the profiler does not end")


def test_from_sign_up_by_the_profiler_to_the_dashboard(page: Page, web: Stack) -> None:
    sign_up(page, Person.new())
    assert answer_all(page) >= 12
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("button", name=re.compile("^Start with")).click()
    page.wait_for_url("**/dashboard/student?track=*&welcome=true")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Zawadi")


def test_recommendations_are_shown_with_reasons_and_follow_what_the_learner_says(
    page: Page, web: Stack
) -> None:
    log_in(page, signed_up(web))
    page.wait_for_url("**/dashboard/student*")
    titles = page.locator("main h3 a")
    expect(titles.first).to_be_visible()
    first = titles.first.inner_text()
    page.get_by_role("button", name="Not for me").first.click()

    def is_gone() -> bool:
        page.reload()
        return first not in page.locator("main").inner_text()

    assert eventually(is_gone)


def test_a_page_and_a_write_outlive_their_access_token(page: Page, web: Stack) -> None:
    log_in(page, signed_up(web))
    for seconds in (-5, 3600):
        (cookie,) = (one["value"] for one in page.context.cookies() if one["name"] == SESSION)
        replace_access_token(web, cookie, seconds)
        page.goto("/settings")
        assert "/log-in" not in page.url
        replace_access_token(web, cookie, seconds)
        status = page.evaluate(
            """() => fetch("/bff/api/v1/users/me/", {
                method: "PATCH",
                headers: {"content-type": "application/json"},
                body: JSON.stringify({first_name: "Zuri"}),
            }).then(answer => answer.status)"""
        )
        assert status == 200
