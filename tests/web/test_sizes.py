"""What a page or file weighs stands beside its link, in a browser."""

import re

from playwright.sync_api import Page, expect

from scripts.stack.stack import Stack
from tests.web.people import log_in, signed_up

SIZE = re.compile(r"\d\s(KB|MB)")


def test_lists_say_what_their_items_weigh(page: Page, web: Stack) -> None:
    log_in(page, signed_up(web))
    page.goto("/learn/course-101")
    modules = page.locator("ol.steps > li")
    expect(modules.first).to_contain_text(SIZE)
    page.goto("/missions")
    # A mission that a test made may have no text yet.
    expect(page.locator("main ul.list > li").filter(has_text=SIZE).first).to_be_visible()
    page.goto("/search?q=course")
    expect(page.locator("main ol.list > li").filter(has_text="Course").first).to_be_visible()
    expect(page.locator("main ol.list")).to_contain_text(SIZE)
    page.goto("/learn")
    expect(page.locator("section[aria-labelledby=ahead] li").first).to_contain_text("min")
