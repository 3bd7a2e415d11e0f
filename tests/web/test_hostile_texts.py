"""Texts that people write are shown as texts, on every page that shows them."""

import pytest
from playwright.sync_api import Page

from scripts.stack.stack import Stack
from scripts.web.pages import LEARNER
from tests.web.people import call_core, log_in, signed_up

pytestmark = pytest.mark.slow

HOSTILE = "<img src=x onerror=\"window.ran='yes'\"><script>window.ran='yes'</script>"
WRITTEN = (
    ("PATCH", "users/me/", {"first_name": HOSTILE[:80], "last_name": "</title><svg onload=ran=1>"}),
    ("POST", "coaching/goals/", {"title": HOSTILE, "target_date": "2030-01-01"}),
    ("POST", "coaching/habits/", {"title": HOSTILE, "schedule": "daily"}),
    ("POST", "coaching/reflections/", {"text": HOSTILE}),
)


def test_no_text_of_a_person_becomes_a_script(page: Page, web: Stack) -> None:
    person = signed_up(web)
    for method, path, body in WRITTEN:
        answer = call_core(web, person, method, path, body)
        assert answer.status_code < 300, (path, answer.text)
    log_in(page, person)
    for path in (*LEARNER, f"/search?q={HOSTILE}", f"/log-in?next={HOSTILE}&problem={HOSTILE}"):
        page.goto(path, wait_until="networkidle")
        assert page.evaluate("window.ran") is None, path
        assert page.locator("main img[src=x]").count() == 0, path
