"""Accounts of every role on the whole stack, and the mails they get."""

import hashlib
import mailbox
import secrets
from dataclasses import dataclass
from typing import Any, cast

import httpx

from ongoza_contracts.vocabulary import Role
from scripts.stack.health import SSL_CONTEXT
from scripts.stack.stack import Stack
from tests.integration.story import ANSWER_SECONDS, Learner

API = "/api/v1"


@dataclass
class Account(Learner):
    """Somebody who signed up; the admin gave them their role and their organization."""

    email: str
    password: str
    role: Role = Role.LEARNER
    organization_id: int | None = None

    @classmethod
    def of_role(
        cls, admin: Learner, role: Role, organization_id: int | None = None, **names: str
    ) -> "Account":
        stack, email = admin.stack, names.pop("email", f"{secrets.token_hex(8)}@ongoza.example")
        password = secrets.token_urlsafe(16)
        body = {"email": email, "password": password, "first_name": "Amani", **names}
        url = f"{stack.core_url}{API}/auth/signup"
        answer = httpx.post(url, json=body, timeout=ANSWER_SECONDS, verify=SSL_CONTEXT)
        assert answer.status_code == 201, answer.text
        user_id = answer.json()["user"]["id"]
        account = cls(stack, user_id, "", "", email, password, role, organization_id)
        given = {"role": role, "organization": organization_id}
        changed = admin.core("PUT", f"{API}/users/{user_id}/role/", json=given)
        assert changed.status_code == 200, changed.text
        account.log_in()
        return account

    def log_in(self) -> None:
        self.token, self.refresh_token = _tokens(self.stack, self.email, self.password)

    def is_signed_in(self) -> bool:
        return self.core("GET", f"{API}/users/me/").status_code == 200

    def create(self, path: str, body: Any) -> dict[str, Any]:
        return created(self, path, body)


def created(caller: Learner, path: str, body: Any) -> dict[str, Any]:
    """core's answer to a POST that adds a row."""
    return _posted(caller, path, body, 201)


def answered(caller: Learner, path: str, body: Any) -> dict[str, Any]:
    """core's answer to a POST that adds nothing that has a route of its own."""
    return _posted(caller, path, body, 200)


def accepted(caller: Learner, path: str, body: Any) -> dict[str, Any]:
    """core's answer to a POST whose work is done by a job."""
    return _posted(caller, path, body, 202)


def stored(caller: Learner, path: str, body: Any) -> dict[str, Any]:
    """core's answer to a POST that adds a row, or changes or repeats the one that is there."""
    return _posted(caller, path, body, 200, 201)


def _posted(caller: Learner, path: str, body: Any, *statuses: int) -> dict[str, Any]:
    answer = caller.core("POST", f"{API}/{path}", json=body)
    assert answer.status_code in statuses, answer.text
    found: dict[str, Any] = answer.json()
    return found


def upload(owner: Learner, name: str) -> Any:
    """The id of a complete file of one byte."""
    byte, sha256 = b"x", hashlib.sha256(b"x").hexdigest()
    made = stored(owner, "files/", {"name": name, "size": 1, "sha256": sha256})
    headers = {"Upload-Offset": "0", "Content-SHA256": sha256}
    headers["Content-Type"] = "application/octet-stream"
    if made["state"] == "under_way":
        path = f"{API}/files/{made['id']}/"
        owner.core("PATCH", path, content=byte, headers=headers).raise_for_status()
    return made["id"]


def demo_admin(stack: Stack) -> Learner:
    """The demo's admin, signed in."""
    tokens = _tokens(stack, "admin@ongoza.example", stack.environment["DEMO_PASSWORD"])
    return Learner(stack, 0, *tokens)


def add_organization(admin: Learner) -> int:
    body = {"name": f"School {secrets.token_hex(6)}", "kind": "school"}
    return int(created(admin, "organizations/", body)["id"])


def _tokens(stack: Stack, email: str, password: str) -> tuple[str, str]:
    body = {"email": email, "password": password}
    url = f"{stack.core_url}{API}/auth/login/"
    answer = httpx.post(url, json=body, timeout=ANSWER_SECONDS, verify=SSL_CONTEXT)
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"], answer.json()["refresh_token"]


def mails_to(stack: Stack, address: str) -> list[str]:
    """The texts of the mails that were sent to an address, in any order."""
    box = mailbox.Maildir(stack.folder / "mail")
    sent = [mail for mail in box if mail["To"] == address]
    return [cast(bytes, mail.get_payload(decode=True)).decode() for mail in sent]
