"""Texts that people write are shown as texts, on every page that shows them."""

import re
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, Dialog, Page, ViewportSize

from ongoza_contracts.vocabulary import Role
from scripts.stack.stack import Stack
from scripts.web import browsing
from scripts.web.clients import documents
from scripts.web.pages import PAGES
from tests.integration.objects import World
from tests.web import page_checks
from tests.web.hostile import ATTACKS, School, new_school
from tests.web.people import Person, demo, log_in

SMALL = ViewportSize(width=320, height=640)
SECRETS_AND_IDS = re.compile(
    r"(password|token|code|challenge|state|refresh_token|log_in_token|receipt|flag|endpoint|keys\.\w+"
    r"|number|content_id|program|course|(prerequisites|competencies|emails)\[\]|kinds\[\]\.kind"
    r"|items\[\]\.content_id|(terms_)?version|time_zone|reminder_at|quiet_\w+|url"
    r"|(rules|overrides)\[\]\.\w+|track|outcome|target|phone|gateway|stripe/webhook id)$"
)
"""Fields with a form of their own, which no prose has."""
AS = {
    "invitations/{}/accept": "auth/signup",
    "users": "auth/signup",
    "quizzes/{}/versions": "quizzes",
    "content/{}/bodies/{}": "content/{}/bodies",
    "reviews/{}/draft": "reviews/{}/decide",
    "reviews/{}/regrade": "reviews/{}/decide",
    "mentorship/notes": "mentorship/matches/{}/notes",
}
"""Paths that write the same fields as others."""
NOT_WRITTEN = {
    "certificates/{}/revoke reason": "a cohort ends after months",
    "users/{}/view-as reason": "not for browsers",
}
NOT_SHOWN = {
    "content external_ids[].id",
    "enrolments/{}/confirm-payment reference",
    "entitlements reason",
    "mentorship/flags note",
    "mentorship/sessions/{}/feedback text",
    "quizzes questions[].accepted[]",
    "reviews/{}/take-away reason",
}
"""Fields that no page shows."""
IN_RESULTS = {"content skills[]"}
"""Fields that only results of a search show, which others' texts may fill."""


def test_no_text_of_a_person_becomes_more_than_a_text(web: Stack, browser: Browser) -> None:
    school = new_school(World.new(web))
    assert {*text_fields()} - {*school.hostile.fields.values()} == {*NOT_WRITTEN}
    faults: list[str] = []
    shown: set[str] = set()
    for role, person in people(web, school).items():
        context = browser.new_context(base_url=web.web_url, locale="en-GB", viewport=SMALL)
        context.set_default_timeout(browsing.WAIT_MS)
        page = context.new_page()
        watch(page, faults)
        log_in(page, person)
        for path in (*PAGES[role], *school.pages[role], *hostile_addresses(role)):
            page.goto(path)
            faults += [f"{role} {path}: {fault}" for fault in faults_of(page)]
            shown |= school.hostile.marks_in(page.locator("body").inner_text())
        context.close()
    assert faults == []
    fields = school.hostile.fields
    unseen = {*fields.values()} - {fields[mark] for mark in shown}
    assert unseen - IN_RESULTS == NOT_SHOWN


def people(stack: Stack, school: School) -> dict[Role, Person]:
    accounts = school.learner, school.mentor, school.director
    found = {one.role: Person(one.email, one.password) for one in accounts}
    return {**found, Role.ADMIN: demo(stack, "admin")}


def hostile_addresses(role: Role) -> list[str]:
    if role != Role.LEARNER:
        return []
    attack = " ".join(ATTACKS)
    return [f"/search?q={attack}", f"/log-in?next={attack}&problem={attack}"]


def watch(page: Page, faults: list[str]) -> None:
    """Writes down what a text that became more would do."""

    def dismiss(dialog: Dialog) -> None:
        faults.append(f"{page.url}: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda one: faults.append(one.text) if "Content Security Policy" in one.text else None,
    )
    page.on(
        "request",
        lambda one: faults.append(f"{page.url}: report") if "csp-report" in one.url else None,
    )


def faults_of(page: Page) -> list[str]:
    page_checks.open_details(page)
    found = [f"too wide, {one}" for one in page_checks.wide(page)]
    if page.evaluate("'ran' in window"):
        found.append("a script ran")
    injected = "document.querySelectorAll('[onerror], [onload], img[src=x]').length"
    if page.evaluate(injected):
        found.append("an element was injected")
    return found


def text_fields() -> Iterator[str]:
    """The fields of the API's bodies that take any text, as `path field`."""
    document = documents()["core"]
    for path, methods in document["paths"].items():
        parts = re.sub(r"{\w+}", "{}", path.removeprefix("/api/v1/").strip("/"))
        name = AS.get(parts, parts.removesuffix("/{}"))
        for operation in methods.values():
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema", {})
            for field in _texts(document, schema):
                if not SECRETS_AND_IDS.search(f"{name} {field}"):
                    yield f"{AS.get(name, name)} {field}"


def _texts(document: dict[str, Any], schema: dict[str, Any], at: str = "") -> Iterator[str]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    for keyword in ("allOf", "anyOf", "oneOf"):
        for one in schema.get(keyword, ()):
            yield from _texts(document, one, at)
    for name, one in schema.get("properties", {}).items():
        yield from _texts(document, one, f"{at}.{name}" if at else name)
    if "items" in schema:
        yield from _texts(document, schema["items"], f"{at}[]")
    if "string" in schema.get("type", "") and not {"enum", "format", "pattern"} & schema.keys():
        yield at
