"""`after_restore` makes a database that was put back agree with what was published from it."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError
from django.db import transaction

from core.access.models import Membership
from core.coaching.habits import pause_habit
from core.coaching.models import Goal, Habit
from core.coaching.services import set_goal
from core.cohorts.enrolments import accept, confirm_payment
from core.cohorts.models import Enrolment
from core.erasure.services import erase_user
from core.feedback.models import Feedback
from core.feedback.services import give_feedback, withdraw_feedback
from core.organizations.models import Organization
from core.outbox.kafka import TopicRecord
from core.outbox.models import FactHistory, OutboxEvent
from core.outbox.publications import publications
from core.outbox.publish import publish_above
from core.outbox.restore_state import State, state
from core.profiling.models import ProfilingSession
from core.profiling.services import delete_session, record_answer, start_session
from core.programs.models import ContentItem, Program, ProgramVersion
from core.programs.services import update_content
from core.progress.models import Progress
from core.users.models import SignIn, User
from core.users.services import set_password, sign_in, sign_up, update_user
from ongoza_contracts.codec import encode
from ongoza_contracts.http.reconcile import VERSION_GAP_MAX
from ongoza_contracts.topics import TOPIC_BY_NAME
from ongoza_contracts.vocabulary import Role, Verdict
from tests.facts import NOW, progress
from tests.topics_double import Topics
from tests.unit.core.coaching_rows import done_today
from tests.unit.core.cohort_rows import apply, cohort_admin, published_cohort
from tests.unit.core.restored import (
    after_restore,
    check_consistency,
    lost,
    read_by_commands,
    report,
)
from tests.unit.core.world import assign, forget_appended, item, person, published_version

pytestmark = pytest.mark.django_db(transaction=True)


def snapshot() -> dict[str, list[Any]]:
    models: list[Any] = [one.model for one in publications()]
    found = {model.__name__: [*model.objects.order_by("pk").values()] for model in models}
    ids = OutboxEvent.objects.order_by("id").values_list("event_id", flat=True)
    history = FactHistory.objects.order_by("id").values_list("event_id", flat=True)
    return {**found, "outbox": [*ids], "history": [*history]}


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch) -> Topics:
    return read_by_commands(monkeypatch)


@pytest.fixture
def amina() -> User:
    item("course-1")
    return person("amina")


# --- what comes back -----------------------------------------------------------------------------
def test_nothing_is_done_where_nothing_was_lost(topics: Topics, amina: User) -> None:
    report(amina, 10)
    topics.take()
    before = snapshot()
    assert "nothing to do" in after_restore("--apply")
    assert snapshot() == before


def test_without_apply_nothing_is_changed(topics: Topics, amina: User) -> None:
    with lost(topics):
        report(amina, 30)
        sign_up(email="new@ongoza.example", password="a long enough phrase")
    before = snapshot()
    text = after_restore()
    assert "Nothing was changed. Add --apply." in text
    assert "lost: removal published" in text
    assert snapshot() == before


def test_newer_states_of_rows_come_back_under_a_higher_version(topics: Topics, amina: User) -> None:
    given = give_feedback(user=amina, content_id="course-1", verdict=Verdict.MORE_LIKE_THIS)[0]
    report(amina, 10)
    with lost(topics):
        report(amina, 50)
        report(amina, 60)
        withdraw_feedback(user=amina, content_id="course-1")
        update_user(user_id=amina.id, role=Role.MENTOR)
    after_restore("--apply")
    row = Progress.objects.get()
    assert (row.completion_percentage, row.version) == (60, 4)
    assert Feedback.objects.get(pk=given.pk).verdict == ""
    assert User.objects.get().role == Role.MENTOR
    assert Membership.objects.get().role == Role.MENTOR
    assert state() is State.CHECKED
    check_consistency(topics)


def test_lost_rows_come_back_where_their_facts_hold_them(topics: Topics, amina: User) -> None:
    mentor = person("moses", Role.MENTOR)
    with lost(topics):
        item("course-2")
        item("module-1", course="course-2")
        update_content(content_id="course-1", prerequisites=["module-1"])
        report(amina, 20, "course-2")
        give_feedback(user=amina, content_id="course-2", verdict=Verdict.NOT_FOR_ME)
        set_goal(user=amina, title="Pass the exam", target_date=date(2999, 1, 1))
        habit = done_today(amina, schedule="weekdays", weekdays=[1, 5]).habit
        pause_habit(user=amina, habit_id=habit.pk, first_day=date(2999, 1, 1))
        session, _ = start_session(user=amina, questionnaire="tracks-1")
        record_answer(user=amina, session_id=session.id, question_id="q1", option_id="a")
        assign(mentor, amina)
    text = after_restore("--apply")
    assert ContentItem.objects.get(content_id="module-1").course == ContentItem.objects.get(
        content_id="course-2"
    )
    (needed,) = ContentItem.objects.get(content_id="course-1").prerequisites.all()
    assert needed.content_id == "module-1"
    assert Progress.objects.get().completion_percentage == 20
    assert Feedback.objects.get().verdict == Verdict.NOT_FOR_ME
    assert Goal.objects.get().title == "(the title was lost)"
    found = Habit.objects.get()
    assert (found.weekdays, found.pauses.get().first_day) == ([1, 5], date(2999, 1, 1))
    assert found.entries.get().state == "done"
    assert [one.option_id for one in ProfilingSession.objects.get().answers.all()] == ["a"]
    assert Membership.objects.get(learner=amina).user == mentor
    assert "goals" in text
    check_consistency(topics)


def test_a_lost_version_of_a_lost_program_comes_back_without_its_texts(
    topics: Topics, amina: User
) -> None:
    with lost(topics):
        item("course-2", Program.objects.create(slug="night", title="Night school"))
        item("module-1", course="course-2")
        version = published_version("course-2")
    after_restore("--apply")
    found = ProgramVersion.objects.get(pk=version.pk)
    assert (found.number, found.program_id) == (1, version.program_id)
    assert found.program.title == "(the title was lost)"
    assert [one.item_id for one in found.items.all()] == ["course-2", "module-1"]
    assert {one.milestone_title for one in found.items.all()} == {"(the title was lost)"}
    check_consistency(topics)


def test_lost_cohorts_and_enrolments_come_back_without_names_and_references(
    topics: Topics, amina: User
) -> None:
    with transaction.atomic():
        published_cohort()
    staff = cohort_admin()
    with lost(topics):
        cohort = published_cohort(paid=1)
        row = accept(user=amina, enrolment_id=apply(amina, cohort, "paid").pk)
        confirm_payment(caller=staff, enrolment_id=row.pk, reference="R-17")
    after_restore("--apply")
    found = Enrolment.objects.select_related("cohort").get(pk=row.pk)
    assert (found.state, found.pool, found.accepted_pools) == ("active", "paid", ["paid"])
    assert (found.confirmed_by, found.payment_reference) == (staff, "")
    assert (found.cohort.name, found.cohort.public) == ("(the name was lost)", False)
    assert [*found.cohort.pools.values_list("kind", "size")] == [("paid", 1)]
    check_consistency(topics)


def test_what_was_erased_and_deleted_is_gone_again(topics: Topics, amina: User) -> None:
    moses = person("moses")
    report(moses, 10)
    session, _ = start_session(user=amina, questionnaire="tracks-1")
    with lost(topics):
        report(moses, 20)
        erase_user(user_id=moses.id)
        delete_session(user=amina, session_id=session.id)
    text = after_restore("--apply")
    assert [*User.objects.all()] == [amina]
    assert not Progress.objects.exists()
    assert not ProfilingSession.objects.exists()
    assert "erased again" in text
    assert not FactHistory.objects.filter(owner_id=moses.id, type__contains="progress").exists()
    check_consistency(topics)


# --- who cannot be brought back ------------------------------------------------------------------
def test_a_lost_learner_is_removed_and_the_id_never_given_again(
    topics: Topics, amina: User
) -> None:
    with lost(topics):
        new = sign_up(email="new@ongoza.example", password="a long enough phrase").user
        report(new, 30)
    assert person("probe").id == new.id  # the id would be given again
    User.objects.filter(pk=new.id)._raw_delete("default")
    FactHistory.objects.filter(owner_id=new.id).delete()
    forget_appended()

    after_restore("--apply")
    waiting = OutboxEvent.objects.filter(partition_key=str(new.id))
    kinds = {(one.type, one.payload is None) for one in waiting}
    assert ("ongoza.user.erased.v1", False) in kinds
    assert ("ongoza.key.forgotten.v1", True) in kinds
    assert person("next").id > new.id + 1000
    check_consistency(topics)


def test_an_id_that_was_given_twice_goes_to_the_lost_learner(topics: Topics, amina: User) -> None:
    with lost(topics):
        new = sign_up(email="new@ongoza.example", password="a long enough phrase").user
        report(new, 30)
    second = sign_up(email="second@ongoza.example", password="a long enough phrase").user
    report(second, 70)
    assert second.id == new.id

    text = after_restore("--apply")
    moved = User.objects.get(email="second@ongoza.example")
    assert moved.id > new.id
    assert f"{new.id} is now {moved.id}" in text
    assert Progress.objects.get(user=moved).completion_percentage == 70
    check_consistency(topics)
    erased = [one for one in topics.records if one.attribute("ce_type").endswith("erased.v1")]
    assert [one.key for one in erased] == [str(new.id)]


def test_all_access_tokens_are_void_and_lost_sign_ins_are_ended(
    topics: Topics, amina: User
) -> None:
    moses = person("moses")
    old = sign_in(moses)
    with lost(topics):
        sign_in(amina)
        set_password(user_id=moses.id, password="another good phrase")
    before = {user.pk: user.token_generation for user in User.objects.all()}
    after_restore("--apply")
    assert not SignIn.objects.exists()
    assert old.user == moses
    for user in User.objects.all():
        assert user.token_generation > before[user.pk]
    check_consistency(topics)


def test_organizations_are_made_again_under_their_ids(topics: Topics, amina: User) -> None:
    with lost(topics):
        school = Organization.objects.create(name="A school", kind="school")
        update_user(user_id=amina.id, organization=school)
    after_restore("--apply")
    amina.refresh_from_db()
    assert amina.organization_id == school.id
    assert amina.organization is not None
    assert amina.organization.name == f"Organization {school.id} (name lost)"
    check_consistency(topics)


# --- repeating -----------------------------------------------------------------------------------
def test_a_second_run_changes_nothing(topics: Topics, amina: User) -> None:
    with lost(topics):
        report(amina, 30)
        sign_up(email="new@ongoza.example", password="a long enough phrase")
    after_restore("--apply")
    before = snapshot()
    assert "nothing to do" in after_restore("--apply")
    assert snapshot() == before


def test_a_run_that_was_killed_is_repeated(
    topics: Topics, amina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lost(topics):
        report(amina, 30)
        sign_up(email="new@ongoza.example", password="a long enough phrase")

    def die(_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("core.restore.management.commands.after_restore.void_tokens", die)
        with pytest.raises(KeyboardInterrupt):
            after_restore("--apply")
    assert state() is State.PENDING
    after_restore("--apply")
    assert state() is State.CHECKED
    assert Progress.objects.get().version == 2
    check_consistency(topics)


def test_rows_changed_since_the_restore_stay_as_they_are(topics: Topics, amina: User) -> None:
    report(amina, 10)
    with lost(topics):
        report(amina, 50)
        report(amina, 60)
    report(amina, 15)
    text = after_restore("--apply")
    row = Progress.objects.get()
    assert (row.completion_percentage, row.version) == (15, 4)
    assert "kept under a higher version" in text
    check_consistency(topics)


def test_outbox_rows_of_the_backup_that_were_sent_since_are_dropped(
    topics: Topics, amina: User
) -> None:
    topics.take()
    report(amina, 10)
    waiting = [*OutboxEvent.objects.values()]
    with lost(topics):
        report(amina, 50)
    OutboxEvent.objects.bulk_create(OutboxEvent(**row) for row in waiting)
    after_restore("--apply")
    sent = {one.attribute("ce_id") for one in topics.records}
    assert not OutboxEvent.objects.filter(event_id__in=sent).exists()
    check_consistency(topics)


# --- records that are not core's -----------------------------------------------------------------
def _forged(change: Callable[[TopicRecord], TopicRecord], **fact: Any) -> TopicRecord:
    record = encode(progress(**fact), time=NOW, id=UUID(int=7))
    whole = TopicRecord(
        record.topic, record.partition, 0, record.key, record.headers(), record.payload
    )
    return change(whole)


def _with(record: TopicRecord, **changes: Any) -> TopicRecord:
    fields = {name: getattr(record, name) for name in TopicRecord.__slots__}
    return TopicRecord(**{**fields, **changes})


@pytest.mark.parametrize(
    "forged",
    [
        _forged(lambda one: _with(one, key="9:course-1")),
        _forged(lambda one: _with(one, value=b"{")),
        _forged(lambda one: _with(one, headers=[])),
        _forged(lambda one: one, version=VERSION_GAP_MAX + 1),
        _forged(lambda one: one, user_id=2**31 - 1),
    ],
)
def test_records_that_core_cannot_have_written_are_listed_and_accepted(
    topics: Topics, amina: User, forged: TopicRecord
) -> None:
    topics.take()
    topics.add(_with(forged, offset=len(topics.records)))
    assert "not core's: ongoza.progress:" in after_restore()
    with pytest.raises(CommandError, match="add --accept"):
        after_restore("--apply")
    assert state() is State.PENDING
    after_restore("--accept")
    assert state() is State.CHECKED
    assert not Progress.objects.exists()
    assert "nothing to do" in after_restore()


@pytest.mark.parametrize("repaired", ["before the backup", "since the backup"])
def test_a_high_version_that_follows_a_known_one_comes_back(
    topics: Topics, amina: User, repaired: str
) -> None:
    """A repair published the entity above a wrong version that a consumer held."""

    def repair() -> None:
        with transaction.atomic():
            publish_above(Progress.objects.select_for_update().get(), VERSION_GAP_MAX)

    report(amina, 10)
    if repaired == "before the backup":
        repair()
    with lost(topics):
        if repaired == "since the backup":
            repair()
        report(amina, 50)
    after_restore("--apply")
    row = Progress.objects.get()
    assert (row.completion_percentage, row.version) == (50, VERSION_GAP_MAX + 3)
    assert state() is State.CHECKED
    check_consistency(topics)


def test_accept_alone_writes_nothing_back(topics: Topics, amina: User) -> None:
    with lost(topics):
        report(amina, 30)
    before = snapshot()
    after_restore("--accept")
    assert snapshot() == before
    assert state() is State.CHECKED


def test_every_published_kind_names_its_topic() -> None:
    assert {one.topic for one in publications()} == {
        topic for topic in TOPIC_BY_NAME.values() if topic.producer == "core"
    }
