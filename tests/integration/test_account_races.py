"""Codes and tokens that are used at once work once; none of this blocks an erasure."""

import base64
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils import timezone

from core.jobs.models import Job
from core.jobs.services import run_due
from core.kit.retention import rules
from core.mail.sending import send_mail
from core.organizations.models import Organization
from core.users import challenges, guardians, second_factor
from core.users.models import ApiToken, Minor, OneTimeToken, SignIn, TotpSecret, User
from core.users.one_time_tokens import Purpose, issue
from core.users.services import add_user, sign_in
from tests.unit.core.world import NOBODY, Answer, Caller

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

AT_ONCE = 8
EMAIL, PASSWORD = "amina@ongoza.example", "a-long-passphrase-9"


def at_once(*calls: Callable[[], Answer]) -> list[int]:
    """The statuses of calls that start together."""
    start = Barrier(len(calls))

    def in_a_thread(call: Callable[[], Answer]) -> int:
        try:
            start.wait()
            return call()[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(in_a_thread, calls))


@pytest.fixture
def amina() -> User:
    return add_user(email=EMAIL, password=PASSWORD)


def app_of(user: User) -> TOTP:
    """An authenticator app that is set up for the user."""
    secret = base64.b32decode(second_factor.begin(user).secret)
    app = TOTP(secret, 6, SHA1(), 30)  # noqa: S303  (what authenticator apps know)
    code = app.generate(int(time.time()) - 30).decode()
    second_factor.confirm(user, second_factor.check_unconfirmed(user, code))
    return app


def challenge() -> str:
    _, body = NOBODY.post("auth/login/", {"email": EMAIL, "password": PASSWORD})
    return str(body["challenge"])


def finish(challenged: str, code: str) -> Answer:
    return NOBODY.post("auth/login/second-factor/", {"challenge": challenged, "code": code})


def test_a_code_that_is_sent_at_once_by_several_works_once(amina: User) -> None:
    code = app_of(amina).generate(int(time.time())).decode()
    challenged = challenge()
    found = Counter(at_once(*[lambda: finish(challenged, code)] * 4))
    assert found == {200: 1, 403: 3}


def test_wrong_codes_that_are_sent_at_once_are_counted_each(amina: User) -> None:
    app_of(amina)
    challenged = challenge()
    found = Counter(at_once(*[lambda: finish(challenged, "000000")] * AT_ONCE))
    assert found == {403: second_factor.FREE_ATTEMPTS, 429: AT_ONCE - second_factor.FREE_ATTEMPTS}
    assert TotpSecret.objects.get().failures == second_factor.FREE_ATTEMPTS


def test_a_link_that_is_opened_at_once_by_several_works_once(amina: User) -> None:
    token = issue(amina, Purpose.LOG_IN_LINK)
    opened = [lambda: NOBODY.post("auth/login/link/", {"token": token})] * AT_ONCE
    assert Counter(at_once(*opened)) == {200: 1, 400: AT_ONCE - 1}
    assert amina.sign_ins.count() == 1


def wait_for_a_lock() -> None:
    """Until another transaction waits for one that this connection holds."""
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone()[0]:
                return
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_an_api_token_created_beside_an_enrolment_does_not_outlive_it(amina: User) -> None:
    earlier, current = Caller(sign_in(amina).tokens.access), sign_in(amina).sign_in_id
    totp = TOTP(base64.b32decode(second_factor.begin(amina).secret), 6, SHA1(), 30)  # noqa: S303
    body = {"name": "script", "scope": ["read"], "password": PASSWORD}
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            code = totp.generate(int(time.time())).decode()
            challenges.confirm_enrolment(user=amina, code=code, current=current)
            asked = threads.submit(at_once, lambda: earlier.post("auth/tokens/", body))
            wait_for_a_lock()
        assert asked.result() == [401]
    assert not ApiToken.objects.exists()
    assert [one.pk for one in amina.sign_ins.all()] == [current]


def test_a_mail_beside_an_erasure_never_blocks_it() -> None:
    def run_jobs() -> Answer:
        return run_due(), None

    for number in range(20):
        user = add_user(email=f"user-{number}@ongoza.example", password=PASSWORD)
        caller = Caller(sign_in(user).tokens.access)
        NOBODY.post("auth/password/reset/", {"email": user.email})
        _, erased = at_once(
            run_jobs,
            lambda caller=caller: caller.call("DELETE", "users/me/", {"password": PASSWORD}),  # type: ignore[misc]
        )
        assert erased == 204
    assert not Job.objects.exists()


def test_a_reset_beside_an_erasure_never_blocks_it() -> None:
    for number in range(20):
        user = add_user(email=f"user-{number}@ongoza.example", password=PASSWORD)
        body = {"token": issue(user, Purpose.RESET_PASSWORD), "new_password": "another-phrase-10"}
        caller = Caller(sign_in(user).tokens.access)
        reset, erased = at_once(
            lambda body=body: NOBODY.post("auth/password/reset/confirm/", body),  # type: ignore[misc]
            lambda caller=caller: caller.call("DELETE", "users/me/", {"password": PASSWORD}),  # type: ignore[misc]
        )
        assert reset in (204, 400)
        assert erased in (204, 401, 403, 404)
        assert (erased == 204) is not User.objects.filter(pk=user.pk).exists()


def test_expired_api_tokens_end_in_the_order_in_which_an_erasure_locks_sign_ins(
    amina: User,
) -> None:
    first, second = sorted(sign_in(amina).sign_in_id for _ in range(2))
    for number, one in ((1, second), (2, first)):
        ApiToken.objects.create(
            pk=UUID(int=number),
            sign_in_id=one,
            name="script",
            hash=str(number),
            scope="read",
            expires_at=timezone.now(),
        )

    def purge() -> Answer:
        with transaction.atomic():
            rules()["users.api_tokens"].carry_out()
        return 0, None

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            SignIn.objects.select_for_update().get(pk=first)
            purged = threads.submit(at_once, purge)
            wait_for_a_lock()
            SignIn.objects.select_for_update().get(pk=second)
        assert purged.result() == [0]
    assert not ApiToken.objects.exists()


def test_a_guardian_named_while_a_link_is_mailed_voids_it_and_gets_one(
    amina: User, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    Minor.objects.create(user=amina, adult_from=timezone.now().date() + timedelta(days=400))
    guardians.ask_guardian(user=amina, email="aunt@ongoza.example")

    def rename() -> Answer:
        guardians.ask_guardian(user=amina, email="mother@ongoza.example")
        return 0, None

    with ThreadPoolExecutor(1) as threads:
        asked: list[Future[list[int]]] = []

        def rename_and_send(*arguments: Any, **named: Any) -> None:
            if not asked:
                asked.append(threads.submit(at_once, rename))
                wait_for_a_lock()
            send_mail(*arguments, **named)

        monkeypatch.setattr("core.users.jobs.send_mail", rename_and_send)
        run_due()
        assert asked[0].result() == [0]
    assert not OneTimeToken.objects.exists()
    run_due()
    assert [mail.to for mail in mailoutbox] == [["aunt@ongoza.example"], ["mother@ongoza.example"]]
    assert OneTimeToken.objects.count() == 1


def add_token(amina: User, number: int) -> None:
    amina.one_time_tokens.create(
        pk=number, purpose=Purpose.LOG_IN_LINK, hash=str(number), expires_at=timezone.now()
    )


def add_invitation(amina: User, number: int) -> None:
    school, _ = Organization.objects.get_or_create(name="Makini", kind="school")
    school.invitations.create(
        pk=UUID(int=number), email=f"{number}@x.example", role="mentor", expires_at=timezone.now()
    )


@pytest.mark.parametrize(
    ("name", "add"),
    [("users.one_time_tokens", add_token), ("organizations.open_invitations", add_invitation)],
)
def test_a_purge_locks_its_rows_in_the_order_of_their_keys(
    amina: User, name: str, add: Callable[[User, int], None]
) -> None:
    add(amina, 2)
    add(amina, 1)
    rows = rules()[name].rows()
    first, second = rows.order_by("pk").values_list("pk", flat=True)

    def purge() -> Answer:
        with transaction.atomic():
            rules()[name].carry_out()
        return 0, None

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            rows.select_for_update().get(pk=first)
            purged = threads.submit(at_once, purge)
            wait_for_a_lock()
            rows.select_for_update().get(pk=second)
        assert purged.result() == [0]
    assert not rules()[name].rows().exists()
