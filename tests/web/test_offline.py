"""What a learner does without a line stays on the phone, and is sent under their log-in alone."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scripts.stack.stack import Stack
from tests.integration.story import eventually
from tests.web.people import Person, call_core, log_in, signed_up

HABITS = "coaching/habits/"
KEPT_PAGES = "caches.open('pages').then(cache => cache.keys()).then(keys => keys.length)"


@pytest.fixture
def learner(web: Stack) -> Person:
    """With a habit."""
    person = signed_up(web)
    habit = {"title": "Read for 20 minutes", "schedule": "daily"}
    assert call_core(web, person, "POST", HABITS, habit).status_code == 201
    return person


def entries(stack: Stack, person: Person) -> int:
    (habit,) = call_core(stack, person, "GET", HABITS).json()["results"]
    return int(call_core(stack, person, "GET", f"{HABITS}{habit['id']}/log/").json()["count"])


def open_coaching(page: Page, person: Person) -> None:
    """Twice, so that the service worker has the page."""
    log_in(page, person)
    page.wait_for_url("**/dashboard/student*")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    for _ in range(2):
        page.goto("/coaching", wait_until="networkidle")


def tick(page: Page) -> None:
    page.get_by_role("button", name="Done today").first.click()


def test_a_tick_without_a_line_is_kept_and_sent_once_when_it_is_back(
    context: BrowserContext, page: Page, web: Stack, learner: Person
) -> None:
    open_coaching(page, learner)
    context.set_offline(True)
    tick(page)
    expect(page.get_by_role("banner")).to_contain_text("1 kept on this phone")
    assert entries(web, learner) == 0
    page.reload()  # from what the phone keeps
    expect(page.get_by_role("banner")).to_contain_text("1 kept on this phone")
    context.set_offline(False)
    eventually(lambda: entries(web, learner) == 1)
    expect(page.get_by_role("banner")).not_to_contain_text("kept on this phone")


def test_another_persons_log_in_on_the_same_phone_sends_nothing_of_the_first(
    context: BrowserContext, page: Page, web: Stack, learner: Person
) -> None:
    open_coaching(page, learner)
    context.set_offline(True)
    tick(page)
    expect(page.get_by_role("banner")).to_contain_text("1 kept on this phone")
    context.clear_cookies(name="__Host-och")
    context.set_offline(False)
    other = signed_up(web)
    log_in(page, other)
    page.goto("/coaching", wait_until="networkidle")
    expect(page.get_by_role("banner")).not_to_contain_text("kept on this phone")
    expect(page.get_by_role("main")).not_to_contain_text("Read for 20 minutes")
    assert entries(web, learner) == 0
    context.set_offline(True)
    page.goto("/coaching")
    expect(page.get_by_role("main")).not_to_contain_text("Read for 20 minutes")


def test_a_page_of_one_person_sends_nothing_under_the_log_in_of_another(
    context: BrowserContext, page: Page, web: Stack, learner: Person
) -> None:
    open_coaching(page, learner)
    context.clear_cookies(name="__Host-och")
    tab = context.new_page()
    log_in(tab, signed_up(web))
    tab.wait_for_url("**/dashboard/student*")
    with page.expect_response("**/bff/api/v1/coaching/**") as answered:
        tick(page)
    assert answered.value.status == 409
    assert answered.value.json()["code"] == "other_user"
    expect(page.get_by_role("banner")).to_contain_text("1 kept on this phone")
    assert entries(web, learner) == 0


def test_logging_out_asks_while_something_is_unsent(
    context: BrowserContext, page: Page, web: Stack, learner: Person
) -> None:
    open_coaching(page, learner)
    page.goto("/settings", wait_until="networkidle")
    page.goto("/coaching", wait_until="networkidle")
    context.set_offline(True)
    tick(page)
    expect(page.get_by_role("banner")).to_contain_text("1 kept on this phone")
    page.route("**/bff/api/v1/coaching/**", lambda route: route.abort())
    context.set_offline(False)
    page.goto("/settings")
    page.get_by_role("button", name="Log out", exact=True).last.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Log out with 1 unsent?")
    dialog.get_by_role("button", name="Stay logged in").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_after_a_log_out_the_phone_keeps_no_page_and_only_what_is_unsent(
    context: BrowserContext, page: Page, web: Stack, learner: Person
) -> None:
    open_coaching(page, learner)
    assert page.evaluate(KEPT_PAGES) > 0
    page.route("**/bff/api/v1/coaching/**", lambda route: route.abort())
    tick(page)
    expect(page.get_by_role("banner")).to_contain_text("1 kept on this phone")
    page.goto("/settings")
    page.get_by_role("button", name="Log out", exact=True).last.click()
    page.get_by_role("dialog").get_by_role("button", name="Log out anyway").click()
    page.wait_for_url("**/log-in")
    assert page.evaluate(KEPT_PAGES) == 0
    context.set_offline(True)
    page.goto("/coaching")
    expect(page.get_by_role("heading", level=1)).to_have_text("No line for now")
    context.set_offline(False)
    page.unroute("**/bff/api/v1/coaching/**")
    log_in(page, learner)  # what waited is sent under its own log-in
    eventually(lambda: entries(web, learner) == 1)


def test_a_page_that_is_not_kept_says_so(context: BrowserContext, page: Page, web: Stack) -> None:
    open_coaching(page, signed_up(web))
    context.set_offline(True)
    page.goto("/certificates")
    expect(page.get_by_role("heading", level=1)).to_have_text("No line for now")
