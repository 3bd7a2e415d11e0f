"""A learner's work on a mission: drafts, files over a line that breaks, hints and flags."""

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page, Route, expect

from scripts.stack.stack import Stack
from tests.integration.story import eventually
from tests.web.people import Person, call_core, log_in, signed_up

CODE = "OPS-101"
TEXT = "What you found and changed"
FILE_BYTES = 700_000


@pytest.fixture
def learner(web: Stack) -> Person:
    return signed_up(web)


@pytest.fixture
def mission(web: Stack, learner: Person) -> str:
    found = call_core(web, learner, "GET", "missions/?page_size=100").json()["results"]
    return next(str(one["id"]) for one in found if one["code"] == CODE)


@pytest.fixture
def draft(page: Page, web: Stack, learner: Person, mission: str) -> str:
    """The id of a draft whose page is open."""
    started = call_core(web, learner, "POST", f"missions/{mission}/submissions/")
    assert started.status_code == 201, started.text
    log_in(page, learner)
    page.goto(f"/missions/{mission}", wait_until="networkidle")
    return str(started.json()["id"])


def artifacts(stack: Stack, person: Person, draft: str) -> list[dict[str, object]]:
    found = call_core(stack, person, "GET", f"submissions/{draft}/artifacts/")
    return list(found.json()["results"])


def state(stack: Stack, person: Person, draft: str) -> str:
    return str(call_core(stack, person, "GET", f"submissions/{draft}/").json()["state"])


def test_two_clicks_begin_one_attempt(
    page: Page, web: Stack, learner: Person, mission: str
) -> None:
    log_in(page, learner)
    page.goto(f"/missions/{mission}")
    page.get_by_role("button", name="Begin my draft").dblclick()
    expect(page.get_by_label(TEXT)).to_be_visible()
    listed = call_core(web, learner, "GET", f"missions/{mission}/submissions/").json()
    assert listed["count"] == 1


def test_a_reload_loses_no_letter_of_a_draft(
    page: Page, web: Stack, learner: Person, draft: str
) -> None:
    page.get_by_label(TEXT).fill("Port 25 answers.")
    expect(page.locator(".field .sync")).to_have_text("Kept on this phone")
    page.reload()
    expect(page.get_by_label(TEXT)).to_have_value("Port 25 answers.")
    page.get_by_role("button", name="Keep as draft").click()
    expect(page.locator(".field .sync")).to_contain_text("Accepted at")
    assert [one["text"] for one in artifacts(web, learner, draft)] == ["Port 25 answers."]


def test_a_draft_without_a_line_is_sent_when_it_is_back(
    context: BrowserContext, page: Page, web: Stack, learner: Person, draft: str
) -> None:
    context.set_offline(True)
    page.get_by_label(TEXT).fill("Written in a matatu.")
    page.get_by_role("button", name="Keep as draft").click()
    expect(page.get_by_role("banner")).to_contain_text("1 kept on this phone")
    context.set_offline(False)
    expect(page.locator(".field .sync")).to_contain_text("Accepted at")
    expect(page.get_by_role("banner")).not_to_contain_text("kept on this phone")
    assert [one["text"] for one in artifacts(web, learner, draft)] == ["Written in a matatu."]


def test_a_change_on_another_device_is_shown_beside_mine(
    page: Page, web: Stack, learner: Person, draft: str
) -> None:
    page.get_by_label(TEXT).fill("First.")
    page.get_by_role("button", name="Keep as draft").click()
    expect(page.locator(".field .sync")).to_contain_text("Accepted at")
    (artifact,) = artifacts(web, learner, draft)
    path = f"submissions/{draft}/artifacts/{artifact['id']}/"
    assert call_core(web, learner, "PATCH", path, {"text": "Elsewhere."}).status_code == 200
    page.get_by_label(TEXT).fill("Mine.")
    page.get_by_role("button", name="Keep as draft").click()
    expect(page.get_by_text("Two versions").first).to_be_visible()
    assert artifacts(web, learner, draft)[0]["text"] == "Elsewhere."
    page.get_by_role("button", name="Keep this one").click()
    expect(page.locator(".field .sync")).to_contain_text("Accepted at")
    assert artifacts(web, learner, draft)[0]["text"] == "Mine."


def test_a_file_goes_on_after_a_break_and_is_handed_in_once_it_is_there(
    page: Page, web: Stack, learner: Person, draft: str
) -> None:
    chunks: list[int] = []

    def lose_the_second(route: Route) -> None:
        if route.request.method != "PATCH":
            route.continue_()
            return
        chunks.append(int(route.request.headers["upload-offset"]))
        if len(chunks) == 2:
            route.abort()
        else:
            route.continue_()

    page.route("**/bff/api/v1/files/*/", lose_the_second)
    content = b"tcp 443\n" * (FILE_BYTES // 8)
    file = FilePayload(name="ports.txt", mimeType="text/plain", buffer=content)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("The line broke")).to_be_visible()
    page.get_by_role("button", name="Hand in once the file is there").click()
    expect(page.get_by_role("heading", name="Your work is with us")).to_be_visible()
    assert chunks[1] == chunks[2] > 0
    assert state(web, learner, draft) == "submitted"
    (artifact,) = artifacts(web, learner, draft)
    assert (artifact["name"], artifact["size"]) == ("ports.txt", FILE_BYTES)


def test_handing_in_without_a_line_waits_for_it(
    context: BrowserContext, page: Page, web: Stack, learner: Person, draft: str
) -> None:
    page.get_by_label(TEXT).fill("All of it.")
    page.get_by_role("button", name="Keep as draft").click()
    expect(page.locator(".field .sync")).to_contain_text("Accepted at")
    context.set_offline(True)
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.get_by_text("It is handed in by itself")).to_be_visible()
    assert state(web, learner, draft) == "draft"
    context.set_offline(False)
    eventually(lambda: state(web, learner, draft) == "submitted")
    expect(page.get_by_role("heading", name="Your work is with us")).to_be_visible()


def test_what_was_handed_in_is_taken_back_after_a_question(
    page: Page, web: Stack, learner: Person, draft: str
) -> None:
    page.get_by_label(TEXT).fill("Too early.")
    page.get_by_role("button", name="Hand in", exact=True).click()
    page.get_by_role("button", name="Take it back").click()
    assert state(web, learner, draft) == "submitted"
    page.get_by_role("dialog").get_by_role("button", name="Take it back").click()
    eventually(lambda: state(web, learner, draft) == "withdrawn")


def test_a_hint_says_its_cost_before_it_charges_it(
    page: Page, web: Stack, learner: Person, mission: str
) -> None:
    log_in(page, learner)
    page.goto(f"/missions/{mission}", wait_until="networkidle")
    hints = f"missions/{mission}/hints/"
    page.get_by_role("button", name="Show hint 2, costs 10% of the score").click()
    expect(page.get_by_role("dialog")).to_contain_text("It costs 10% of your score")
    page.get_by_role("button", name="Do without it").click()
    assert call_core(web, learner, "GET", hints).json()["cost"] == 0
    page.get_by_role("button", name="Show hint 2, costs 10% of the score").click()
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_text("Your hints cost 10% of the score so far.")).to_be_visible()
    assert call_core(web, learner, "GET", hints).json()["cost"] == 10


def test_a_wrong_flag_says_so_and_counts_one_try(
    page: Page, web: Stack, learner: Person, mission: str
) -> None:
    log_in(page, learner)
    page.goto(f"/missions/{mission}", wait_until="networkidle")
    page.get_by_label("The flag that you found").fill("flag{not-mine}")
    page.get_by_role("button", name="Check the flag").dblclick()
    expect(page.get_by_text("This is not your flag.")).to_be_visible()
    assert call_core(web, learner, "GET", f"missions/{mission}/flags/").json()["attempts"] == 1
