"""An authenticator app, and logging in with it."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.utils import timezone

from core.users import second_factor
from core.users.models import TotpSecret, User
from tests.unit.core.world import NOBODY, Answer, Refusal, signed_in

EMAIL, PASSWORD = "amina@ongoza.example", "a-long-passphrase-9"
NEW_PASSWORD = "another-passphrase-10"
WRONG_CREDENTIALS: Refusal = (401, "wrong_credentials", [])
FINISH = "auth/login/second-factor/"


class App:
    """An authenticator app."""

    def __init__(self, enrolment: dict[str, str], clock: list[int]) -> None:
        self.totp = TOTP(base64.b32decode(enrolment["secret"]), 6, SHA1(), 30)  # noqa: S303
        self.clock = clock

    def code(self, seconds: int = 0) -> str:
        return self.totp.generate(self.clock[0] + seconds).decode()

    def next_code(self) -> str:
        self.clock[0] += 30
        return self.code()


def enrol(user: User, clock: list[int]) -> tuple[App, list[str]]:
    caller = signed_in(user)
    status, enrolment = caller.post("auth/totp/", {"password": PASSWORD})
    assert status == 201
    app = App(enrolment, clock)
    status, body = caller.post("auth/totp/confirm/", {"code": app.code()})
    assert status == 200
    return app, body["recovery_codes"]


def exchange(token: str) -> Answer:
    """For an access token, by an API token."""
    return NOBODY.post("auth/token/exchange/", {"token": token})


def log_in() -> Answer:
    return NOBODY.post("auth/login/", {"email": EMAIL, "password": PASSWORD})


def challenge(code: str = "second_factor_required") -> str:
    status, body = log_in()
    assert (status, body["code"]) == (401, code)
    return str(body["challenge"])


def finish(code: str, challenged: str | None = None) -> Answer:
    return NOBODY.post(FINISH, {"challenge": challenged or challenge(), "code": code})


def after_check(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Make a change by somebody else after a code was checked, before it takes effect."""
    check = second_factor.check

    def check_and_change(*args: Any, **options: Any) -> int:
        totp_id = check(*args, **options)
        change()
        return totp_id

    monkeypatch.setattr(second_factor, "check", check_and_change)


def replace_second_factor(user: User) -> None:
    second_factor.remove(user)
    second_factor.begin(user)
    TotpSecret.objects.filter(user=user).update(confirmed_at=timezone.now())
