"""The archive of everything that is stored about a user."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.core.mail import EmailMessage
from django.db import connection
from django.db.models import ForeignKey
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.coaching.reflections import write_reflection
from core.erasure.services import erase_user
from core.export import services
from core.export.archive import write_archive
from core.export.contents import LEFT_OUT, LEFT_OUT_COLUMNS, SECRET, foreign_keys, place, tables
from core.export.selectors import KIND
from core.files.models import File
from core.jobs.models import Job
from core.jobs.services import run_due, schedule
from core.kit.retention import rules
from core.mentorship.conversation_models import GroupSeat
from core.missions.models import FlagAttempt
from core.notifications.models import PhoneNumber
from core.notifications.push_addresses import PushAddress, new_subscription
from core.organizations.models import Invitation, Organization
from core.outbox.publications import publications
from core.subscriptions.models import Charge
from core.users import api_tokens, one_time_tokens, second_factor
from core.users.models import OneTimeToken, User
from core.users.services import add_user, update_user
from ongoza_contracts.event import uuid7
from ongoza_contracts.http.tokens import READ
from ongoza_contracts.vocabulary import Role
from tests.unit.core.cohort_rows import apply, open_cohort
from tests.unit.core.conversation_rows import matched, messages, notes
from tests.unit.core.offered_missions import lab
from tests.unit.core.test_files import root
from tests.unit.core.world import (
    NOBODY,
    Caller,
    assign,
    goal_request,
    item,
    person,
    progress_report,
    refusal,
    service,
    signed_in,
)

__all__ = ["root"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("root")]

EXPORT, DOWNLOAD = "users/me/export/", "users/me/export/download/"
PASSWORD = "a-long-passphrase-9"


@pytest.fixture
def amina() -> User:
    return add_user(email="amina@ongoza.example", password=PASSWORD, first_name="Amina")


def download(caller: Caller) -> Any:
    return Client().get(f"/api/v1/{DOWNLOAD}", headers={"Authorization": f"Bearer {caller.token}"})


def erase(user: User) -> None:
    erase_user(user_id=user.pk)


def deactivate(user: User) -> None:
    update_user(user_id=user.pk, is_active=False)


def archive(caller: Caller) -> dict[str, Any]:
    """The parsed files of a new archive, and the text."""
    assert caller.call("POST", EXPORT)[0] == 202
    run_due()
    response = download(caller)
    assert response.status_code == 200
    with ZipFile(BytesIO(b"".join(response.streaming_content))) as opened:
        assert opened.testzip() is None
        texts = {name: opened.read(name).decode() for name in opened.namelist()}
    return {n: text if n.endswith(".txt") else json.loads(text) for n, text in texts.items()}


# --- asking --------------------------------------------------------------------------------------
def test_an_archive_is_asked_for_built_and_announced_by_mail(
    amina: User, mailoutbox: list[EmailMessage]
) -> None:
    caller = signed_in(amina)
    nothing = {"ready_at": None, "expires_at": None, "size": None, "sha256": None}
    assert caller.get(EXPORT) == (200, {"state": "none", **nothing})
    assert caller.call("POST", EXPORT) == (202, {"state": "under_way", **nothing})
    assert caller.call("POST", EXPORT)[0] == 202
    assert Job.objects.filter(kind=KIND).count() == 1
    run_due()
    run_due()
    state = caller.get(EXPORT)[1]
    assert (state["state"], state["size"]) == ("ready", File.objects.get().size)
    (mail,) = mailoutbox
    assert mail.to == [amina.email]
    assert str(File.objects.get().pk) not in str(mail.body)
    assert "token" not in str(mail.body)


def test_a_new_archive_replaces_the_former_one(
    amina: User, root: Path, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    caller = signed_in(amina)
    archive(caller)
    former = File.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        archive(caller)
    assert File.objects.get() != former
    assert [path.name for path in (root / str(amina.pk)).iterdir()] == [str(File.objects.get().pk)]


def test_an_archive_that_failed_says_so(amina: User) -> None:
    schedule(KIND, user_id=amina.pk)
    Job.objects.update(failed_at=timezone.now())
    assert signed_in(amina).get(EXPORT)[1]["state"] == "failed"


@pytest.mark.parametrize("end", [erase, deactivate])
def test_no_archive_is_left_of_a_user_who_ends_while_it_is_written(
    end: Callable[[User], object],
    amina: User,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    mailoutbox: list[EmailMessage],
) -> None:
    def write_late(user: User, target: IO[bytes]) -> None:
        write_archive(user, target)
        end(user)

    monkeypatch.setattr(services, "write_archive", write_late)
    schedule(KIND, user_id=amina.pk)
    run_due()
    assert not File.objects.exists()
    assert [path for path in root.rglob("*") if path.is_file()] == []
    run_due()
    assert mailoutbox == []


def test_an_expired_archive_is_not_found_and_is_deleted(amina: User) -> None:
    caller = signed_in(amina)
    archive(caller)
    File.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert caller.get(EXPORT)[1]["state"] == "none"
    assert download(caller).status_code == 404
    rules()["files.expired"].carry_out()
    assert not File.objects.exists()


def test_lost_bytes_are_gone_and_another_archive_can_be_asked_for(amina: User, root: Path) -> None:
    caller = signed_in(amina)
    archive(caller)
    (root / File.objects.get().name).unlink()
    response = download(caller)
    assert (response.status_code, response.json()["code"]) == (410, "file_gone")
    assert response.json()["detail"]
    assert archive(caller)


def test_nobody_else_gets_it(amina: User) -> None:
    archive(signed_in(amina))
    assert refusal(signed_in(person("baraka")).get(DOWNLOAD)) == (404, "not_found", [])
    assert NOBODY.get(DOWNLOAD)[0] == 401
    assert service().get(DOWNLOAD)[0] == 403
    token = api_tokens.create(user=amina, totp_id=None, name="x", scope=[READ], days=1).token
    program = Caller(api_tokens.exchange(token=token).access_token)
    for method, path in (("GET", EXPORT), ("POST", EXPORT), ("GET", DOWNLOAD)):
        assert refusal(program.call(method, path))[:2] == (403, "sign_in_required"), path


def test_asking_is_limited(amina: User, settings: Any) -> None:
    settings.RATE_LIMITS = {"export": (2, 3600)}
    settings.VALKEY_URL = ""
    caller = signed_in(amina)
    assert [caller.call("POST", EXPORT)[0] for _ in range(3)] == [202, 202, 429]
    assert caller.get(EXPORT)[0] == 200


# --- what is in it -------------------------------------------------------------------------------
def test_it_holds_what_the_user_did_and_what_others_noted(amina: User) -> None:
    item("course-1")
    caller, mentor = signed_in(amina), person("mara", Role.MENTOR)
    assign(mentor, amina)
    assert caller.post("progress/", progress_report())[0] == 201
    assert caller.post("coaching/goals/", goal_request(title="Pass it"))[0] == 201
    started = caller.post("profiling/sessions/", {"questionnaire": "v1"})[1]["id"]
    answers = f"profiling/sessions/{started}/answers"
    assert caller.call("PUT", f"{answers}/q-1/", {"option_id": "a"})[0] == 200
    other = signed_in(person("baraka"))
    assert other.post("coaching/goals/", goal_request(title="Secret of Baraka"))[0] == 201

    files = archive(caller)

    assert files["users.user.json"][0]["email"] == amina.email
    assert [row["content_id"] for row in files["progress.progress.json"]] == ["course-1"]
    assert [row["title"] for row in files["coaching.goal.json"]] == ["Pass it"]
    assert [row["option_id"] for row in files["profiling.profilinganswer.json"]] == ["a"]
    assert {row["user_id"] for row in files["access.membership.json"]} == {mentor.pk}
    kinds = {row["type"] for row in files["outbox.facthistory.json"]}
    assert {"ongoza.user.created.v1", "ongoza.goal.updated.v1"} <= kinds
    assert {row["owner_id"] for row in files["outbox.facthistory.json"]} == {amina.pk}
    assert "Baraka" not in json.dumps(files)


def test_private_texts_cost_as_many_queries_for_many_rows(amina: User) -> None:
    costs, mentor = [], person("mara", Role.MENTOR)
    matched(mentor, amina)
    for numbers in (range(1), range(1, 6)):
        for rows in (messages, notes):
            rows(mentor, numbers)
        for _ in numbers:
            write_reflection(user=amina, text="I asked.")
        with CaptureQueriesContext(connection) as queries:
            write_archive(amina, BytesIO())
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_it_says_what_each_file_is(amina: User) -> None:
    files = archive(signed_in(amina))
    text = files.pop("README.txt")
    for name in files:
        assert f"\n{name} ({len(files[name])}): " in text
    assert "Without password" in text
    assert "/api/v1/recommendations" in text
    for reason in (*LEFT_OUT.values(), *LEFT_OUT_COLUMNS.values()):
        assert reason in text


def test_no_secret_is_in_it(amina: User) -> None:
    caller = signed_in(amina)
    mailed = one_time_tokens.issue(amina, OneTimeToken.Purpose.RESET_PASSWORD)
    made = api_tokens.create(user=amina, totp_id=None, name="x", scope=[READ], days=1)
    enrolment = second_factor.begin(amina)
    push = PushAddress("https://push.example/1", "p" * 87, "a" * 22)
    new_subscription(amina.pk, push).save()
    PhoneNumber.objects.create(user=amina, number="+254711000000", code_hash="c" * 64)
    secrets = [amina.password, mailed, made.token, enrolment.secret, caller.token]
    secrets += [made.api_token.hash, OneTimeToken.objects.get().hash]
    secrets += [*push, "c" * 64]
    secrets += [amina.sign_ins.all()[0].refresh_jti]
    text = json.dumps(archive(caller))
    assert [one for one in secrets if one and str(one) in text] == []
    assert '"name": "x"' in text


def test_it_does_not_tell_whose_flag_was_entered(amina: User) -> None:
    baraka = person("baraka")
    FlagAttempt.objects.create(
        mission=lab(), user=amina, number=1, outcome="of_another", owner=baraka
    )
    (row,) = archive(signed_in(amina))["missions.flagattempt.json"]
    assert row.keys() == {"id", "mission_id", "user_id", "number", "entered_at"}
    assert archive(signed_in(baraka))["missions.flagattempt.json"] == []


def test_columns_that_are_left_out_exist() -> None:
    columns = {place(one) for table in tables() for one in table.model._meta.concrete_fields}
    assert LEFT_OUT_COLUMNS.keys() <= columns


def test_invitations_to_an_address_are_in_it_once_the_address_is_verified(amina: User) -> None:
    school = Organization.objects.create(name="Makini", kind="school")
    expiry = timezone.now() + timedelta(days=1)
    Invitation.objects.create(
        organization=school, email=amina.email, role="mentor", expires_at=expiry
    )
    caller = signed_in(amina)
    assert archive(caller)["organizations.invitation.json"] == []
    User.objects.filter(pk=amina.pk).update(email_verified_at=timezone.now())
    assert len(archive(caller)["organizations.invitation.json"]) == 1


def test_payments_of_seats_are_in_it(amina: User) -> None:
    seat = apply(amina, open_cohort(scholarship=1))
    own = {"purpose": "cohorts.payment", "gateway": "sandbox", "currency": "KES", "amount": 50_000}
    charge = Charge.objects.create(subject=seat.pk, **own)
    Charge.objects.create(subject=uuid7(), **own)
    (row,) = archive(signed_in(amina))["subscriptions.charge.json"]
    assert (row["id"], row["subject"], row["amount"]) == (str(charge.pk), str(seat.pk), 50_000)
    assert archive(signed_in(person("baraka")))["subscriptions.charge.json"] == []


# --- nothing is forgotten ------------------------------------------------------------------------
def test_every_reference_to_a_user_is_in_it_or_left_out_for_a_reason() -> None:
    included = {
        f"{table.model._meta.label}.{lookup}" for table in tables() for lookup in table.lookups
    }
    references = {place(key) for key in references_to_users()}
    assert references - included - LEFT_OUT.keys() == set()
    assert LEFT_OUT.keys() - {*map(place, references_to_any())} == set()
    assert included & LEFT_OUT.keys() == set()


def references_to_users() -> "list[ForeignKey[Any, Any]]":
    return [key for key in references_to_any() if key.related_model is User]


def references_to_any() -> "list[ForeignKey[Any, Any]]":
    models = apps.get_models(include_auto_created=True)
    return [key for model in models for key in foreign_keys(model)]


def test_every_publication_about_a_user_is_in_it() -> None:
    found = {table.model: table.lookups for table in tables()}
    for one in publications():
        for column in (one.owner_column, *one.further_subject_columns):
            if column is not None and f"{one.model._meta.label}.{column[:-3]}" not in LEFT_OUT:
                assert {column, column.removesuffix("_id"), "pk"} & {*found[one.model]}, one.model


def test_seats_are_in_the_archive_of_the_learner_alone() -> None:
    (seats,) = (table for table in tables() if table.model is GroupSeat)
    assert seats.lookups == ("learner",)


@pytest.mark.parametrize(
    "column", ["password", "token_hash", "refresh_jti", "secret", "encrypted", "private_key"]
)
def test_a_column_named_like_a_secret_is_left_out(column: str) -> None:
    assert SECRET.search(column)
