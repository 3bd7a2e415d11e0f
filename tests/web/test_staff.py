"""The main journeys of directors and admins: members, invitations, and the seats of a cohort."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from ongoza_contracts.vocabulary import Role
from scripts.stack.stack import Stack
from tests.integration.accounts import API, Account, created
from tests.integration.objects import World
from tests.integration.story import eventually
from tests.web.people import Person, demo, log_in


@pytest.fixture
def world(web: Stack) -> World:
    return World.new(web)


@contextmanager
def page_of(browser: Browser, stack: Stack, account: Account | None = None) -> Iterator[Page]:
    """A page of another person's browser."""
    context = browser.new_context(base_url=stack.web_url, locale="en-GB")
    page = context.new_page()
    if account:
        log_in(page, Person(account.email, account.password))
    yield page
    context.close()


def as_director(page: Page, world: World) -> None:
    log_in(page, Person(world.director.email, world.director.password))
    page.wait_for_url("**/dashboard/staff")


def invite(page: Page, email: str, role: str) -> None:
    form = page.get_by_role("region", name="Invite somebody")
    form.get_by_label("Email").fill(email)
    form.get_by_label("Role").select_option(role)
    form.get_by_role("button", name="Send the invitation").click()
    expect(form.get_by_role("status")).to_have_text("A mail is on its way.")


def confirm(page: Page, answer: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=answer, exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_director_invites_a_mentor_who_joins_and_is_removed(
    page: Page, web: Stack, browser: Browser, world: World
) -> None:
    as_director(page, world)
    page.get_by_role("link", name="See the members").click()
    mentor = Person.new()
    invite(page, mentor.email, "mentor")
    expect(page.get_by_role("heading", name=mentor.email)).to_be_visible()
    with page_of(browser, web) as other:
        other.goto(mentor.mailed_link(web, "/invitations/"))
        other.get_by_label("First name").fill("Thandiwe")
        other.get_by_label("Last name").fill("Obuya")
        other.get_by_label("Password").fill(mentor.password)
        other.get_by_role("button", name="Accept, and create my account").click()
        other.wait_for_url("**/reviews")
    page.reload()
    row = page.get_by_role("row", name="Thandiwe Obuya")
    expect(row).to_contain_text("Mentor")
    row.get_by_role("button", name="Remove").click()
    confirm(page, "Leave it")
    expect(row).to_be_visible()
    row.get_by_role("button", name="Remove").click()
    confirm(page, "Yes, remove")
    expect(row).to_have_count(0)


def test_a_withdrawn_invitation_opens_nothing(
    page: Page, web: Stack, browser: Browser, world: World
) -> None:
    as_director(page, world)
    page.goto("/members")
    learner = Person.new()
    invite(page, learner.email, "learner")
    first = learner.mailed_link(web, "/invitations/")
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("main")).to_contain_text("Sent. The former link works no more.")
    second = learner.mailed_link(web, "/invitations/", other_than=first)
    page.get_by_role("button", name="Withdraw it").click()
    confirm(page, "Yes, withdraw")
    expect(page.get_by_role("main")).to_contain_text("No invitation is open.")
    with page_of(browser, web) as other:
        for link in (first, second):
            other.goto(link)
            other.get_by_label("Password").fill(learner.password)
            other.get_by_role("button", name="Accept, and create my account").click()
            expect(other.locator(".errors")).to_be_visible()


def test_an_admin_chooses_a_school_and_invites_its_director(
    page: Page, web: Stack, browser: Browser, world: World
) -> None:
    school = world.admin.core("GET", f"{API}/organizations/{world.organization_id}/").json()
    log_in(page, demo(web, "admin"))
    page.goto("/members")
    page.get_by_label("Organization").select_option(str(school["id"]))
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text(school["name"])
    expect(page.get_by_role("row", name=world.director.email)).to_contain_text("Director")
    director = Person.new()
    invite(page, director.email, "director")
    with page_of(browser, web) as other:
        other.goto(director.mailed_link(web, "/invitations/"))
        other.get_by_label("Password").fill(director.password)
        other.get_by_role("button", name="Accept, and create my account").click()
        # Nobody manages a school without a second factor.
        other.wait_for_url(lambda url: "/invitations/" not in url)
    page.reload()
    expect(page.get_by_role("row", name=director.email)).to_contain_text("Director")


@pytest.fixture
def cohort(world: World) -> str:
    """The id of a draft of the school's, without seats."""
    known = world.admin.core("GET", f"{API}/cohorts/?page_size=1").json()["results"][0]
    body = {"organization": world.organization_id, "name": "Evening class"}
    body |= {"program_version": known["program_version"]}
    body |= {"starts_on": "2040-01-09", "ends_on": "2040-06-29"}
    return str(created(world.director, "cohorts/", body)["id"])


def open_with_one_seat(page: Page, cohort: str) -> None:
    page.goto(f"/cohorts/{cohort}/edit")
    page.get_by_label("Seats: scholarship").fill("1")
    page.get_by_role("button", name="Save the seats").click()
    expect(page.get_by_role("main")).to_contain_text("Accepted.")
    page.goto(f"/cohorts/{cohort}")
    page.get_by_role("button", name="Open for applications").click()
    confirm(page, "Yes")
    expect(page.get_by_role("region", name="State of the cohort")).to_contain_text("Now: Open")


def apply(page: Page, cohort: str) -> None:
    page.goto(f"/cohorts/{cohort}")
    page.get_by_role("main").get_by_label("Scholarship").check()
    page.get_by_role("button", name="Apply").click()


def test_a_seat_goes_from_the_first_learner_to_the_next_who_waits(
    page: Page, web: Stack, browser: Browser, world: World, cohort: str
) -> None:
    as_director(page, world)
    open_with_one_seat(page, cohort)
    second = Account.of_role(
        world.admin, Role.LEARNER, world.organization_id, first_name="Subira", last_name="Waits"
    )
    with page_of(browser, web, world.learner) as first_page:
        apply(first_page, cohort)
        first_page.get_by_role("button", name="Take the seat").click()
        expect(first_page.get_by_role("main")).to_contain_text("You are in this cohort")
    with page_of(browser, web, second) as second_page:
        apply(second_page, cohort)
        expect(second_page.get_by_role("main")).to_contain_text(
            "You are number 1 on the waiting list"
        )
        page.reload()
        waiting = page.get_by_role("region", name="Waiting list")
        expect(waiting.get_by_role("row", name="Subira Waits")).to_contain_text("no seat is free")
        end_the_first(page)
        offer = second_page.get_by_role("button", name="Take the seat")
        eventually(lambda: second_page.reload() and offer.count() == 1)
    enrol_many(page, world)
    announce(page)


def end_the_first(page: Page) -> None:
    active = page.get_by_role("region", name="Enrolments").get_by_role("listitem")
    row = active.filter(has_text="Active")
    row.get_by_text("Decide").click()
    row.get_by_role("button", name="End it").click()
    confirm(page, "Yes, end it")
    expect(active.filter(has_text="Ended")).to_have_count(1)


def enrol_many(page: Page, world: World) -> None:
    """At first only to see what would happen."""
    learner = Account.of_role(world.admin, Role.LEARNER, world.organization_id)
    page.get_by_text("Enrol many").click()
    page.get_by_label("Email addresses").fill(f"{learner.email}\nnobody@ongoza.example")
    page.get_by_role("button", name="Enrol them").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("This would happen. Nothing was written.")
    expect(main).to_contain_text("2. nobody@ongoza.example: no learner of yours has this address")
    page.get_by_label("Only show what would happen").uncheck()
    page.get_by_role("button", name="Enrol them").click()
    expect(main).to_contain_text(f"1. {learner.email}: added")
    waiting = page.get_by_role("region", name="Waiting list")
    expect(waiting.get_by_role("row")).to_have_count(2)


def announce(page: Page) -> None:
    page.get_by_text("Announce something").click()
    page.get_by_label("Title").fill("We begin in January")
    page.get_by_label("Text").fill("Bring a notebook.")
    page.get_by_role("button", name="Announce it").click()
    expect(page.get_by_role("heading", name="We begin in January")).to_be_visible()
