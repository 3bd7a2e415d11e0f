"""The second factor that a role has to set up, in a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from scripts.stack.stack import Stack
from tests.web.people import demo


@pytest.fixture
def required(web: Stack) -> Iterator[None]:
    web.kill("core")
    web.run("core", environment={"SECOND_FACTOR_REQUIRED": "true"})
    yield
    web.kill("core")
    web.run("core")


def test_the_key_of_an_app_stays_the_same_when_the_page_is_loaded_again(
    page: Page, web: Stack, required: None
) -> None:
    director = demo(web, "director")
    page.goto("/log-in")
    page.get_by_label("Email").fill(director.email)
    page.get_by_label("Password").fill(director.password)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/log-in/enrol*")
    key = page.locator("main strong.mono")
    shown = key.inner_text()
    page.reload()
    expect(key).to_have_text(shown)
