"""Staff decide a report that a learner made about a mentor."""

import re
import secrets
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import FilePayload, Page, expect

from scripts.stack.stack import Stack
from tests.web.people import call_core, demo, log_in

TEXT = "He asked me for money.\nTwice."


@pytest.fixture
def match(web: Stack) -> str:
    """The id of the demo learner's match."""
    found = call_core(web, demo(web, "learner"), "GET", "mentorship/matches/").json()
    return str(found["results"][0]["id"])


@pytest.fixture
def report(web: Stack, match: str) -> Iterator[str]:
    """The id of a report of the demo learner about their mentor."""
    made = add_report(web, match)
    yield made
    dismiss(web, made)


def add_report(web: Stack, match: str, messages: Sequence[str] = ()) -> str:
    body = {"match": match, "reason": "cheating", "text": TEXT, "messages": [*messages]}
    answer = call_core(web, demo(web, "learner"), "POST", "conduct/reports/", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def dismiss(web: Stack, report: str) -> None:
    """Lets the next test report the same again; a test may have done it itself."""
    path, director = f"conduct/queue/{report}/", demo(web, "director")
    if call_core(web, director, "GET", path).json()["state"] != "dismissed":
        answer = call_core(web, director, "POST", f"{path}transitions/", {"action": "dismiss"})
        assert answer.status_code == 200, answer.text


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


def test_a_report_lists_the_files_of_its_messages(page: Page, web: Stack, match: str) -> None:
    log_in(page, demo(web, "learner"))
    page.goto(f"/messages/{match}", wait_until="networkidle")
    text = f"This is what I was sent: {secrets.token_hex(4)}."
    page.get_by_label("Message", exact=True).fill(text)
    file = FilePayload(name="offer.txt", mimeType="text/plain", buffer=text.encode() * 100)
    page.locator("input[type=file]").set_input_files(file)
    form = page.locator("form").filter(has=page.get_by_label("Message", exact=True))
    expect(form.locator("input[name=artifacts]")).to_have_count(1)
    form.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("main ol.list > li").filter(has_text=text)).to_be_visible()
    path = f"mentorship/matches/{match}/messages/"
    messages = call_core(web, demo(web, "learner"), "GET", path).json()["results"]
    report = add_report(web, match, [one["id"] for one in messages if one["text"] == text])
    page.context.clear_cookies()
    log_in(page, demo(web, "director"))
    page.goto(f"/conduct/{report}")
    shown = page.locator("main li").filter(has_text=text)
    expect(shown).to_contain_text("offer.txt")
    expect(shown).to_contain_text("4\u00a0KB")
    expect(shown.get_by_role("link")).to_have_count(0)
    dismiss(web, report)


def test_reports_are_not_for_learners(page: Page, web: Stack) -> None:
    log_in(page, demo(web, "learner"))
    expect(page.get_by_role("navigation", name="Main")).not_to_contain_text("Reports")
    for path in ("/conduct", "/conduct/018f0000-0000-7000-8000-00000000dead"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_have_text("This is for others")
