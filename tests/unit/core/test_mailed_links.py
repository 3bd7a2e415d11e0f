"""Links that are mailed: verifying the address, a new password, logging in."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.erasure.services import erase_user
from core.jobs.models import Job
from core.jobs.services import run_due
from core.restore.services import void_tokens
from core.users.jobs import delete_expired_tokens
from core.users.models import OneTimeToken, SignIn, TotpSecret, User
from core.users.one_time_tokens import hash_token
from core.users.services import add_user, set_password, update_user
from core.users.tokens import issue_scoped
from ongoza_contracts.http.tokens import READ
from tests.unit.core.notified import run_jobs
from tests.unit.core.world import NOBODY, Answer, Caller, Refusal, refusal, service, signed_in

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD = "amina@ongoza.example", "a-long-passphrase-9"
NEW_PASSWORD = "another-passphrase-10"
UNKNOWN = "nobody@ongoza.example"
RESET, CONFIRM, LINK, VERIFY = (
    "auth/password/reset/",
    "auth/password/reset/confirm/",
    "auth/login/link/",
    "auth/verify-email/",
)
INVALID: Refusal = (400, "invalid_token", [])


@pytest.fixture
def amina() -> User:
    return add_user(email=EMAIL, password=PASSWORD)


@pytest.fixture
def mailed(mailoutbox: list[EmailMessage]) -> Callable[[], str]:
    """Run the jobs that are due; the token in the one mail that was sent by them."""

    def token() -> str:
        mailoutbox.clear()
        run_due()
        (mail,) = mailoutbox
        assert mail.to == [EMAIL]
        assert "Ongoza CyberHub" in mail.subject
        (found,) = re.findall(r"^http\S+#token=([\w-]{43})$", str(mail.body), re.MULTILINE)
        return str(found)

    return token


def ask(route: str, email: str = EMAIL) -> Answer:
    return NOBODY.post(route, {"email": email})


def confirm(token: str, password: str = NEW_PASSWORD) -> Answer:
    return NOBODY.post(CONFIRM, {"token": token, "new_password": password})


def logs_in(password: str) -> bool:
    return NOBODY.post("auth/login/", {"email": EMAIL, "password": password})[0] == 200


# --- no difference between known and unknown addresses -------------------------------------------
@pytest.mark.parametrize("route", [RESET, LINK])
def test_a_known_and_an_unknown_address_get_the_same_answer_for_the_same_work(
    route: str, amina: User
) -> None:
    answers, work = [], []
    for email in (EMAIL, UNKNOWN):
        with CaptureQueriesContext(connection) as queries:
            answers.append(ask(route, email))
        work.append([re.sub(r"'[^']*'|\b\d+\b|NULL", "?", one["sql"]) for one in queries])
    assert answers[0] == answers[1]
    assert answers[0][0] == 202
    assert work[0] == work[1]
    assert len([one for one in work[0] if "users_user" in one or "jobs_job" in one]) == 2
    assert [(job.subject, len(str(job.key))) for job in Job.objects.all()] == [("", 64)] * 2
    assert not OneTimeToken.objects.exists()


@pytest.mark.parametrize("route", [RESET, LINK])
def test_an_unknown_and_an_inactive_account_get_no_mail(
    route: str, mailoutbox: list[EmailMessage]
) -> None:
    update_user(user_id=add_user(email=EMAIL, password=PASSWORD).id, is_active=False)
    inactive = add_user(email="staff@ongoza.example", password=None, is_active=False)
    for email in (UNKNOWN, EMAIL, inactive.email):
        assert ask(route, email)[0] == 202
    run_due()
    assert mailoutbox == []
    assert [job.done_at is not None for job in Job.objects.all()] == [True] * 3


def test_a_passwordless_account_gets_no_link_to_log_in(mailoutbox: list[EmailMessage]) -> None:
    add_user(email=EMAIL, password=None)
    assert ask(LINK)[0] == 202
    run_due()
    assert mailoutbox == []
    assert Job.objects.get().done_at is not None


def test_a_passwordless_account_sets_a_password_by_a_link_and_can_be_erased_then(
    mailed: Callable[[], str],
) -> None:
    user = add_user(email=EMAIL, password=None)
    assert ask(RESET)[0] == 202
    assert confirm(mailed()) == (204, None)
    assert logs_in(NEW_PASSWORD)
    user.refresh_from_db()
    erased = signed_in(user).call("DELETE", "users/me/", {"password": NEW_PASSWORD})
    assert erased[0] in (202, 204)
    assert not User.objects.filter(pk=user.id).exists()


def test_no_row_of_a_job_or_token_holds_the_address_or_the_token(
    amina: User, mailed: Callable[[], str]
) -> None:
    ask(RESET)
    token = mailed()
    rows = [*Job.objects.values(), *OneTimeToken.objects.values()]
    assert not any(secret in str(row) for row in rows for secret in (EMAIL, token))
    assert OneTimeToken.objects.get().hash == hash_token(token)


def test_the_jobs_of_two_purposes_do_not_show_that_the_address_is_the_same() -> None:
    ask(RESET, UNKNOWN)
    ask(LINK, UNKNOWN)
    assert Job.objects.values("key").distinct().count() == 2


def test_a_mailbox_is_not_flooded(amina: User, mailoutbox: list[EmailMessage]) -> None:
    for _ in range(8):
        ask(RESET)
        run_due()
    assert len(mailoutbox) == 5


@pytest.mark.parametrize("email", [EMAIL, UNKNOWN])
@pytest.mark.parametrize("route", [RESET, LINK])
def test_mails_to_one_account_are_limited(
    route: str, email: str, amina: User, settings: Any
) -> None:
    settings.RATE_LIMITS = {"reset": (3, 60), "link": (3, 60)}
    settings.VALKEY_URL = ""
    assert [ask(route, email)[0] for _ in range(4)] == [202, 202, 202, 429]


# --- a new password ------------------------------------------------------------------------------
def test_a_reset_sets_the_password_and_ends_every_sign_in(
    amina: User, mailed: Callable[[], str]
) -> None:
    session = signed_in(amina)
    ask(RESET)
    assert confirm(mailed()) == (204, None)
    assert session.get("users/me/")[0] == 401
    assert not SignIn.objects.exists()
    assert (logs_in(PASSWORD), logs_in(NEW_PASSWORD)) == (False, True)
    amina.refresh_from_db()
    assert (amina.token_generation, amina.email_verified_at is None) == (1, False)


def test_a_token_works_once(amina: User, mailed: Callable[[], str]) -> None:
    ask(RESET)
    token = mailed()
    assert confirm(token)[0] == 204
    assert refusal(confirm(token, "a-third-passphrase-11")) == INVALID
    assert logs_in(NEW_PASSWORD)


def test_a_weak_password_leaves_the_token_usable(amina: User, mailed: Callable[[], str]) -> None:
    ask(RESET)
    token = mailed()
    status, code, errors = refusal(confirm(token, "12345678"))
    assert (status, code, {field for field, _ in errors}) == (400, "invalid", {"new_password"})
    assert logs_in(PASSWORD)
    assert confirm(token)[0] == 204


def test_an_expired_token_is_refused(amina: User, mailed: Callable[[], str]) -> None:
    ask(RESET)
    token = mailed()
    OneTimeToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert refusal(confirm(token)) == INVALID
    assert logs_in(PASSWORD)


def test_a_token_serves_no_other_purpose(amina: User, mailed: Callable[[], str]) -> None:
    ask(LINK)
    log_in_token = mailed()
    assert refusal(confirm(log_in_token)) == INVALID
    ask(RESET)
    reset_token = mailed()
    assert refusal(NOBODY.post(LINK, {"token": reset_token})) == INVALID
    assert refusal(NOBODY.post(VERIFY, {"token": reset_token})) == INVALID


@pytest.mark.parametrize("token", ["", "x", "x" * 128, "ä" * 43])
def test_an_unknown_token_is_refused(token: str) -> None:
    assert confirm(token)[0] == 400


def test_a_new_password_and_another_address_void_earlier_links(
    amina: User, mailed: Callable[[], str]
) -> None:
    ask(RESET)
    before_password = mailed()
    set_password(user_id=amina.id, password=NEW_PASSWORD)
    ask(RESET)
    before_address = mailed()
    update_user(user_id=amina.id, email="new@ongoza.example")
    for token in (before_password, before_address):
        assert refusal(confirm(token)) == INVALID


def test_an_inactive_user_cannot_use_a_link(amina: User, mailed: Callable[[], str]) -> None:
    ask(LINK)
    token = mailed()
    update_user(user_id=amina.id, is_active=False)
    assert refusal(NOBODY.post(LINK, {"token": token})) == INVALID
    assert OneTimeToken.objects.get().used_at is None


# --- logging in ----------------------------------------------------------------------------------
def test_a_link_logs_in_once(amina: User, mailed: Callable[[], str]) -> None:
    ask(LINK)
    token = mailed()
    status, body = NOBODY.post(LINK, {"token": token})
    assert (status, body["user"]["email"]) == (200, EMAIL)
    assert Caller(body["access_token"]).get("users/me/")[0] == 200
    assert refusal(NOBODY.post(LINK, {"token": token})) == INVALID


def test_the_first_proof_of_the_address_locks_out_whoever_signed_up_with_it(
    amina: User, mailed: Callable[[], str]
) -> None:
    before = signed_in(amina)
    made = before.post("auth/tokens/", {"name": "script", "scope": ["read"]})[1]["token"]
    TotpSecret.objects.create(user=amina, encrypted=b"x", confirmed_at=timezone.now())
    ask(LINK)
    status, body = NOBODY.post(LINK, {"token": mailed()})
    assert status == 200
    assert Caller(body["access_token"]).get("users/me/")[0] == 200
    assert before.get("users/me/")[0] == 401
    assert NOBODY.post("auth/token/exchange/", {"token": made})[0] == 401
    assert not logs_in(PASSWORD)
    ask(RESET)
    assert confirm(mailed())[0] == 204


def test_a_link_to_a_verified_address_changes_nothing(
    amina: User, mailed: Callable[[], str]
) -> None:
    User.objects.update(email_verified_at=timezone.now())
    before = signed_in(amina)
    ask(LINK)
    assert NOBODY.post(LINK, {"token": mailed()})[0] == 200
    assert before.get("users/me/")[0] == 200
    assert logs_in(PASSWORD)


@pytest.mark.parametrize(("is_verified", "factors_left"), [(False, 0), (True, 1)])
def test_a_reset_removes_the_second_factor_of_an_unverified_address(
    is_verified: bool, factors_left: int, amina: User, mailed: Callable[[], str]
) -> None:
    if is_verified:
        User.objects.update(email_verified_at=timezone.now())
    TotpSecret.objects.create(user=amina, encrypted=b"x", confirmed_at=timezone.now())
    ask(RESET)
    assert confirm(mailed())[0] == 204
    assert TotpSecret.objects.count() == factors_left


@pytest.mark.parametrize("body", [{}, {"email": EMAIL, "token": "x"}])
def test_a_link_is_asked_for_or_used(body: dict[str, str]) -> None:
    assert NOBODY.post(LINK, body)[0] == 400


# --- verifying the address -----------------------------------------------------------------------
def test_the_mail_of_a_sign_up_verifies_the_address(mailed: Callable[[], str]) -> None:
    body = {"email": EMAIL, "password": PASSWORD}
    assert NOBODY.post("auth/signup/", body)[0] == 201
    assert User.objects.get().email_verified_at is None
    version = User.objects.get().version
    assert NOBODY.post(VERIFY, {"token": mailed()}) == (204, None)
    verified = User.objects.get()
    assert (verified.email_verified_at is None, verified.version) == (False, version)


def test_a_signed_in_user_gets_another_mail_until_the_address_is_verified(
    amina: User, mailed: Callable[[], str], mailoutbox: list[EmailMessage]
) -> None:
    caller = signed_in(amina)
    assert caller.post(VERIFY, {})[0] == 202
    assert NOBODY.post(VERIFY, {"token": mailed()})[0] == 204
    mailoutbox.clear()
    assert caller.post(VERIFY, {})[0] == 202
    run_due()
    assert mailoutbox == []
    assert not Job.objects.filter(done_at=None).exists()


def test_nobody_asks_for_another_mail_without_being_signed_in() -> None:
    assert NOBODY.post(VERIFY, {})[0] == 401
    assert not Job.objects.exists()


def test_a_service_asks_for_no_other_mail() -> None:
    assert refusal(service().post(VERIFY, {})) == (403, "forbidden", [])
    assert not Job.objects.exists()


def test_a_mailed_token_works_whatever_bearer_token_comes_along(
    amina: User, mailed: Callable[[], str]
) -> None:
    ended = signed_in(amina)
    amina = set_password(user_id=amina.id, password=NEW_PASSWORD)
    run_jobs()  # the notice of the new password
    scoped = issue_scoped(amina, amina.sign_ins.create(), READ, 60)
    for caller in (ended, Caller("x"), Caller(scoped), service()):
        User.objects.update(email_verified_at=None)
        signed_in(amina).post(VERIFY, {})
        assert caller.post(VERIFY, {"token": mailed()}) == (204, None)
        assert User.objects.get().email_verified_at is not None
    assert ended.post(VERIFY, {})[0] == 401


def test_another_address_is_not_verified(amina: User, mailed: Callable[[], str]) -> None:
    signed_in(amina).post(VERIFY, {})
    NOBODY.post(VERIFY, {"token": mailed()})
    changed = update_user(user_id=amina.id, email="new@ongoza.example")
    changed.refresh_from_db()
    assert changed.email_verified_at is None


def test_a_restored_database_voids_the_links_that_were_mailed(
    amina: User, mailed: Callable[[], str]
) -> None:
    ask(RESET)
    token = mailed()
    void_tokens(timezone.now())
    assert refusal(confirm(token)) == INVALID


# --- what remains --------------------------------------------------------------------------------
def test_expired_tokens_are_deleted_daily(amina: User, mailed: Callable[[], str]) -> None:
    ask(RESET)
    mailed()
    delete_expired_tokens(Job())
    assert OneTimeToken.objects.count() == 1
    OneTimeToken.objects.update(expires_at=timezone.now())
    delete_expired_tokens(Job())
    assert not OneTimeToken.objects.exists()


def test_an_erasure_leaves_no_token_and_no_waiting_mail(
    amina: User, mailed: Callable[[], str], mailoutbox: list[EmailMessage]
) -> None:
    ask(RESET)
    mailed()
    ask(LINK)
    mailoutbox.clear()
    erase_user(user_id=amina.id)
    assert not OneTimeToken.objects.exists()
    assert not Job.objects.exists()
    run_due()
    assert mailoutbox == []
