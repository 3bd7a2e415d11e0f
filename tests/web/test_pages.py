"""Every page: nothing that axe finds, nothing wider than a small phone, no fault of a script."""

from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from scripts.stack.stack import Stack
from scripts.web.browsing import WAIT_MS, log_in, open_all
from scripts.web.build import WEB
from scripts.web.pages import PAGES

pytestmark = pytest.mark.slow

AXE = (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SMALL = ViewportSize(width=320, height=640)


def violations(page: Page) -> list[str]:
    page.evaluate(AXE())
    found: dict[str, Any] = page.evaluate("tags => axe.run({runOnly: tags})", TAGS)
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("role", PAGES, ids=str)
def test_every_page_of_a_role_is_open_to_all(
    web: Stack, browser: Browser, role: str | None
) -> None:
    context = browser.new_context(base_url=web.web_url, locale="en-GB", viewport=SMALL)
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda one: faults.append(f"{page.url}: {one.text}") if one.type == "error" else None,
    )
    if role:
        log_in(page, f"{role}@ongoza.example", web.secrets["DEMO_PASSWORD"])
    found: dict[str, Any] = {}
    for name in open_all(page, role):
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > SMALL["width"]:
            found[f"{name} is wide"] = wide
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            if broken := violations(page):
                found[f"{name} {theme}"] = broken
    context.close()
    not_there = [one for one in faults if "404" not in one]
    assert (found, not_there) == ({}, [])
