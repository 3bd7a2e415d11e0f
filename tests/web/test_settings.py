"""The settings, and what everybody may open of certificates, in a browser."""

import re
from uuid import uuid4

from playwright.sync_api import Page, expect

from scripts.stack.stack import Stack
from tests.web.people import Person, call_core, log_in, signed_up


def open_settings(page: Page, web: Stack) -> Person:
    person = signed_up(web)
    log_in(page, person)
    page.goto("/settings")
    return person


def test_language_and_time_zone_hold_for_pages_and_mails(page: Page, web: Stack) -> None:
    person = open_settings(page, web)
    page.get_by_label("Language", exact=True).select_option("sw")
    page.get_by_label("Time zone").select_option("Europe/Paris")
    page.get_by_role("button", name="Save language and time").click()
    page.wait_for_url("**/settings?saved=language")
    assert page.locator("html").get_attribute("lang") == "sw"
    page.goto("/calendar")
    expect(page.get_by_role("main")).to_contain_text("Paris")
    stored = call_core(web, person, "GET", "users/me/preferences/").json()
    assert (stored["locale"], stored["time_zone"]) == ("sw", "Europe/Paris")


def test_data_are_saved_until_the_choice_is_taken_back(page: Page, web: Stack) -> None:
    person = open_settings(page, web)
    for is_on in (True, False):
        page.get_by_label("Save data").set_checked(is_on)
        page.get_by_role("button", name="Save choice").click()
        page.wait_for_url("**/settings?saved=data")
        expect(page.get_by_role("main")).to_contain_text("Your choice about data is saved")
        cookies = {one["name"] for one in page.context.cookies()}
        assert ("data-saver" in cookies) == is_on
        stored = call_core(web, person, "GET", "users/me/preferences/").json()
        assert stored["data_saver"] == is_on
        page.goto("/settings")


def test_another_device_is_logged_out(page: Page, web: Stack) -> None:
    person = open_settings(page, web)
    others = call_core(web, person, "GET", "auth/sessions/").json()["results"]
    page.reload()
    main = page.get_by_role("main")
    other = main.get_by_role("button", name=re.compile("^Log out of "))
    expect(other).to_have_count(len(others) - 1)
    other.first.click()
    expect(other).to_have_count(len(others) - 2)


def test_erasing_the_account_takes_the_password_and_ends_the_session(
    page: Page, web: Stack
) -> None:
    person = open_settings(page, web)
    page.get_by_role("button", name="Erase my account").click()
    dialog = page.get_by_role("dialog")
    password = dialog.get_by_label("Your password")
    password.fill("not the password")
    dialog.get_by_role("button", name="Erase for good").click()
    expect(dialog).to_contain_text("This is not your present password.")
    password.fill(person.password)
    dialog.get_by_role("button", name="Erase for good").click()
    page.wait_for_url("**/log-in")
    page.goto("/settings")
    page.wait_for_url("**/log-in?next=%2Fsettings")


def test_an_export_is_asked_for_once(page: Page, web: Stack) -> None:
    person = open_settings(page, web)
    page.goto("/settings/export")
    page.get_by_role("button", name="Make my export").dblclick()
    expect(page.get_by_role("button", name="Make my export")).to_have_count(0)
    state = call_core(web, person, "GET", "users/me/export/").json()["state"]
    assert state in ("under_way", "ready")


def test_the_address_of_the_calendar_is_shown_once(page: Page, web: Stack) -> None:
    log_in(page, signed_up(web))
    page.goto("/calendar")
    page.get_by_role("button", name="Make my address").click()
    address = page.get_by_label("Address of your calendar")
    expect(address).to_have_value(re.compile(r"/api/v1/calendar/\S+\.ics$"))
    page.reload()
    expect(address).to_have_count(0)
    page.get_by_role("button", name="End the address").click()
    expect(page.get_by_role("main")).to_contain_text("You have no address yet.")


def test_everybody_may_check_a_certificate(page: Page, web: Stack) -> None:
    answer = page.goto(f"/certificates/verify/{uuid4()}")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such certificate")
