"""The profiler in a browser: with and without JavaScript, back, resumed, and in two tabs."""

from playwright.sync_api import Browser, Page, expect

from scripts.stack.stack import Stack
from tests.web.people import Person, log_in, sign_up
from tests.web.profiler import PROFILER, answer, answer_all, choose, expect_number, heading


def test_a_learner_signs_up_is_profiled_and_comes_home(page: Page, web: Stack) -> None:
    sign_up(page, Person.new())
    page.wait_for_url(f"**{PROFILER}*")
    count = answer_all(page)
    assert 12 <= count <= 20
    # The result says how sure it is, of each track its range, and what it rests on.
    expect(page.get_by_text(f"After {count} answers")).to_be_visible()
    assert page.locator("#others > li").count() == 5
    assert page.locator("svg.strip .range").count() == 5
    expect(page.get_by_text("of 100 results").or_(page.get_by_text("put none"))).to_be_visible()
    expect(page.get_by_role("heading", name="How sure is this?")).to_be_visible()
    page.get_by_role("button", name="Start with").click()
    page.wait_for_url("**/dashboard/student?track=*&welcome=true")
    expect(page.get_by_role("heading", level=1)).to_have_text("Habari, Zawadi")
    expect(page.get_by_role("status").filter(has_text="is your track now")).to_be_visible()
    expect(page.get_by_text("Your next step", exact=True)).to_be_visible()
    # Its result is found again without its address.
    page.goto(f"{PROFILER}/result")
    page.wait_for_url(f"**{PROFILER}/result?session=*")
    expect(page.get_by_text(f"After {count} answers")).to_be_visible()


def test_the_profiler_works_without_javascript(web: Stack, browser: Browser) -> None:
    context = browser.new_context(base_url=web.web_url, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    sign_up(page, Person.new())
    expect_number(page, 1)
    # Without a choice nothing is lost, and it is said at the question.
    page.get_by_role("button", name="Next question").click()
    expect(page.locator(".errors")).to_contain_text("Choose one of the answers")
    answer_all(page)
    page.get_by_role("button", name="Start with").click()
    page.wait_for_url("**/dashboard/student?track=*&welcome=true")
    expect(page.get_by_role("heading", level=1)).to_have_text("Habari, Zawadi")
    context.close()


def test_a_session_is_gone_on_with_from_another_browser(
    page: Page, web: Stack, browser: Browser
) -> None:
    person = Person.new()
    sign_up(page, person)
    answer(page, 3)
    expect_number(page, 4)
    asked = heading(page)
    other = browser.new_context(base_url=web.web_url, locale="en-GB")
    elsewhere = other.new_page()
    log_in(elsewhere, person)
    # The home of a learner without a track leads to the profiler.
    elsewhere.get_by_role("link", name="Find my track").click()
    expect_number(elsewhere, 4)
    assert heading(elsewhere) == asked
    # Back leads to the answers, here too.
    elsewhere.get_by_role("link", name="Back").click()
    expect_number(elsewhere, 3)
    expect(elsewhere.locator("input[name=option]").first).to_be_checked()
    other.close()


def test_back_shows_the_answer_which_may_be_changed(page: Page, web: Stack) -> None:
    sign_up(page, Person.new())
    expect_number(page, 1)
    first = heading(page)
    answer(page, 2)
    expect_number(page, 3)
    third = heading(page)
    page.get_by_role("link", name="Back").click()
    expect_number(page, 2)
    page.go_back()
    expect_number(page, 3)
    page.go_back()
    expect_number(page, 2)
    page.get_by_role("link", name="Back").click()
    expect_number(page, 1)
    assert heading(page) == first
    choose(page, 4)
    expect_number(page, 2)
    choose(page, 0)
    expect_number(page, 3)
    assert heading(page) == third
    page.reload()
    expect_number(page, 3)


def test_two_tabs_do_not_undo_each_other(page: Page, web: Stack) -> None:
    sign_up(page, Person.new())
    answer(page, 2)
    expect_number(page, 3)
    stale = page.context.new_page()
    stale.goto(page.url)
    expect_number(stale, 3)
    # The third question is answered here, and then otherwise in the tab that was left open.
    choose(page, 1)
    expect_number(page, 4)
    choose(stale, 2)
    expect_number(stale, 4)
    expect(stale.get_by_role("status").first).to_contain_text(
        "You answered that question elsewhere"
    )
    stale.get_by_role("link", name="Back").click()
    expect_number(stale, 3)
    expect(stale.locator("input[name=option]").nth(1)).to_be_checked()
    # Completed in one tab, the other one leads to the result.
    stale.goto(page.url)
    expect_number(stale, 4)
    for _ in range(17):
        before = page.url
        choose(page, 1)
        page.wait_for_url(lambda url, before=before: url != before)  # type: ignore[misc]
        if "/result" in page.url:
            break
    choose(stale, 1)
    stale.wait_for_url(f"**{PROFILER}/result?session=*")


def test_a_double_click_answers_one_question(page: Page, web: Stack) -> None:
    sign_up(page, Person.new())
    expect_number(page, 1)
    page.locator("input[name=option]").first.check()
    page.get_by_role("button", name="Next question").dblclick()
    expect_number(page, 2)
    expect(page.get_by_text("1 answer accepted")).to_be_visible()


def test_another_learners_session_leads_to_ones_own(
    page: Page, web: Stack, browser: Browser
) -> None:
    sign_up(page, Person.new())
    answer(page, 1)
    expect_number(page, 2)
    other = browser.new_context(base_url=web.web_url, locale="en-GB")
    stranger = other.new_page()
    sign_up(stranger, Person.new())
    expect_number(stranger, 1)
    stranger.goto(page.url)
    expect_number(stranger, 1)
    other.close()
