"""Two clicks on a button write once: every button on every page of each role is tried."""

import pytest
from playwright.sync_api import Browser

from scripts.stack.stack import Stack
from scripts.web.browsing import log_in, open_all
from scripts.web.pages import PAGES
from tests.web.double_clicks import Clicker, Held
from tests.web.editors import open_editors

OF_STAFF = {
    "DELETE api/v1/organizations/*/members/*/",
    "POST api/v1/codes/",
    "POST api/v1/cohorts/*/announcements/",
    "POST api/v1/cohorts/*/enrolments/bulk/",
    "POST api/v1/cohorts/*/transitions/",
    "POST api/v1/organizations/*/invitations/",
}
WRITTEN: dict[str | None, set[str]] = {
    None: {
        *("POST forms/guardian-link", "POST forms/log-in", "POST forms/log-in-link"),
        *("POST forms/reset-password", "POST forms/sign-up"),
    },
    "learner": {
        "DELETE api/v1/auth/sessions/",
        "DELETE api/v1/auth/sessions/*/",
        "DELETE api/v1/users/me/",
        "PATCH api/v1/users/me/preferences/",
        "PATCH api/v1/coaching/goals/*/",
        "PATCH api/v1/coaching/habits/*/",
        "PATCH api/v1/coaching/reflections/*/",
        "POST api/v1/auth/tokens/",
        "POST api/v1/auth/totp/",
        "POST api/v1/calendar/token/",
        "POST api/v1/coaching/goals/",
        "POST api/v1/coaching/goals/*/milestones/",
        "POST api/v1/coaching/habits/",
        "POST api/v1/coaching/habits/*/log/",
        "POST api/v1/coaching/reflections/",
        "POST api/v1/conduct/reports/",
        "POST api/v1/enrolments/*/withdraw/",
        "POST api/v1/feedback/",
        "POST api/v1/mentorship/matches/*/messages/",
        "POST api/v1/mentorship/requests/",
        "POST api/v1/mentorship/sessions/",
        "POST api/v1/missions/*/submissions/",
        "POST api/v1/quizzes/*/attempts/",
        "POST api/v1/users/me/consents/",
        "POST api/v1/users/me/password/",
        "POST forms/data-saver",
        "POST forms/language-and-time",
        "POST forms/own-name",
        "POST forms/profiler",
        "POST forms/quiet-hours",
        "POST logout",
        "PUT api/v1/notifications/preferences/",
    },
    "mentor": {
        "POST api/v1/conduct/blocks/",
        "POST api/v1/mentorship/flags/",
        "POST api/v1/mentorship/groups/",
        "POST api/v1/mentorship/matches/*/messages/",
        "POST api/v1/mentorship/matches/*/notes/",
        "PUT api/v1/mentors/*/",
    },
    "director": {
        *OF_STAFF,
        "PATCH api/v1/cohorts/*/",
        "POST api/v1/cohorts/",
        "POST api/v1/exports/",
        "POST api/v1/memberships/",
        "POST api/v1/webhook-subscriptions/",
        "PUT api/v1/cohorts/*/pools/",
    },
    "sponsor": {"POST api/v1/exports/", "POST api/v1/sponsor/reports/"},
    "admin": {*OF_STAFF, "POST api/v1/exports/", "PUT api/v1/cohorts/*/pools/"},
}
"""What must be among that which the buttons write, so that none is passed by."""
WRITTEN_IN_EDITORS = {
    "DELETE api/v1/submissions/*/artifacts/*/",
    "POST api/v1/enrolments/*/withdraw/",
    "POST api/v1/missions/*/flags/",
    "POST api/v1/missions/*/hints/*/unlock/",
    "POST api/v1/reviews/*/decide/",
    "POST api/v1/reviews/*/extend/",
    "POST api/v1/reviews/*/release/",
    "POST api/v1/submissions/*/artifacts/",
    "POST api/v1/submissions/*/submit/",
    "POST forms/pay-seat",
}


@pytest.fixture(scope="module")
def of_all() -> tuple[set[str], set[str]]:
    """The buttons that were tried, and what they wrote, whatever the role."""
    return set(), set()


@pytest.mark.parametrize("role", PAGES, ids=str)
def test_two_clicks_write_once(
    web: Stack, browser: Browser, role: str | None, of_all: tuple[set[str], set[str]]
) -> None:
    context = browser.new_context(base_url=web.web_url, locale="en-GB", service_workers="block")
    page = context.new_page()
    if role:
        other = browser.new_context(base_url=web.web_url)
        for one in (other.new_page(), page):  # the settings end the other sign-in
            log_in(one, f"{role}@ongoza.example", web.secrets["DEMO_PASSWORD"])
        other.close()
    tried, wrote = of_all
    clicker = Clicker(page, Held(page, wrote=wrote), tried=tried)
    for name in open_all(page, role):
        clicker.try_page(name)
    context.close()
    assert clicker.faults == []
    assert WRITTEN[role] - wrote == set()


def test_two_clicks_in_an_editor_write_once(web: Stack, browser: Browser) -> None:
    wrote: set[str] = set()
    for account, path in open_editors(web):
        context = browser.new_context(base_url=web.web_url, locale="en-GB", service_workers="block")
        page = context.new_page()
        log_in(page, account.email, account.password)
        clicker = Clicker(page, Held(page, passes="/artifacts/", wrote=wrote))
        page.goto(path, wait_until="networkidle")
        clicker.try_page(path)
        context.close()
        assert clicker.faults == []
    assert WRITTEN_IN_EDITORS - wrote == set()
