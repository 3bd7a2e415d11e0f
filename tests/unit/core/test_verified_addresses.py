"""Verifying the e-mail address: by a mailed token, for the signed-in user whose address it is."""

import pytest
from django.core.mail import EmailMessage

from core.jobs.models import Job
from core.jobs.services import run_due
from core.users.models import User
from core.users.services import add_user, set_password, update_user
from core.users.tokens import issue_scoped
from ongoza_contracts.http.tokens import READ
from tests.unit.core.mailed import mailed_token
from tests.unit.core.notified import run_jobs
from tests.unit.core.world import NOBODY, Caller, Refusal, person, refusal, service, signed_in

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD = "amina@ongoza.example", "a-long-passphrase-9"
NEW_PASSWORD = "another-passphrase-10"
VERIFY, RESET = "auth/verify-email/", "auth/password/reset/"
INVALID: Refusal = (400, "invalid_token", [])


@pytest.fixture
def amina() -> User:
    return add_user(email=EMAIL, password=PASSWORD)


def logs_in(password: str) -> bool:
    return NOBODY.post("auth/login/", {"email": EMAIL, "password": password})[0] == 200


def test_the_mail_of_a_sign_up_verifies_the_address() -> None:
    body = {"email": EMAIL, "password": PASSWORD}
    status, signed_up = NOBODY.post("auth/signup/", body)
    assert status == 201
    assert User.objects.get().email_verified_at is None
    version = User.objects.get().version
    caller = Caller(signed_up["access_token"])
    assert caller.post(VERIFY, {"token": mailed_token(EMAIL)}) == (204, None)
    assert caller.get("users/me/")[0] == 200
    assert logs_in(PASSWORD)
    verified = User.objects.get()
    assert (verified.email_verified_at is None, verified.version) == (False, version)


def test_a_signed_in_user_gets_another_mail_until_the_address_is_verified(
    amina: User, mailoutbox: list[EmailMessage]
) -> None:
    caller = signed_in(amina)
    assert caller.post(VERIFY, {})[0] == 202
    assert caller.post(VERIFY, {"token": mailed_token(EMAIL)})[0] == 204
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


def test_an_address_is_verified_by_its_signed_in_user_alone(amina: User) -> None:
    ended = signed_in(amina)
    amina = set_password(user_id=amina.id, password=NEW_PASSWORD)
    run_jobs()  # the notice of the new password
    scoped = issue_scoped(amina, amina.sign_ins.create(), READ, 60)
    caller = signed_in(amina)
    caller.post(VERIFY, {})
    body = {"token": mailed_token(EMAIL)}
    refused = {401: (NOBODY, ended, Caller("x")), 403: (Caller(scoped), service())}
    for status, others in refused.items():
        assert [other.post(VERIFY, body)[0] for other in others] == [status] * len(others)
    assert refusal(signed_in(person("baraka")).post(VERIFY, body)) == INVALID
    assert User.objects.get(pk=amina.pk).email_verified_at is None
    assert caller.post(VERIFY, body) == (204, None)
    assert User.objects.get(pk=amina.pk).email_verified_at is not None


def test_a_stranger_who_signed_up_with_an_address_shares_no_account_with_its_owner() -> None:
    """The owner opens the mail of the stranger's sign-up, and takes the account over then."""
    stranger = {"email": EMAIL, "password": PASSWORD}
    status, signed_up = NOBODY.post("auth/signup/", stranger)
    assert status == 201
    assert NOBODY.post(VERIFY, {"token": mailed_token(EMAIL)})[0] == 401
    assert User.objects.get().email_verified_at is None

    NOBODY.post(RESET, {"email": EMAIL})
    body = {"token": mailed_token(EMAIL), "new_password": NEW_PASSWORD}
    assert NOBODY.post(f"{RESET}confirm/", body)[0] == 204

    assert User.objects.get().email_verified_at is not None
    assert Caller(signed_up["access_token"]).get("users/me/")[0] == 401
    assert (logs_in(PASSWORD), logs_in(NEW_PASSWORD)) == (False, True)


def test_another_address_is_not_verified(amina: User) -> None:
    caller = signed_in(amina)
    caller.post(VERIFY, {})
    assert caller.post(VERIFY, {"token": mailed_token(EMAIL)})[0] == 204
    changed = update_user(user_id=amina.id, email="new@ongoza.example")
    changed.refresh_from_db()
    assert changed.email_verified_at is None
