"""Clicks twice on every button of a page, and holds what would be written."""

import re
import time
from collections import Counter
from dataclasses import dataclass, field

from playwright.sync_api import Error, Locator, Page, Request, Route

from scripts.web.browsing import WAIT_MS
from tests.web import page_checks

IDS = re.compile(r"(?<=/)(?:[0-9a-f]{8}-[0-9a-f-]{27}|[a-z]+-\d[\d-]*|\d+)(?=/)")
REFUSAL = {"code": "invalid", "detail": "Held by the test.", "errors": []}
FILL = """root => {
  const values = {
    date: "2030-01-07", "datetime-local": "2030-01-07T10:00", time: "10:00", number: "1",
    email: "somebody@ongoza.example", url: "https://ongoza.example/", month: "2030-01",
    password: "a long enough password",
  };
  const write = (e, value) => {
    const kind = Object.getPrototypeOf(e);
    Object.getOwnPropertyDescriptor(kind, "value").set.call(e, value);
    for (const type of ["input", "change"]) e.dispatchEvent(new Event(type, {bubbles: true}));
  };
  const groups = new Set();
  for (const e of root.querySelectorAll("input, textarea, select")) {
    if (!e.checkVisibility() || e.matches(":disabled") || e.readOnly) continue;
    if (e.type === "radio") {
      const group = [...root.querySelectorAll("input[type=radio]")].filter(
        one => one.name === e.name && one.form === e.form);
      if (!groups.has(e.name) && !group.some(one => one.checked)) group.at(-1).click();
      groups.add(e.name);
    } else if (e.type === "checkbox") {
      if (e.form && !e.checked) e.click();
    } else if (e.tagName === "SELECT") {
      if (!e.value && e.options.length > 1) write(e, e.options[1].value);
    } else if (!e.value && e.type !== "file") {
      write(e, values[e.type] ?? "abc");
    }
  }
}"""
FRAME = "around pages"
"""How the names of buttons begin that are around the content of every page."""
MARK = """([root, known]) => {
  const words = e => {
    const copy = e.cloneNode(true);
    copy.querySelectorAll(".hide").forEach(one => one.remove());
    const place = e.closest("[aria-labelledby]:not(dialog)")?.getAttribute("aria-labelledby") ?? "";
    const frame = e.closest("main, dialog") ? "" : "FRAME";
    return `${frame}${place}: ${copy.textContent.trim().replace(/\\d+/g, "0")}`;
  };
  document.querySelectorAll("[data-try]").forEach(one => one.removeAttribute("data-try"));
  const seen = new Set();
  for (const e of root.querySelectorAll("button")) {
    const key = words(e);
    const isIn = e.closest("dialog[open]") === root.closest("dialog[open]");
    if (!isIn || seen.has(key) || !e.checkVisibility() || e.matches(":disabled")) continue;
    seen.add(key);
    if (!known.includes(key)) known.push(key);
    e.dataset.try = known.indexOf(key);
  }
  return known;
}""".replace("FRAME", FRAME)
NAVIGATIONS_MAX = 3
"""So many may follow one click: a page that is left may lead on."""
SENT_WITHOUT_A_CLICK = {
    "PUT api/v1/reviews/*/draft/",  # a while after somebody typed
    "POST api/v1/student/list-views/",  # when the page is left, of one list in four
}
SETTLED = """async () => {
  for (let turn = 0; turn < 2; turn += 1) {
    await new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    await fetch("/bff/health");
  }
}"""


@dataclass
class Held:
    """Requests that would write, none of which arrives: they wait, or are refused at once."""

    page: Page
    passes: str = ""
    """A part of the paths to which writes do arrive, where there are any."""
    is_holding: bool = False
    routes: list[Route] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    """Since the last click."""
    wrote: set[str] = field(default_factory=set)
    """Ever: what is written late belongs to no click."""
    passed: set[Request] = field(default_factory=set)
    """Writes that are to arrive and have no answer yet, after which the page may write more."""

    def __post_init__(self) -> None:
        self.page.route("**/bff/**", self._hold)
        for ended in ("requestfinished", "requestfailed"):
            self.page.on(ended, lambda request: self.passed.discard(request))

    def _hold(self, route: Route) -> None:
        request = route.request
        if request.method == "GET":
            route.continue_()
            return
        path = request.url.split("/bff/", 1)[1].split("?")[0]
        write = f"{request.method} {IDS.sub('*', path)}"
        if write in SENT_WITHOUT_A_CLICK:
            _refuse(route)
            return
        self.writes.append(write)
        self.wrote.add(write)
        if self.passes and self.passes in path:
            self.passed.add(request)
            route.continue_()
            return
        # A click ends with the navigation that it begins, which therefore cannot wait.
        if self.is_holding and not request.is_navigation_request():
            self.routes.append(route)
        else:
            _refuse(route)

    def hold(self) -> None:
        self.writes.clear()
        self.is_holding = True

    def refuse(self) -> None:
        """Refuses what is held, and waits until the page has dealt with it."""
        self._settle()
        self.is_holding = False
        while self.routes:
            _refuse(self.routes.pop())
        self._settle()

    def _settle(self) -> None:
        ends = time.monotonic() + WAIT_MS / 1000
        while self.passed and time.monotonic() < ends:
            self._wait_for_frames()
        self._wait_for_frames()

    def _wait_for_frames(self) -> None:
        for _ in range(NAVIGATIONS_MAX):
            try:
                self.page.evaluate(SETTLED)
                return
            except Error:  # the page was left meanwhile: a form that asks leads to its answer
                self.page.wait_for_load_state()
        self.page.evaluate(SETTLED)


def _refuse(route: Route) -> None:
    if route.request.is_navigation_request():
        route.fulfill(status=204)
    else:
        route.fulfill(status=400, json=REFUSAL)


@dataclass
class Clicker:
    """Tries the buttons of pages."""

    page: Page
    held: Held
    faults: list[str] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    """The buttons of a page that somebody tried there, and those around pages that somebody tried
    anywhere: they are tried once."""

    def try_page(self, name: str) -> None:
        url = self.page.url
        body = self.page.locator("body")
        tried, keys = 0, self._marked(body)
        while tried < len(keys):
            button = self.page.locator(f"[data-try='{tried}']")
            known = keys[tried] if keys[tried].startswith(FRAME) else f"{name} {keys[tried]}"
            if known not in self.tried and button.count():
                self._twice(button, f"{name} {keys[tried]}")
                if self.page.locator("dialog[open]").count():
                    self._try_dialog(name, keys, tried)
            self.tried.add(known)
            tried += 1
            if self.page.url != url:
                self.page.goto(url)
            keys = self._marked(body, keys)

    def _marked(self, root: Locator, known: list[str] | None = None) -> list[str]:
        """Fills what is empty, and marks the buttons below with their places in the result."""
        page_checks.open_details(self.page)
        root.evaluate(FILL)
        found: list[str] = self.page.evaluate(MARK, [root.element_handle(), known or []])
        return found

    def _twice(self, button: Locator, name: str) -> None:
        self.held.hold()
        button.dblclick()
        self.held.refuse()
        counts = Counter(self.held.writes)
        self.faults += [
            f"{name}: {one} {count} times" for one, count in counts.items() if count > 1
        ]

    def _try_dialog(self, name: str, keys: list[str], place: int) -> None:
        """The button at this place among the page's opened a dialog, which each try may close."""
        opener = f"{name} {keys[place]}"
        if self.held.writes:
            self.faults.append(f"{opener}: {self.held.writes} before the dialog was answered")
        dialog = self.page.locator("dialog[open]")
        inside: list[str] = []
        tried = 0
        while True:
            dialog.locator("button").first.wait_for()
            inside = self._marked(dialog, inside)
            if tried == len(inside):
                break
            button = dialog.locator(f"[data-try='{tried}']")
            if button.count():
                self._twice(button, f"{opener}, {inside[tried]}")
            tried += 1
            if not dialog.count():
                self._marked(self.page.locator("body"), keys)
                self.page.locator(f"[data-try='{place}']").click()
        self.page.keyboard.press("Escape")
        self.held.refuse()
