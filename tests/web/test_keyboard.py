"""The main journeys with a keyboard alone: the focus is seen at each stop, and is not lost."""

from playwright.sync_api import Page, expect

from scripts.stack.stack import Stack
from tests.integration.accounts import created
from tests.integration.conversation_objects import pair
from tests.integration.objects import World, mission
from tests.web.keys import Keyboard
from tests.web.people import call_core, signed_up
from tests.web.profiler import expect_number

MISSION = "OPS-101"


def test_a_learner_comes_from_the_log_in_to_a_hand_in(page: Page, web: Stack) -> None:
    keyboard, person = Keyboard(page), signed_up(web)
    found = call_core(web, person, "GET", "missions/?page_size=100").json()["results"]
    title = next(str(one["title"]) for one in found if one["code"] == MISSION)
    keyboard.log_in(person.email, person.password)
    keyboard.open("Find my track")
    expect_number(page, 1)
    keyboard.open("Next question")
    expect(page.locator(".errors")).to_be_focused()
    keyboard.to(page.locator(".choice").first.inner_text())
    keyboard.press("Space")
    keyboard.press("ArrowDown")
    keyboard.open("Next question")
    expect_number(page, 2)
    keyboard.open("Stop")
    page.wait_for_url("**/dashboard/student*")
    keyboard.open("Missions")
    page.wait_for_url("**/missions")
    keyboard.open(title)
    page.wait_for_url("**/missions/*")
    keyboard.open("Begin my draft")
    expect(page.get_by_label("What you found and changed")).to_be_visible()
    keyboard.to("What you found and changed")
    keyboard.write("Port 25 answers.")
    keyboard.open("Hand in")
    expect(page.get_by_role("heading", name="Your work is with us")).to_be_visible()
    keyboard.open("Take it back")
    keyboard.leave_dialog("Take it back")


def test_a_mentor_comes_from_the_queue_to_a_decision(page: Page, web: Stack) -> None:
    world = World.new(web)
    mentor, learner, _ = pair(world)
    mission_id = mission(world)["mission_id"]
    work = created(learner, f"missions/{mission_id}/submissions/", {})["id"]
    created(learner, f"submissions/{work}/artifacts/", {"kind": "text", "text": "All of it."})
    learner.core("POST", f"/api/v1/submissions/{work}/submit/", json={}).raise_for_status()
    keyboard = Keyboard(page)
    keyboard.log_in(mentor.email, mentor.password)
    page.wait_for_url("**/reviews")
    keyboard.open("Claim")
    page.wait_for_url(f"**/reviews/{work}")
    expect(page.get_by_role("heading", name="Rubric")).to_be_visible()
    keyboard.to("Not yet 0")
    for _ in range(3):
        keyboard.press("ArrowRight")
    expect(page.get_by_label("Fully 10")).to_be_checked()
    keyboard.to("To the learner")
    keyboard.write("I could follow every step.")
    keyboard.open("Pass")
    keyboard.leave_dialog("Pass")
    keyboard.press("Enter")
    keyboard.open("Yes, decide")
    page.wait_for_url("**/reviews?decided=passed")
    expect(page.get_by_role("main")).to_contain_text("Passed. The learner is told now.")
