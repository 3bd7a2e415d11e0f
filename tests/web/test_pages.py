"""Every page: nothing that axe finds, room on small phones and at 200 %, targets, focus, no motion,
no fault of a script, and the same page after a reload and after Back."""

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize, expect

from scripts.stack.stack import Stack
from scripts.web.browsing import WAIT_MS, log_in, open_all
from scripts.web.pages import PAGES
from tests.web import page_checks
from tests.web.editors import open_editors

SMALL = ViewportSize(width=320, height=640)
ZOOMED = ViewportSize(width=640, height=400)
"""What a window of 1280 by 800 has room for at 200 %."""
WRITES_ON_OPENING = ("/bff/api/v1/progress/", "/messages/read/")
"""Ends of the paths by which a page says what is read; they may be repeated."""


def small_context(browser: Browser, stack: Stack) -> BrowserContext:
    """The smallest of phones, whose person wants no motion."""
    context = browser.new_context(
        base_url=stack.web_url,
        locale="en-GB",
        viewport=SMALL,
        device_scale_factor=2,
        reduced_motion="reduce",
    )
    context.set_default_timeout(WAIT_MS)
    return context


@pytest.mark.parametrize("role", PAGES, ids=str)
def test_every_page_of_a_role_is_open_to_all(
    web: Stack, browser: Browser, role: str | None
) -> None:
    context = small_context(browser, web)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda one: faults.append(f"{page.url}: {one.text}") if one.type == "error" else None,
    )
    if role:
        log_in(page, f"{role}@ongoza.example", web.secrets["DEMO_PASSWORD"])
    writes: list[str] = []
    page.on("request", lambda request: writes.append(written(request)))
    found: dict[str, Any] = {}
    for name in open_all(page, role):
        broken = {**broken_on(page), "written again": repeated(page, writes)}
        found |= {f"{name}: {check}": what for check, what in broken.items() if what}
        page.set_viewport_size(SMALL)
    context.close()
    not_there = [one for one in faults if "404" not in one]
    assert (found, not_there) == ({}, [])


def broken_on(page: Page) -> dict[str, list[str]]:
    """What is wrong with the page that is open, by check."""
    page_checks.open_details(page)
    found = {
        "wide at 320 px": page_checks.wide(page),
        "small targets": page_checks.small_targets(page),
        "moves": page_checks.moving(page),
    }
    page.emulate_media(color_scheme="light")
    found["light"] = page_checks.violations(page, page_checks.TAGS)
    page.emulate_media(color_scheme="dark")
    found["dark"] = page_checks.violations(page, page_checks.RULES_OF_COLOURS)
    page.set_viewport_size(ZOOMED)
    found["wide at 200 %"] = page_checks.wide(page)
    found["cut off at 200 %"] = page_checks.cut_off(page)
    found["focus unseen at 200 %"] = page_checks.unseen_focus(page)
    return found


def written(request: Request) -> str:
    """The path of a request that writes, else nothing."""
    path = request.url.split("?")[0]
    is_report = path.endswith(WRITES_ON_OPENING)
    return "" if request.method == "GET" or is_report else f"{request.method} {path}"


def repeated(page: Page, writes: list[str]) -> list[str]:
    """What is written by a reload, and by going on and back; the page is the same after both."""
    heading = page.locator("h1")
    text = heading.inner_text()
    writes.clear()
    page.reload()
    expect(heading).to_have_text(text, use_inner_text=True)
    page.goto("/robots.txt")
    page.go_back()
    expect(heading).to_have_text(text, use_inner_text=True)
    return [one for one in writes if one]


def test_pages_with_an_editor_are_open_to_all(web: Stack, browser: Browser) -> None:
    found: dict[str, Any] = {}
    for account, path in open_editors(web):
        context = small_context(browser, web)
        page = context.new_page()
        log_in(page, account.email, account.password)
        page.goto(path, wait_until="networkidle")
        assert page.locator("textarea, [name=way]").count()
        found |= {f"{path}: {check}": what for check, what in broken_on(page).items() if what}
        context.close()
    assert found == {}
