"""Sign-up, log-in and their neighbours in a browser, with and without JavaScript."""

import secrets

from playwright.sync_api import Browser, Page, expect

from scripts.stack.stack import Stack
from tests.web.people import Person, call_core, log_in, sign_up, signed_up

PROFILER = "/onboarding/ai-profiler"


def test_a_new_learner_signs_up_and_comes_to_the_profiler(page: Page, web: Stack) -> None:
    sign_up(page, Person.new())
    page.wait_for_url(f"**{PROFILER}*")
    assert page.context.cookies()
    values = [cookie["value"] for cookie in page.context.cookies()]
    assert not any(value.startswith("eyJ") for value in values)
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_signing_up_works_without_javascript(web: Stack, browser: Browser) -> None:
    context = browser.new_context(base_url=web.web_url, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    person = Person.new()
    sign_up(page, person)
    page.wait_for_url(f"**{PROFILER}*")
    other = browser.new_context(base_url=web.web_url, java_script_enabled=False, locale="en-GB")
    again = other.new_page()
    sign_up(again, person)
    again.wait_for_url("**/sign-up?problem=email_taken*")
    expect(again.locator(".errors")).to_contain_text("already has an account")
    other.close()
    context.close()


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    page: Page, web: Stack
) -> None:
    page.goto("/sign-up")
    page.get_by_label("First name").fill("Zawadi")
    page.get_by_label("Email").fill("not an address")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Create my account").click()
    summary = page.locator(".errors")
    expect(summary).to_be_focused()
    assert page.get_by_label("First name").input_value() == "Zawadi"
    expect(page.locator("#email")).to_have_attribute("aria-invalid", "true")


def test_a_double_click_makes_one_account(page: Page, web: Stack) -> None:
    posts: list[str] = []
    page.on("request", lambda r: posts.append(r.url) if r.method == "POST" else None)
    person = Person.new()
    page.goto("/sign-up")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Create my account").dblclick()
    page.wait_for_url(f"**{PROFILER}*")
    assert [url.rsplit("/", 1)[1] for url in posts] == ["sign-up"]


def test_a_page_asked_for_without_a_session_is_opened_after_the_log_in(
    page: Page, web: Stack
) -> None:
    person = signed_up(web)
    page.goto("/settings")
    page.wait_for_url("**/log-in?next=%2Fsettings")
    log_in(page, person)
    page.wait_for_url("**/settings")


def test_a_wrong_password_says_what_to_do(page: Page, web: Stack) -> None:
    person = signed_up(web)
    page.goto("/log-in")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(secrets.token_urlsafe(12))
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.locator(".errors")).to_contain_text("do not belong together")


def test_a_new_password_is_chosen_by_the_mailed_link(page: Page, web: Stack) -> None:
    person = signed_up(web)
    page.goto("/reset-password")
    page.get_by_label("Email").fill(person.email)
    page.get_by_role("button", name="Send me the link").click()
    page.wait_for_url("**/reset-password?sent=1")
    page.goto(person.mailed_link(web, "/reset-password#token="))
    new = Person(person.email, secrets.token_urlsafe(16))
    page.get_by_label("New password").fill(new.password)
    page.get_by_role("button", name="Use this password").click()
    page.wait_for_url("**/log-in?changed=1")
    assert "token" not in page.url
    log_in(page, new)
    page.wait_for_url("**/dashboard/student*")


def test_a_link_leads_to_no_other_site(page: Page, web: Stack) -> None:
    person = signed_up(web)
    page.goto("/log-in?next=//elsewhere.example/")
    log_in(page, person)
    page.wait_for_url(f"{web.web_url}/dashboard/student*")


def test_the_language_is_chosen_by_a_link_and_kept(page: Page, web: Stack) -> None:
    page.goto("/sign-up")
    page.get_by_role("link", name="Kiswahili").click()
    expect(page.get_by_role("button", name="Fungua akaunti yangu")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "sw"
    page.goto("/log-in")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ingia")


def test_a_new_device_has_the_language_and_the_data_saver_of_the_account(
    page: Page, web: Stack
) -> None:
    person = signed_up(web)
    preferences = {"locale": "fr", "time_zone": "Africa/Casablanca", "data_saver": True}
    assert call_core(web, person, "PATCH", "users/me/preferences/", preferences).status_code == 200
    log_in(page, person)
    page.wait_for_url("**/dashboard/student*")
    assert page.locator("html").get_attribute("lang") == "fr"
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    assert (cookies["time-zone"], cookies["data-saver"]) == ("Africa%2FCasablanca", "1")


def test_the_language_of_a_sign_up_is_that_of_the_account(page: Page, web: Stack) -> None:
    page.goto("/sign-up")
    page.get_by_role("link", name="Français").click()
    person = Person.new()
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Mot de passe").fill(person.password)
    page.get_by_role("button", name="Créer mon compte").click()
    page.wait_for_url(f"**{PROFILER}*")
    assert page.locator("html").get_attribute("lang") == "fr"
    answer = call_core(web, person, "GET", "users/me/preferences/")
    assert answer.json()["locale"] == "fr"
