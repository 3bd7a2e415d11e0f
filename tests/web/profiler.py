"""The profiler as a learner goes through it."""

import re

from playwright.sync_api import Page, expect

PROFILER = "/onboarding/ai-profiler"
MOST = 20


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def choose(page: Page, place: int = 0) -> None:
    """Takes the option at this place and goes on."""
    page.locator("input[name=option]").nth(place).check()
    page.get_by_role("button", name="Next question").click()


def expect_number(page: Page, number: int) -> None:
    expect(page.locator("strong", has_text=re.compile(rf"^Question {number}$"))).to_be_visible()


def answer(page: Page, count: int, place: int = 0) -> None:
    """Answers the next questions, from the first one on."""
    for number in range(1, count + 1):
        expect_number(page, number)
        choose(page, place)


def answer_all(page: Page) -> int:
    """Answers until the result is there, and returns how many answers it took."""
    for number in range(1, MOST + 1):
        expect_number(page, number)
        before = page.url
        choose(page)
        page.wait_for_url(lambda url, before=before: url != before)  # type: ignore[misc]
        if "/result" in page.url:
            return number
    raise AssertionError(f"no result after {MOST} answers")
