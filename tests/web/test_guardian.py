"""A guardian, who has no account, answers by the mailed link."""

from datetime import UTC, datetime

import httpx
from playwright.sync_api import Page, expect

from scripts.stack.stack import Stack
from tests.integration.story import ANSWER_SECONDS
from tests.web.people import Person, call_core


def minor(stack: Stack, guardian: Person) -> Person:
    """A learner of fifteen years who named the guardian."""
    person = Person.new()
    born = datetime.now(UTC).year - 15
    body = {"email": person.email, "password": person.password, "birth_year": born}
    url = f"{stack.core_url}/api/v1/auth/signup/"
    httpx.post(url, json=body, timeout=ANSWER_SECONDS).raise_for_status()
    named = call_core(stack, person, "POST", "users/me/guardian/", {"email": guardian.email})
    assert named.status_code == 202, named.text
    return person


def is_given(stack: Stack, person: Person) -> bool:
    return bool(call_core(stack, person, "GET", "users/me/guardian/").json()["is_given"])


def test_a_guardian_consents_and_withdraws(page: Page, web: Stack) -> None:
    guardian = Person.new()
    learner = minor(web, guardian)
    first = guardian.mailed_link(web, "/guardian#token=")
    page.goto(first)
    page.wait_for_url("**/guardian")  # without its token
    page.get_by_role("button", name="Send my answer").click()
    expect(page.locator(".errors")).to_contain_text("Choose one of them")
    assert not is_given(web, learner)
    page.get_by_label("Yes, I consent").check()
    page.get_by_role("button", name="Send my answer").click()
    page.wait_for_url("**/guardian?answered=yes")
    assert is_given(web, learner)
    page.get_by_label("Your own email").fill(guardian.email)
    page.get_by_role("button", name="Send me a link").click()
    page.wait_for_url("**/guardian?sent=1")
    page.goto(guardian.mailed_link(web, "/guardian#token=", other_than=first))
    page.get_by_label("No, or I withdraw my consent").check()
    page.get_by_role("button", name="Send my answer").click()
    page.wait_for_url("**/guardian?answered=no")
    expect(page.get_by_role("status").first).to_contain_text("Nothing more is stored")
    assert not is_given(web, learner)
