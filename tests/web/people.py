"""People who use the client in the tests."""

import re
import secrets
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Page

from scripts.stack.stack import Stack
from scripts.web import browsing
from tests.integration.story import ANSWER_SECONDS, eventually


@dataclass(frozen=True)
class Person:
    email: str
    password: str

    @classmethod
    def new(cls) -> "Person":
        return cls(f"{secrets.token_hex(8)}@ongoza.example", secrets.token_urlsafe(16))

    def mailed_link(self, stack: Stack, beginning: str, other_than: str = "") -> str:
        """The newest address in a mail to the person that begins so."""
        folder = stack.folder / "mail"
        return eventually(lambda: _link(folder, self.email, beginning, other_than))


def _link(folder: Path, email: str, beginning: str, other_than: str) -> str:
    pattern = re.compile(rf"http\S*{re.escape(beginning)}\S+")
    # The server moves a whole mail from `tmp` to `new`.
    mails = sorted(folder.rglob("new/*"), key=lambda file: file.stat().st_mtime, reverse=True)
    for mail in mails:
        text = mail.read_text().replace("=\n", "").replace("=3D", "=")
        found = pattern.search(text) if email in text else None
        if found and found[0] != other_than:
            return found[0]
    return ""


def signed_up(stack: Stack) -> Person:
    """A new learner, made without the client."""
    person = Person.new()
    body = {"email": person.email, "password": person.password, "first_name": "Amani"}
    url = f"{stack.core_url}/api/v1/auth/signup/"
    httpx.post(url, json=body, timeout=ANSWER_SECONDS).raise_for_status()
    return person


def call_core(
    stack: Stack, person: Person, method: str, path: str, body: object = None
) -> httpx.Response:
    """Calls core as the person, without the client."""
    begin, login = f"{stack.core_url}/api/v1/", {"email": person.email, "password": person.password}
    with httpx.Client(timeout=ANSWER_SECONDS) as client:
        signed_in = client.post(f"{begin}auth/login/", json=login).raise_for_status().json()
        headers = {"Authorization": f"Bearer {signed_in['access_token']}"}
        return client.request(method, begin + path, json=body, headers=headers)


def demo(stack: Stack, role: str) -> Person:
    """A person of the demo data."""
    return Person(f"{role}@ongoza.example", stack.secrets["DEMO_PASSWORD"])


def sign_up(page: Page, person: Person) -> None:
    page.goto("/sign-up")
    page.get_by_label("First name").fill("Zawadi")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Create my account").click()


def log_in(page: Page, person: Person) -> None:
    browsing.log_in(page, person.email, person.password)
