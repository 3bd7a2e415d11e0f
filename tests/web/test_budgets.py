"""What pages weigh on a slow line and a slow phone: bytes are limited, times reported."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from scripts.stack.stack import Stack
from scripts.web.weight import FLOOR_KB, Weight, slow_page, weigh
from tests.web.people import Person, demo, log_in, sign_up

pytestmark = pytest.mark.slow

LEARNER = ("/dashboard/student", "/learn", "/coaching", "/search?q=web", "/settings")


@pytest.fixture
def slow(web: Stack, browser: Browser) -> Iterator[tuple[Page, Weight]]:
    with slow_page(browser, web.web_url) as found:
        yield found


Record = Callable[[str, object], None]
"""pytest's `record_property`, whose values are printed at the end."""


def test_a_first_visit_of_the_sign_up_is_light(
    slow: tuple[Page, Weight], record_property: Record
) -> None:
    page, weight = slow
    found = weigh(page, weight, "/sign-up")
    record_property("/sign-up", found)
    assert found["script_kb"] <= FLOOR_KB + 25
    assert found["all_kb"] <= 250
    sign_up(page, Person.new())
    page.wait_for_url("**/onboarding/ai-profiler*")


@pytest.mark.parametrize(
    ("role", "paths", "over_floor", "whole"),
    [
        ("learner", LEARNER, 25, 250),
        ("learner", ("/missions",), 35, 280),
        ("mentor", ("/reviews", "/mentees", "/messages"), 95, 380),
        ("director", ("/dashboard/staff", "/members", "/cohorts"), 95, 380),
    ],
)
def test_pages_keep_their_budgets(
    slow: tuple[Page, Weight],
    web: Stack,
    role: str,
    paths: tuple[str, ...],
    over_floor: int,
    whole: int,
    record_property: Record,
) -> None:
    page, weight = slow
    log_in(page, demo(web, role))
    heavy = {}
    for path in paths:
        found = weigh(page, weight, path)
        record_property(f"{role} {path}", found)
        if found["script_kb"] > FLOOR_KB + over_floor or found["all_kb"] > whole:
            heavy[path] = found
    assert heavy == {}
