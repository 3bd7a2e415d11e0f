"""Who saves data gets no pictures, and nothing that was not asked for."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Request, expect

from scripts.stack.stack import Stack
from tests.web.people import call_core, log_in, signed_up

PAGES = ("/dashboard/student", "/learn", "/missions", "/coaching", "/messages", "/settings")
DRAWN = "/learn/module-101-1/2"
"""Its text has a drawing."""


def asked_too_much(context: BrowserContext) -> list[str]:
    """Requests for pictures and for pages that nobody opened, as the context comes to make them."""
    found: list[str] = []

    def note(request: Request) -> None:
        names = ("next-router-prefetch", "purpose", "sec-purpose", "x-moz")
        if request.resource_type == "image" or any(request.headers.get(name) for name in names):
            found.append(request.url)

    context.on("request", note)
    return found


@pytest.mark.parametrize("by", ["header", "setting", None], ids=str)
def test_no_picture_is_loaded_for_who_saves_data(
    web: Stack, browser: Browser, by: str | None
) -> None:
    person = signed_up(web)
    if by == "setting":
        preferences = {"data_saver": True}
        call_core(web, person, "PATCH", "users/me/preferences/", preferences).raise_for_status()
    headers = {"Save-Data": "on"} if by == "header" else {}
    context = browser.new_context(
        base_url=web.web_url,
        locale="en-GB",
        service_workers="block",
        extra_http_headers=headers,
    )
    page, found = context.new_page(), asked_too_much(context)
    log_in(page, person)
    page.wait_for_url("**/dashboard/student*")
    for path in PAGES:
        page.goto(path, wait_until="networkidle")
        assert page.locator("link[rel=prefetch], link[rel=prerender], img").count() == 0, path
    assert found == []
    page.goto(DRAWN)
    drawing = page.locator("main .text img, main .text a[href*='/body/files/']")
    drawing.scroll_into_view_if_needed()
    expect(page.locator("main .text img")).to_have_count(0 if by else 1)
    page.wait_for_load_state("networkidle")
    assert [url.rsplit("/", 3)[1] for url in found] == ([] if by else ["files"])
    context.close()
