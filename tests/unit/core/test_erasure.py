"""Erasing a user: rows, tokens, keys on the topics, and the receipts."""

import re
from mailbox import Maildir
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.erasure.models import ErasureReceipt
from core.erasure.services import erase_user
from core.jobs.models import Job
from core.mail.sending import send_mail
from core.organizations.invitations import invite
from core.organizations.models import Invitation
from core.organizations.services import add_organization
from core.outbox.models import DeletedEntityKey, OutboxEvent
from core.outbox.publications import publications
from core.users.models import SignIn, User
from core.users.services import refresh
from core.users.tokens import issue
from ongoza_contracts.content import ContentPublished
from ongoza_contracts.event import uuid7
from ongoza_contracts.topics import CONTENT, TOPICS
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import (
    NOBODY,
    Caller,
    admin_site_client,
    appended,
    forget_appended,
    item,
    person,
    progress_report,
    service,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner() -> User:
    return person("amina")


@pytest.fixture
def amina(learner: User) -> Caller:
    return signed_in(learner)


def report_progress(amina: Caller) -> None:
    item("course-1")
    assert amina.post("progress/", progress_report())[0] == 201


def test_every_key_of_an_erased_learner_ends_with_a_tombstone(amina: Caller, learner: User) -> None:
    report_progress(amina)
    deleted = amina.post("profiling/sessions/", {"questionnaire": "v1"})[1]["id"]
    assert amina.call("DELETE", f"profiling/sessions/{deleted}/")[0] == 204
    kept = amina.post("profiling/sessions/", {"questionnaire": "v1"})[1]["id"]
    answer = {"option_id": "a"}
    assert amina.call("PUT", f"profiling/sessions/{kept}/answers/q-1/", answer)[0] == 200
    signed_in_as = SignIn.objects.get(user=learner).id
    said = {"content_id": "course-1", "verdict": "not_for_me"}
    assert amina.post("feedback/", said)[0] == 201
    assert amina.call("DELETE", "feedback/course-1/")[0] == 204
    forget_appended()

    erase_user(user_id=learner.id)

    assert sorted(appended()) == sorted(
        [
            ("user.erased", f"{learner.id}", 2),
            ("key.forgotten", f"{learner.id}:course-1", 0),  # the progress
            ("key.forgotten", f"{learner.id}:course-1", 0),  # the feedback
            ("key.forgotten", f"{learner.id}:{signed_in_as}", 0),
            ("key.forgotten", deleted, 0),
            ("key.forgotten", kept, 0),
        ]
    )
    bodies = OutboxEvent.objects.filter(payload__isnull=True)
    assert {row.partition_key for row in bodies} == {str(learner.id)}
    assert not DeletedEntityKey.objects.exists()


def test_receipts_say_what_went_and_nothing_is_left(amina: Caller, learner: User) -> None:
    report_progress(amina)
    address = f"internal/erasures/{learner.id}/"
    status, before = service().get(address)
    assert (status, before["receipts"]) == (200, [])
    assert before["remaining"]["progress.Progress.user"] == 1

    forget_appended()
    erase_user(user_id=learner.id)

    receipts = service().get(address)[1]
    assert receipts["remaining"] == {}
    rows = {one["place"]: one["rows"] for one in receipts["receipts"]}
    assert rows["users.User"] == 1
    assert rows["progress.Progress"] == 1
    assert rows["users.SignIn"] == 1
    assert rows["keys on the topics"] == 2  # the progress and the sign-in


def test_only_our_own_services_may_ask(amina: Caller, learner: User) -> None:
    address = f"internal/erasures/{learner.id}/"
    assert NOBODY.get(address)[0] == 401
    assert amina.get(address)[0] == 403


def test_an_erasure_deletes_the_mails_to_and_about_the_user_from_our_own_folder(
    learner: User, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "core.mail.maildir.MaildirBackend"
    settings.MAIL_FOLDER = str(tmp_path / "mail")
    other = f"not-{learner.email}"
    for address in (learner.email, other, learner.email):
        send_mail(address, "users/log_in_link", {"token": "t"})
    send_mail(other, "users/guardian_consent", {"learner": "Amina"}, about=learner.id)
    erase_user(user_id=learner.id)
    assert [mail["To"] for mail in Maildir(tmp_path / "mail")] == [other]
    assert ErasureReceipt.objects.get(user_id=learner.id, place="mails").rows == 3


def test_every_topic_of_learners_has_a_publication_that_erasure_deletes() -> None:
    of_learners = {topic for topic in TOPICS if topic.owned and topic.producer == "core"}
    assert {one.topic for one in publications() if one.owner_column} == of_learners


def test_a_waiting_fact_of_another_entity_with_the_same_number_is_not_reported(
    learner: User,
) -> None:
    """Partition keys are users' ids only on the topics that users own."""
    forget_appended()
    OutboxEvent.objects.create(
        event_id=uuid7(),
        topic=CONTENT.name,
        partition=0,
        key="course-1",
        partition_key=str(learner.id),
        type=ContentPublished.type,
        payload=b"{}",
    )
    erase_user(user_id=learner.id)
    assert service().get(f"internal/erasures/{learner.id}/")[1]["remaining"] == {}


def test_an_admin_erases_a_learner_who_has_done_something(amina: Caller, learner: User) -> None:
    """Although the pages of whatever hangs on a user are read-only."""
    report_progress(amina)
    admin = admin_site_client(person("admin", Role.ADMIN))
    page = f"/admin/users/user/{learner.id}/erase/"
    assert admin.post(page, {"email": learner.email}).status_code == 302
    assert not User.objects.filter(pk=learner.id).exists()


def locks(queries: CaptureQueriesContext) -> list[tuple[str, str]]:
    """The table and the order of each statement that locks rows."""
    pattern = re.compile(r' FROM "(\w+)" .*?(?:ORDER BY (\S+ \w+) .*)?FOR (?:NO KEY )?UPDATE')
    found = (pattern.search(query["sql"]) for query in queries.captured_queries)
    return [(match[1], match[2]) for match in found if match]


def test_refreshing_locks_the_sign_in_and_never_the_user_whom_an_erasure_locks_first(
    learner: User,
) -> None:
    token = issue(learner, learner.sign_ins.create()).refresh

    with CaptureQueriesContext(connection) as queries:
        refresh(refresh_token=token)

    updated = [query["sql"] for query in queries if query["sql"].startswith("UPDATE")]
    assert [statement.split()[1] for statement in updated] == ['"users_signin"']
    assert locks(queries) == []


def test_an_erasure_locks_owned_rows_in_the_order_of_their_ids(learner: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        erase_user(user_id=learner.id)

    owned = {found.model._meta.db_table for found in publications() if found.owner_column}
    for table in owned - {"users_user"}:
        assert (table, f'"{table}"."id" ASC') in locks(queries)


def test_an_erasure_deletes_the_jobs_of_the_users_invitations(learner: User) -> None:
    school = add_organization(name="One", kind="school")
    admin = person("ada", Role.ADMIN)
    for email in (learner.email, "friend@ongoza.example"):
        invite(organization=school, email=email, role=Role.LEARNER, invited_by=admin)
    kept = str(Invitation.objects.exclude(email=learner.email).get().pk)
    erase_user(user_id=learner.id)
    jobs = Job.objects.filter(kind="organizations.invite")
    assert [job.subject for job in jobs] == [kept]
