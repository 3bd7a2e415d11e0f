"""The tour of the README, with the people of the demo."""

from playwright.sync_api import Browser, Page, expect

from scripts.stack.stack import Stack
from tests.web.conftest import WAIT_MS
from tests.web.people import demo, log_in

MISSION = "Draft an Acceptable-Use Policy for a County Office"


def new_page(browser: Browser, web: Stack, role: str) -> Page:
    page = browser.new_context(base_url=web.web_url, locale="en-GB").new_page()
    page.set_default_timeout(WAIT_MS)
    log_in(page, demo(web, role))
    return page


def test_the_demos_learner_hands_in_and_the_demos_mentor_decides(
    web: Stack, browser: Browser
) -> None:
    learner, mentor = (new_page(browser, web, role) for role in ("learner", "mentor"))
    learner.goto("/missions")
    learner.get_by_role("link", name=MISSION).click()
    learner.get_by_role("button", name="Begin my draft").click()
    learner.get_by_label("What you found and changed").fill("Two pages, tried on three people.")
    learner.get_by_role("button", name="Hand in", exact=True).click()
    expect(learner.get_by_role("heading", name="Your work is with us")).to_be_visible()

    mentor.goto("/reviews")
    row = mentor.get_by_role("row").filter(has_text=MISSION).filter(has_text="Zawadi")
    row.get_by_role("button", name="Claim").click()
    scales = mentor.locator(".scale")
    expect(scales.first).to_be_visible()
    mentor.wait_for_load_state("networkidle")  # until then the page may have no script
    for scale in scales.all():
        scale.get_by_role("radio").last.check()
    mentor.get_by_role("button", name="Pass", exact=True).click()
    mentor.get_by_role("button", name="Yes, decide").click()
    mentor.wait_for_url("**/reviews?decided=passed")

    learner.goto("/notifications")
    expect(learner.get_by_role("main")).to_contain_text(MISSION)
