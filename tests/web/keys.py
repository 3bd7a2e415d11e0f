"""A person who has a keyboard alone."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.web.page_checks import focused

MOST_STOPS = 120
IS_IN = """one => one.contains(document.activeElement)
  || document.activeElement === document.body"""


@dataclass
class Keyboard:
    page: Page

    def to(self, beginning: str) -> None:
        """Presses Tab until the focus is on what begins so; at each stop it is seen."""
        passed = []
        for _ in range(MOST_STOPS):
            self.press("Tab")
            stop = focused(self.page)
            if stop is None:
                continue  # the end of the page
            assert stop["hasRing"], stop
            if stop["text"].startswith(beginning):
                return
            passed.append(stop["text"][:40])
        raise AssertionError(f"no way to {beginning!r} by Tab: {passed}")

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)

    def open(self, beginning: str) -> None:
        """Goes there and presses Enter."""
        self.to(beginning)
        self.press("Enter")

    def log_in(self, email: str, password: str) -> None:
        self.page.goto("/log-in")
        self.to("Email")
        self.write(email)
        self.to("Password")
        self.write(password)
        self.press("Enter")
        self.page.wait_for_url(lambda url: "/log-in" not in url)

    def leave_dialog(self, opener: str) -> None:
        """The open dialog has the focus and keeps it; Escape gives it back to what opened it."""
        dialog = self.page.locator("dialog[open]")
        expect(dialog).to_be_visible()
        for _ in range(5):
            assert self._is_in(dialog)
            self.press("Tab")
        self.press("Escape")
        expect(dialog).to_have_count(0)
        stop = focused(self.page)
        assert stop is not None
        assert stop["text"].startswith(opener), stop
        assert stop["hasRing"], stop

    def _is_in(self, dialog: Locator) -> bool:
        """The browser's own buttons, which have no element, come between two rounds."""
        return bool(dialog.evaluate(IS_IN))
