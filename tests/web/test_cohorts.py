"""Cohorts: staff plan and change them, learners read what they are about."""

import re
import secrets
from typing import Any

from playwright.sync_api import Page, expect

from scripts.stack.stack import Stack
from tests.integration.commands import output_of
from tests.integration.story import eventually
from tests.web.people import Person, call_core, demo, log_in, signed_up


def cohorts(stack: Stack, name: str) -> list[dict[str, Any]]:
    found = call_core(stack, demo(stack, "director"), "GET", "cohorts/?page_size=100").json()
    return [one for one in found["results"] if one["name"] == name]


def made(stack: Stack, name: str, **changes: object) -> dict[str, Any]:
    """A draft of the program of a cohort in the demo data."""
    known = cohorts(stack, "Leaders, being planned")[0]
    body = {key: known[key] for key in ("organization", "program_version", "starts_on", "ends_on")}
    answer = call_core(
        stack, demo(stack, "director"), "POST", "cohorts/", {**body, "name": name, **changes}
    )
    return dict(answer.raise_for_status().json())


def test_a_director_plans_a_cohort_with_seats(page: Page, web: Stack) -> None:
    name = f"Evening class {secrets.token_hex(4)}"
    log_in(page, demo(web, "director"))
    page.goto("/cohorts")
    page.get_by_role("link", name="New cohort").click()
    page.wait_for_url("**/cohorts/new")
    page.wait_for_load_state("networkidle")  # until then a click may find no script
    page.get_by_role("button", name="Make the draft").click()
    for label in ("Name", "First day", "Last day"):
        field = page.get_by_label(label, exact=True)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(re.compile(r"Fill this in\.$"))
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("First day").fill("2027-02-01")
    page.get_by_label("Last day").fill("2027-01-01")
    page.get_by_label("Time zone").select_option("Africa/Kampala")
    page.get_by_role("button", name="Make the draft").click()
    last = page.get_by_label("Last day", exact=True)
    expect(last).to_have_accessible_description(re.compile("Choose other days"))
    last.fill("2027-06-30")
    page.get_by_role("button", name="Make the draft").click()
    page.wait_for_url("**/edit?made=1")
    page.wait_for_load_state("networkidle")
    page.get_by_label("Seats: Paid").fill("4")
    page.get_by_role("button", name="Save the seats").click()
    expect(page.get_by_text("The draft has seats")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Accepted.")
    found = cohorts(web, name)
    assert [(one["state"], one["time_zone"], one["ends_on"]) for one in found] == [
        ("draft", "Africa/Kampala", "2027-06-30")
    ]
    assert found[0]["pools"] == [{"kind": "paid", "size": 4, "needs_code": False, "prices": []}]
    page.get_by_role("link", name="Go on and open it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Open for applications").click()
    page.get_by_role("button", name="Yes").click()
    expect(page.locator(".head")).to_contain_text("Open for applications")
    assert [one["state"] for one in cohorts(web, name)] == ["open"]


def changed_by_two(page: Page, web: Stack, name: str) -> str:
    """The address of a cohort whose name is changed on the page, and both its name and its last day
    elsewhere."""
    director = demo(web, "director")
    days = {"starts_on": "2027-01-11", "ends_on": "2027-06-30"}
    address = f"cohorts/{made(web, name, **days)['id']}/"
    log_in(page, director)
    page.goto(f"/{address}edit", wait_until="networkidle")
    page.get_by_label("Name", exact=True).fill(f"{name}, changed here")
    changes = {"name": f"{name}, changed elsewhere", "ends_on": "2027-07-30"}
    call_core(web, director, "PATCH", address, changes).raise_for_status()
    page.get_by_role("button", name="Save", exact=True).click()
    versions = page.get_by_role("alert").filter(has_text="Two versions")
    expect(versions.get_by_label("What you wrote here")).to_be_checked()
    for text in (f"Name: {name}, changed here", f"Name: {name}, changed elsewhere"):
        expect(versions).to_contain_text(text)
    for untouched in ("Last day", "First day", "Time zone", "Open to all"):
        expect(versions).not_to_contain_text(untouched)
    expect(versions).to_be_focused()
    stored = call_core(web, director, "GET", address).json()
    assert stored["name"] == f"{name}, changed elsewhere"
    return address


def test_of_two_versions_of_a_cohort_the_own_one_is_kept(page: Page, web: Stack) -> None:
    name = f"Morning class {secrets.token_hex(4)}"
    address = changed_by_two(page, web, name)
    page.get_by_role("button", name="Keep this one").click()
    expect(page.get_by_role("main")).to_contain_text("Accepted.")
    stored = call_core(web, demo(web, "director"), "GET", address).json()
    assert (stored["name"], stored["ends_on"]) == (f"{name}, changed here", "2027-07-30")
    expect(page.get_by_text("Two versions")).to_have_count(0)


def test_of_two_versions_of_a_cohort_the_stored_one_is_taken(page: Page, web: Stack) -> None:
    name = f"Noon class {secrets.token_hex(4)}"
    address = changed_by_two(page, web, name)
    page.get_by_label("What is stored now").check()
    page.get_by_role("button", name="Keep this one").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value(f"{name}, changed elsewhere")
    expect(page.get_by_label("Last day", exact=True)).to_have_value("2027-07-30")
    page.get_by_label("Open to all").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Accepted.")
    stored = call_core(web, demo(web, "director"), "GET", address).json()
    assert (stored["name"], stored["public"]) == (f"{name}, changed elsewhere", True)


def test_a_learner_comes_from_a_cohort_to_its_program(page: Page, web: Stack) -> None:
    log_in(page, demo(web, "learner"))
    page.goto("/cohorts")
    page.locator("main li a[href^='/cohorts/']").first.click()
    program = page.locator("main .head a[href^='/learn/programs/']")
    title = program.inner_text()
    program.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_a_learner_who_waits_reads_the_place_on_the_list(page: Page, web: Stack) -> None:
    director = demo(web, "director")
    address = f"cohorts/{made(web, 'Waited for', public=True)['id']}/"
    pools = {"pools": [{"kind": "scholarship", "size": 1}]}
    call_core(web, director, "PUT", f"{address}pools/", pools).raise_for_status()
    opened = call_core(web, director, "POST", f"{address}transitions/", {"action": "open"})
    assert opened.json()["state"] == "open"
    learners: list[Person] = [signed_up(web) for _ in range(3)]
    for one in learners:
        answer = call_core(web, one, "POST", f"{address}enrolments/", {"pools": ["scholarship"]})
        assert answer.status_code == 201, answer.text
    log_in(page, learners[2])
    page.goto(f"/{address}")
    own = page.locator("section", has=page.locator("#own"))
    expect(own).to_contain_text("You are number 2 on the waiting list")
    expect(own).to_contain_text("Not enough data: no earlier list. We cannot promise a seat.")


def test_a_learner_pays_for_a_seat(page: Page, web: Stack) -> None:
    director, learner = demo(web, "director"), signed_up(web)
    address = f"cohorts/{made(web, f'Paid class {secrets.token_hex(4)}', public=True)['id']}/"
    log_in(page, director)
    page.goto(f"/{address}edit", wait_until="networkidle")
    page.get_by_label("Seats: Paid").fill("1")
    price = page.get_by_label("Price of a paid seat")
    price.fill("KES 15,000\nUSD ten")
    page.get_by_role("button", name="Save the seats").click()
    expect(price).to_have_accessible_description(re.compile("One of these is no price"))
    price.fill("KES 15,000\nUSD 120.5")
    page.get_by_role("button", name="Save the seats").click()
    expect(page.get_by_role("main")).to_contain_text("Accepted.")
    opened = call_core(web, director, "POST", f"{address}transitions/", {"action": "open"})
    assert [one["prices"] for one in opened.json()["pools"]] == [
        [{"currency": "KES", "amount": 1_500_000}, {"currency": "USD", "amount": 12_050}]
    ]
    applied = call_core(web, learner, "POST", f"{address}enrolments/", {"pools": ["paid"]}).json()
    enrolment = f"enrolments/{applied['id']}/"
    call_core(web, learner, "POST", f"{enrolment}accept/").raise_for_status()

    page.context.clear_cookies()
    log_in(page, learner)
    page.goto(f"/{address}", wait_until="networkidle")
    own = page.locator("section", has=page.locator("#own"))
    own.get_by_label("USD 120.50 in the sandbox").check()
    own.get_by_role("button", name="Go on to the payment").click()
    expect(own).to_contain_text("Waits for the payment")
    payment = call_core(web, learner, "GET", enrolment).json()["payments"][0]
    assert (payment["currency"], payment["amount"]) == ("USD", 12_050)
    output_of(web, "core.manage", "sandbox_payment", payment["id"], "paid")
    eventually(lambda: call_core(web, learner, "GET", enrolment).json()["state"] == "active")
    page.reload()
    expect(own).to_contain_text("You are in this cohort")
    expect(own.get_by_role("listitem")).to_contain_text(["Paid"])
