"""Pictures of every page, on a phone and on a laptop, in light and in dark."""

import re
from pathlib import Path

from playwright.sync_api import Browser

from scripts.web.browsing import WAIT_MS, browser, log_in, open_all
from scripts.web.pages import PAGES

WIDTHS = {360: 740, 1280: 800}
THEMES = ("light", "dark")


def take(url: str, password: str, folder: Path) -> int:
    """Writes `<role>-<page>-<width>-<theme>.png` files and returns how many. Raises NoBrowser."""
    folder.mkdir(parents=True, exist_ok=True)
    with browser() as found:
        return sum(_of_role(found, url, role, password, folder) for role in PAGES)


def _of_role(found: Browser, url: str, role: str | None, password: str, folder: Path) -> int:
    count = 0
    context = found.new_context(
        base_url=url, locale="en-GB", timezone_id="Africa/Nairobi", reduced_motion="reduce"
    )
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    if role:
        log_in(page, f"{role}@ongoza.example", password)
    for name in open_all(page, role, strict=False):
        slug = re.sub(r"[^a-z0-9]+", "-", name.split("?")[0]).strip("-") or "front"
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            # As high as the page, so that the bar at the bottom is below everything.
            whole = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": max(height, whole)})
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                file = folder / f"{role or 'public'}-{slug}-{width}-{theme}.png"
                page.screenshot(path=file)
                count += 1
    context.close()
    return count
