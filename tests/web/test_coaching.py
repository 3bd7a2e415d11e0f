"""Habits, goals and reflections in a browser."""

from playwright.sync_api import Page, expect

from scripts.stack.stack import Stack
from tests.web.people import call_core, log_in, signed_up


def test_a_habit_is_added_and_ticked_for_today(page: Page, web: Stack) -> None:
    log_in(page, signed_up(web))
    page.goto("/coaching")
    page.get_by_role("button", name="Add a habit").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What do you want to do?").fill("Read for 20 minutes")
    dialog.get_by_label("On some days of a week").check()
    dialog.get_by_role("button", name="Save the habit").click()
    today = page.get_by_role("button", name="Done today")
    today.click()
    expect(page.get_by_role("main")).to_contain_text("Accepted at")
    expect(page.get_by_role("main")).to_contain_text("1 of 3 days")
    page.reload()
    expect(today).to_have_attribute("aria-pressed", "true")


def test_a_goal_that_was_changed_elsewhere_shows_both_versions(page: Page, web: Stack) -> None:
    person = signed_up(web)
    body = {"title": "Pass the exam", "target_date": "2040-01-01"}
    goal = call_core(web, person, "POST", "coaching/goals/", body).json()
    log_in(page, person)
    page.goto("/coaching/goals")
    page.get_by_role("button", name="Change", exact=True).click()
    dialog = page.get_by_role("dialog")
    title = dialog.get_by_label("What do you want to reach?")
    expect(title).to_have_value("Pass the exam")
    elsewhere = {"title": "Pass it in May"}
    call_core(web, person, "PATCH", f"coaching/goals/{goal['id']}/", elsewhere)
    title.fill("Pass it in June")
    dialog.get_by_role("button", name="Save the goal").click()
    expect(dialog).to_contain_text("Two versions")
    expect(dialog).to_contain_text("Pass it in May")
    dialog.get_by_role("button", name="Keep this one").click()
    expect(page.get_by_role("heading", name="Pass it in June")).to_be_visible()
    stored = call_core(web, person, "GET", f"coaching/goals/{goal['id']}/").json()
    assert stored["title"] == "Pass it in June"


def test_a_reflection_is_shown_to_mentors_once_its_author_consents(page: Page, web: Stack) -> None:
    person = signed_up(web)
    log_in(page, person)
    page.goto("/coaching/reflections")
    page.get_by_label("What was hard this week").fill("Power was off on Tuesday.")
    page.get_by_label("Show this to my mentor").check()
    page.get_by_role("button", name="Save reflection").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("May your mentors read what you show them?")
    expect(page.get_by_role("article", include_hidden=True)).to_contain_text("Only you")
    dialog.get_by_role("button", name="Allow and show").click()
    expect(page.get_by_role("article")).to_contain_text("My mentor may read it")
    page.goto("/settings")
    consent = page.get_by_label("My mentor reads the reflections")
    expect(consent).to_be_checked()
    consent.uncheck()
    expect(page.get_by_role("main")).to_contain_text("Saved")
    (stored,) = call_core(web, person, "GET", "coaching/reflections/").json()["results"]
    assert stored["shared"] is False
