"""A director grants a role to a member, and takes it away."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from scripts.stack.stack import Stack
from tests.integration.accounts import API, created
from tests.integration.objects import World
from tests.web.people import Person, call_core, demo, log_in

COHORT = "Foundation, evening class"


def held(stack: Stack, user_id: int) -> list[dict[str, Any]]:
    """Roles in cohorts."""
    path = f"memberships/?user={user_id}&page_size=100"
    found = call_core(stack, demo(stack, "director"), "GET", path).json()["results"]
    return [one for one in found if one["scope"] == "cohort"]


def test_a_role_is_granted_until_a_time_and_taken_away(page: Page, web: Stack) -> None:
    mentor = call_core(web, demo(web, "mentor"), "GET", "users/me/").json()
    name = f"{mentor['first_name']} {mentor['last_name']}".strip()
    log_in(page, demo(web, "director"))
    page.goto("/members")
    page.get_by_role("link", name=name, exact=True).click()
    page.wait_for_url(f"**/members/{mentor['id']}")
    page.wait_for_load_state("networkidle")  # until then a click may find no script
    roles = page.locator("section", has=page.locator("#roles"))
    expect(roles).to_contain_text("It follows from the main role")
    page.get_by_label("Role", exact=True).select_option("mentor")
    page.get_by_label("Where", exact=True).select_option("cohort")
    page.get_by_label("Cohort", exact=True).select_option(label=f"{COHORT}, Nyota Cyber Academy")
    until = page.get_by_label("Until")
    until.fill("2020-01-01T12:00")
    page.get_by_role("button", name="Grant it").click()
    expect(until).to_have_accessible_description(re.compile("past"))
    assert held(web, mentor["id"]) == []
    until.fill("2099-01-01T12:00")
    page.get_by_role("button", name="Grant it").click()
    expect(roles).to_contain_text(f"in the cohort {COHORT}")
    (granted,) = held(web, mentor["id"])
    assert (granted["role"], granted["until"][:4]) == ("mentor", "2099")
    roles.get_by_role("button", name=re.compile(f"Take it away.*{COHORT}")).click()
    page.get_by_role("button", name="Yes, take it away").click()
    expect(roles).not_to_contain_text(COHORT)
    assert held(web, mentor["id"]) == []


def test_each_of_many_cohorts_can_be_chosen(page: Page, web: Stack) -> None:
    world = World.new(web)
    director = world.director
    known = world.admin.core("GET", f"{API}/cohorts/?page_size=1").json()["results"][0]
    cohort = {key: known[key] for key in ("program_version", "starts_on", "ends_on")}
    cohort["organization"] = world.organization_id
    for number in range(101):
        created(director, "cohorts/", {**cohort, "name": f"Class {number}"})
    count = director.core("GET", f"{API}/cohorts/?page_size=1").json()["count"]
    log_in(page, Person(director.email, director.password))
    page.goto(f"/members/{world.learner.user_id}", wait_until="networkidle")
    page.get_by_label("Role", exact=True).select_option("mentor")
    page.get_by_label("Where", exact=True).select_option("cohort")
    options = page.get_by_label("Cohort", exact=True).locator("option")
    expect(options).to_have_count(count)
    for number in (0, 100):
        expect(options.filter(has_text=re.compile(rf"^Class {number}, "))).to_have_count(1)


def test_the_role_of_somebody_with_a_seat_is_not_taken_away(page: Page, web: Stack) -> None:
    director = demo(web, "director")
    listed = call_core(web, director, "GET", "enrolments/?state=active&page_size=1").json()
    enrolment = listed["results"][0]
    cohort = call_core(web, director, "GET", f"cohorts/{enrolment['cohort']}/").json()["name"]
    log_in(page, director)
    page.goto(f"/members/{enrolment['user']}", wait_until="networkidle")
    page.get_by_role("button", name=re.compile(f"Take it away.*{cohort}")).click()
    page.get_by_role("button", name="Yes, take it away").click()
    expect(page.get_by_text("The learner is in a cohort. End that first.")).to_be_visible()
    assert [one["cohort"] for one in held(web, enrolment["user"])] == [enrolment["cohort"]]
