"""Two clicks on a button write once: every button on every page of each role is tried."""

import pytest
from playwright.sync_api import Browser

from scripts.stack.stack import Stack
from scripts.web.browsing import log_in, open_all
from scripts.web.pages import PAGES
from tests.web.double_clicks import Clicker, Held

pytestmark = pytest.mark.slow

WRITTEN: dict[str | None, set[str]] = {role: set() for role in PAGES}


@pytest.mark.parametrize("role", PAGES, ids=str)
def test_two_clicks_write_once(web: Stack, browser: Browser, role: str | None) -> None:
    context = browser.new_context(base_url=web.web_url, locale="en-GB", service_workers="block")
    page = context.new_page()
    if role:
        log_in(page, f"{role}@ongoza.example", web.secrets["DEMO_PASSWORD"])
    clicker = Clicker(page, Held(page))
    for name in open_all(page, role):
        clicker.try_page(name)
    context.close()
    assert clicker.faults == []
    assert WRITTEN[role] <= clicker.wrote, clicker.wrote
