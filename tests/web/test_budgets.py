"""What pages weigh: bytes are limited, and times reported."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from scripts.stack.stack import Stack
from scripts.web.weight import FLOOR_KB, Weight, weigh, weigh_next, weighed_page
from tests.web.people import Person, call_core, demo, log_in, sign_up, signed_up

LEARNER = (
    *("/dashboard/student", "/learn", "/coaching/insights", "/search?q=web"),
    *("/settings", "/settings/billing"),
)


@pytest.fixture
def weighed(web: Stack, browser: Browser) -> Iterator[tuple[Page, Weight]]:
    with weighed_page(browser, web.web_url) as found:
        yield found


Record = Callable[[str, object], None]
"""pytest's `record_property`, whose values are printed at the end."""


def test_a_first_visit_of_the_sign_up_is_light(
    weighed: tuple[Page, Weight], record_property: Record
) -> None:
    page, weight = weighed
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
        ("director", ("/dashboard/staff/numbers", "/members", "/cohorts"), 95, 380),
    ],
)
def test_pages_keep_their_budgets(
    weighed: tuple[Page, Weight],
    web: Stack,
    role: str,
    paths: tuple[str, ...],
    over_floor: int,
    whole: int,
    record_property: Record,
) -> None:
    page, weight = weighed
    log_in(page, demo(web, role))
    heavy = {}
    for path in paths:
        found = weigh(page, weight, path)
        record_property(f"{role} {path}", found)
        if found["script_kb"] > FLOOR_KB + over_floor or found["all_kb"] > whole:
            heavy[path] = found
    assert heavy == {}


@pytest.mark.parametrize(
    ("role", "paths", "whole"),
    [
        ("learner", ("/learn", "/coaching", "/settings", "/dashboard/student"), 25),
        ("learner", ("/missions",), 30),
        ("mentor", ("/mentees", "/messages", "/mentorship/sessions", "/reviews"), 60),
        ("director", ("/members", "/dashboard/staff", "/dashboard/staff/numbers"), 60),
    ],
)
def test_a_next_page_is_light(
    weighed: tuple[Page, Weight],
    web: Stack,
    role: str,
    paths: tuple[str, ...],
    whole: int,
    record_property: Record,
) -> None:
    page, weight = weighed
    log_in(page, demo(web, role))
    page.wait_for_load_state("networkidle")
    heavy = {}
    for path in paths:
        found = weigh_next(page, weight, path)
        record_property(f"{role} next {path}", found)
        if found["all_kb"] > whole:
            heavy[path] = found
    assert heavy == {}


def test_a_mission_with_its_editor_keeps_its_budget(
    weighed: tuple[Page, Weight], web: Stack, record_property: Record
) -> None:
    page, weight = weighed
    person = signed_up(web)
    mission = call_core(web, person, "GET", "missions/").json()["results"][0]["id"]
    begun = call_core(web, person, "POST", f"missions/{mission}/submissions/")
    begun.raise_for_status()
    log_in(page, person)
    found = weigh(page, weight, f"/missions/{mission}")
    assert page.locator("#draft-text").is_visible()
    record_property("a mission with its editor", found)
    assert found["script_kb"] <= FLOOR_KB + 35
    assert found["all_kb"] <= 280
