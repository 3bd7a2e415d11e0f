"""Inviting somebody, and accepting it."""

import re
from typing import Any

from django.core import mail

from core.jobs.services import run_due
from tests.unit.core.school import World
from tests.unit.core.world import NOBODY, Answer, Caller

EMAIL = "nina@ongoza.example"
ACCOUNT = {"password": "a-long-passphrase-9", "first_name": "Nina", "last_name": "Njeri"}


def invite(caller: Caller, world: World, **changes: Any) -> Answer:
    body = {"email": EMAIL, "role": "mentor", **changes}
    return caller.post(f"organizations/{world.school.id}/invitations/", body)


def mailed_token() -> str:
    """Runs what is due; the token in the newest mail."""
    run_due()
    found = re.search(r"/invitations/([A-Za-z0-9_-]+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def invited(caller: Caller, world: World, **changes: Any) -> str:
    """The token of a new invitation."""
    assert invite(caller, world, **changes)[0] == 201
    return mailed_token()


def accept(token: str, caller: Caller = NOBODY, body: Any = None) -> Answer:
    return caller.call("POST", f"invitations/{token}/accept/", body)
