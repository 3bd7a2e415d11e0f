"""Staff decide a report that a learner made about a mentor."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from scripts.stack.stack import Stack
from tests.web.people import call_core, demo, log_in

pytestmark = pytest.mark.slow

TEXT = "He asked me for money.\nTwice."


@pytest.fixture
def report(web: Stack) -> Iterator[str]:
    """The id of a report of the demo learner about their mentor."""
    learner = demo(web, "learner")
    match = call_core(web, learner, "GET", "mentorship/matches/").json()["results"][0]["id"]
    body = {"match": match, "reason": "cheating", "text": TEXT}
    answer = call_core(web, learner, "POST", "conduct/reports/", body)
    assert answer.status_code == 201, answer.text
    made = str(answer.json()["id"])
    yield made
    path = f"conduct/queue/{made}/transitions/"
    call_core(web, demo(web, "director"), "POST", path, {"action": "dismiss"})


def test_a_report_is_taken_settled_and_opened_again(page: Page, web: Stack, report: str) -> None:
    log_in(page, demo(web, "director"))
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Reports").click()
    page.locator(f"main a[href='/conduct/{report}']").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("He asked me for money.")
    page.wait_for_load_state("networkidle")  # until then a click may find no script
    page.get_by_role("button", name="Take it").click()
    page.get_by_role("button", name="Settle it").click()
    outcome = page.get_by_label("What was done")
    expect(outcome).to_have_accessible_description(re.compile(r"Choose what was done\.$"))
    outcome.select_option("warning")
    page.get_by_role("button", name="Settle it").click()
    expect(page.get_by_role("button", name="Settle it")).to_have_count(0)
    expect(main).to_contain_text("A warning was given")
    page.goto("/conduct?state=resolved")
    page.locator(f"main a[href='/conduct/{report}']").click()
    page.wait_for_url(f"**/conduct/{report}", wait_until="networkidle")
    page.get_by_role("button", name="Open it again").click()
    page.get_by_role("button", name="Yes, open it").click()
    page.get_by_role("button", name="Dismiss it").click()
    page.get_by_role("button", name="Yes, dismiss it").click()
    expect(main).to_contain_text("This report was dismissed.")
    found = call_core(web, demo(web, "director"), "GET", f"conduct/queue/{report}/").json()
    steps = [one["action"] for one in found["decisions"]]
    assert (found["state"], steps) == ("dismissed", ["take", "resolve", "reopen", "dismiss"])


def test_a_report_says_who_made_it_and_about_whom(page: Page, web: Stack, report: str) -> None:
    me = call_core(web, demo(web, "learner"), "GET", "users/me/").json()
    reporter = f"{me['first_name']} {me['last_name']}"
    found = call_core(web, demo(web, "director"), "GET", f"conduct/queue/{report}/").json()
    assert found["reporter_name"] == reporter
    log_in(page, demo(web, "director"))
    page.goto("/conduct")
    row = page.locator("main tr", has=page.locator(f"a[href='/conduct/{report}']"))
    for name in (reporter, found["reported_name"]):
        expect(row).to_contain_text(name)
    row.get_by_role("link").click()
    page.wait_for_url(f"**/conduct/{report}")
    for name in (reporter, found["reported_name"]):
        expect(page.locator("main .head")).to_contain_text(name)


def test_reports_are_not_for_learners(page: Page, web: Stack) -> None:
    log_in(page, demo(web, "learner"))
    expect(page.get_by_role("navigation", name="Main")).not_to_contain_text("Reports")
    for path in ("/conduct", "/conduct/018f0000-0000-7000-8000-00000000dead"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_have_text("This is for others")
