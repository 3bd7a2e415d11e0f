"""The demo academy after one seed: each thing happened at its time, and the past holds together."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from django.test import override_settings
from django.utils import timezone

from core.calendars.models import CalendarEvent
from core.certificates.models import Certificate
from core.coaching.models import Goal, Habit, HabitEntry, Reflection
from core.cohorts.completion import with_requirements_met
from core.cohorts.models import Announcement, Cohort, Enrolment
from core.cohorts.vacancies import Vacancies, WaitingReason, cohorts_to_promote
from core.conduct.models import Report, ReportState
from core.demo import learners
from core.demo.mentoring import ZONES
from core.demo.people import MENTORS
from core.demo.practice import REVIEWED
from core.files.models import Blob
from core.jobs.models import Job
from core.kit import clock
from core.kit.past import happened_at
from core.lessons.models import Body
from core.mentorship.models import Match, MentorshipRequest, Session
from core.mentorship.sessions import MAIL, REMINDERS
from core.notifications.models import Notification
from core.outbox.history import as_of
from core.outbox.models import FactHistory, OutboxEvent
from core.outbox.publications import publications
from core.programs.models import ContentItem, Program
from core.progress.models import Progress
from core.quizzes.models import Quiz, QuizAttempt
from core.reviews.models import Claim, Review, ReviewDraft
from core.submissions.models import Submission
from core.subscriptions.models import Entitlement, Invoice, Subscription
from core.users.models import TrackChoice, User
from ongoza_contracts.coaching import GoalState, HabitSchedule
from ongoza_contracts.cohorts import EnrolmentState, EnrolmentUpdated, PoolKind
from ongoza_contracts.mentorship import MatchState, SessionState
from ongoza_contracts.submissions import SubmissionState
from ongoza_contracts.topics import topic_of
from ongoza_contracts.vocabulary import Role
from tests.unit.core.recounts import (
    check_numbers_of_directors,
    check_numbers_of_learners,
    check_numbers_of_sponsors,
    put_at_risk,
)
from tests.unit.core.test_files import names
from tests.unit.core.world import Caller

PASSWORD = "a-long-passphrase-9"
LEARNERS = 90
# Of one entity, a version that has an earlier time, or was recorded before, the one below it.
DISORDERED = """
SELECT count(*) FROM (
    SELECT time - lag(time) OVER below AS later, id - lag(id) OVER below AS further
    FROM fact_history WINDOW below AS (PARTITION BY topic, key ORDER BY version)
) AS facts WHERE later < interval '0' OR further < 0
"""


@pytest.fixture(scope="module")
def seeded(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """One seed for all tests here, in a transaction that is rolled back; what it says."""
    files = {**settings.STORAGES["files"]}
    files["OPTIONS"] = {**files["OPTIONS"], "location": str(tmp_path_factory.mktemp("files"))}
    with (
        django_db_blocker.unblock(),
        override_settings(STORAGES={**settings.STORAGES, "files": files}),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
    ):
        patch.setenv("DEMO_PASSWORD", PASSWORD)
        out = StringIO()
        call_command("seed", learners=LEARNERS, stdout=out)
        yield out.getvalue()
        transaction.set_rollback(True)


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded"), pytest.mark.slow]


def query(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def states(cohort: str) -> Counter[str]:
    return Counter(Enrolment.objects.filter(cohort__name=cohort).values_list("state", flat=True))


def test_three_learners_have_features_for_different_reasons() -> None:
    rows = Entitlement.objects.all()
    assert Counter(row.source for row in rows) == {"sponsored": 1, "scholarship": 1, "paid": 2}
    assert len({row.user_id for row in rows}) == 3
    assert [row.state for row in Subscription.objects.all()] == ["active"]
    assert [row.state for row in Invoice.objects.all()] == ["paid"]


# --- the command ---------------------------------------------------------------------------------


def test_a_seed_publishes_all_it_writes(seeded: str) -> None:
    assert f"{ContentItem.objects.count()} items of content" in seeded
    types = set(OutboxEvent.objects.values_list("type", flat=True))
    nouns = {"content.published", "user.created", "progress.updated", "profiling.completed"}
    assert {f"ongoza.{noun}.v1" for noun in nouns} <= types


def test_a_seed_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    before = OutboxEvent.objects.count()
    call_command("seed", "--if-empty", stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("seed", stdout=StringIO())
    assert OutboxEvent.objects.count() == before


def test_every_program_has_one_version_of_all_its_items() -> None:
    for program in Program.objects.all():
        version = program.versions.get()
        courses_and_missions = program.items.exclude(content_type="module")
        assert not courses_and_missions.filter(milestone=None).exists()
        assert version.items.count() == program.items.count()


def test_lessons_have_texts_files_and_quizzes() -> None:
    assert Body.objects.filter(state="published").count() == Body.objects.count() == 36
    assert Quiz.objects.count() == 12
    files = Path(settings.STORAGES["files"]["OPTIONS"]["location"])
    assert len(names(files)) == Blob.objects.count() == 6


def test_a_quiz_that_was_passed_completed_its_item() -> None:
    attempts = QuizAttempt.objects.all()
    assert attempts
    checked = Progress.objects.filter(completion_source="check")
    assert {*checked.values_list("user", "content", "completed_at", "score")} == {
        *attempts.filter(passed=True).values_list(
            "user", "quiz__item__content_id", "submitted_at", "score"
        )
    }
    completed = Progress.objects.filter(status="completed", content__completed_by="check")
    assert not completed.filter(completion_source="self")


# --- history -------------------------------------------------------------------------------------


def test_every_fact_is_of_the_past_and_recorded_when_it_happened() -> None:
    rows = FactHistory.objects.all()
    assert not rows.filter(time__gt=timezone.now()).exists()
    assert query("SELECT count(*) FROM fact_history WHERE recorded_at <> time") == [(0,)]
    assert query("SELECT count(*) FROM fact_history_default") == [(0,)]
    assert len(query("SELECT DISTINCT tableoid FROM fact_history")) >= 12


def test_the_versions_of_an_entity_follow_each_other_in_time_and_in_the_outbox() -> None:
    assert query(DISORDERED) == [(0,)]
    newest = "SELECT key, max(version) FROM fact_history GROUP BY topic, key ORDER BY 1, 2"
    sent = "SELECT key, max(sequence::bigint) FROM outbox_event GROUP BY topic, key ORDER BY 1, 2"
    assert query(newest) == query(sent)


def test_rows_have_the_times_of_their_first_and_last_fact() -> None:
    statement = "SELECT topic, key, min(time), max(time) FROM fact_history GROUP BY topic, key"
    expected = {(topic, key): (first, last) for topic, key, first, last in query(statement)}
    found = {
        (publication.topic.name, publication.build(row).key): (row.created_at, row.updated_at)
        for publication in publications()
        for row in publication.rows()
    }
    assert found == expected


def test_what_was_true_in_between_can_be_read() -> None:
    completed = Enrolment.objects.filter(state="completed").first()
    assert completed
    assert completed.activated_at
    assert completed.completed_at
    key, topic = str(completed.pk), topic_of(EnrolmentUpdated)
    for moment, state in (
        (completed.created_at - timedelta(seconds=1), None),
        (completed.created_at, EnrolmentState.OFFERED),
        (completed.activated_at, EnrolmentState.ACTIVE),
        (completed.completed_at, EnrolmentState.COMPLETED),
    ):
        fact = as_of(topic, key, moment)
        assert (fact and fact.model_dump()["state"]) == state


# --- the academy ---------------------------------------------------------------------------------


def test_there_are_learners_mentors_and_goals() -> None:
    roles = Counter(User.objects.values_list("role", flat=True))
    assert roles[Role.LEARNER] == LEARNERS + 1
    assert (roles[Role.MENTOR], roles[Role.DIRECTOR], roles[Role.SPONSOR]) == (MENTORS, 1, 1)
    goals = Counter(Goal.objects.values_list("state", flat=True))
    assert {*goals} == {GoalState.ACTIVE, GoalState.ACHIEVED}
    choices = TrackChoice.objects.all()
    assert choices
    assert not choices.filter(chosen_at__gt=learners.AS_OF).exists()


def test_a_cohort_is_over_one_runs_one_is_open_and_one_is_planned() -> None:
    names = Cohort.objects.order_by("starts_on").values_list("name", "state")
    over, running, opened, planned = names
    assert [state for _, state in names] == ["closed", "running", "open", "draft"]
    assert states(over[0]).keys() >= {"completed", "withdrawn", "suspended", "expired"}
    assert states(running[0]).keys() >= {"active", "suspended", "withdrawn", "expired"}
    assert states(opened[0]).keys() >= {"active", "withdrawn", "offered", "applied"}
    assert not states(planned[0])
    paid = Enrolment.objects.filter(pool=PoolKind.PAID, state="active")
    assert paid
    assert all(row.payment_reference and row.confirmed_by for row in paid)
    assert Announcement.objects.filter(cohort__name=over[0]).count() == 2


def test_the_waiting_list_of_the_open_cohort_moved_and_waits_for_an_answer() -> None:
    cohort = Cohort.objects.get(state="open")
    vacancies, now = Vacancies(cohort), timezone.now()
    assert {*vacancies.free.values()} == {0}
    waiting = cohort.enrolments.filter(state="applied")
    assert {vacancies.waiting_reason(row) for row in waiting} == {WaitingReason.OFFER_OPEN}
    offer = cohort.enrolments.get(state="offered")
    assert offer.expires_at
    assert offer.created_at + timedelta(days=1) < offer.updated_at < now < offer.expires_at
    assert offer.created_at < min(row.created_at for row in waiting)


def test_time_has_nothing_left_to_do() -> None:
    assert cohorts_to_promote(timezone.now()) == set()
    assert with_requirements_met(Enrolment.objects.filter(state="active")) == []


def test_completed_enrolments_have_a_certificate_and_one_was_issued_twice() -> None:
    completed = Enrolment.objects.filter(state="completed")
    valid = Certificate.objects.filter(state="valid")
    assert {*valid.values_list("enrolment", flat=True)} == {*completed.values_list("pk", flat=True)}
    revoked = Certificate.objects.get(state="revoked")
    again = valid.get(enrolment=revoked.enrolment)
    assert revoked.revoked_at
    assert revoked.created_at < revoked.revoked_at < again.created_at
    for one in valid:
        assert one.completed_on < one.created_at.date()
        assert one.by_staff


def test_events_are_over_cancelled_and_to_come() -> None:
    now, events = timezone.now(), CalendarEvent.objects.all()
    assert not events.filter(created_at__gte=F("starts_at")).exists()
    assert events.filter(ends_at__lt=now - timedelta(days=330)).exists()
    assert events.filter(starts_at__gt=now, state="scheduled").exists()
    assert events.filter(starts_at__gt=now, state="cancelled", sequence=1).count() == 1


def test_attempts_at_missions_are_in_every_state_and_wait_for_every_reason() -> None:
    states = {*Submission.objects.values_list("state", flat=True)}
    assert states == {*SubmissionState}
    assert {*Review.objects.values_list("kind", flat=True)} >= {"first", "second_opinion"}
    claims = Counter(Claim.objects.values_list("state", flat=True))
    assert claims["expired"] == claims["open"] == 1
    assert ReviewDraft.objects.get().comments
    assert Claim.objects.get(state="open").until > timezone.now()
    unearned = Progress.objects.filter(content__content_id__in=REVIEWED, status="completed")
    assert {*unearned.values_list("source", flat=True)} == {"review"}


def test_mentors_meet_their_learners_in_several_time_zones() -> None:
    assert {*Session.objects.values_list("state", flat=True)} == {*SessionState}
    assert {*Session.objects.values_list("mentor_time_zone", flat=True)} >= {*ZONES}
    assert {*Match.objects.values_list("state", flat=True)} == {*MatchState}
    assert MentorshipRequest.objects.filter(state="asked").exists()
    overdue = Job.objects.filter(kind__startswith="mentorship.", due_at__lte=timezone.now())
    assert not overdue.filter(done_at=None, kind__in=(MAIL, *REMINDERS)).exists()


def test_the_numbers_of_the_dashboards_agree_with_a_recount() -> None:
    put_at_risk()
    check_numbers_of_learners()
    check_numbers_of_directors()
    check_numbers_of_sponsors()


def test_a_report_waits_for_a_decision() -> None:
    row = Report.objects.get()
    shown = [one.message.author for one in row.shown.all() if one.message]
    assert (row.state, shown) == (ReportState.OPEN, [row.reported])


def test_habits_have_gaps_skips_and_pauses() -> None:
    assert {*Habit.objects.values_list("schedule", flat=True)} == {*HabitSchedule}
    assert {*HabitEntry.objects.values_list("state", flat=True)} == {"done", "skipped"}
    habit = Habit.objects.filter(schedule="daily").first()
    assert habit
    assert habit.pauses.exists()
    assert habit.entries.count() < 35
    assert Reflection.objects.exists()


def test_old_notifications_were_read() -> None:
    week_ago = timezone.now() - timedelta(days=7)
    old = Notification.objects.filter(created_at__lt=week_ago - timedelta(hours=1))
    assert old
    assert not old.filter(read_at=None).exists()
    assert not old.filter(read_at__lt=F("created_at")).exists()
    to_send = Job.objects.filter(kind="notifications.dispatch").values_list("subject", flat=True)
    assert not {*to_send} & {str(key) for key in old.values_list("pk", flat=True)}


@pytest.mark.parametrize("role", Role)
def test_every_role_can_sign_in(role: Role) -> None:
    body = {"email": f"{role}@ongoza.example", "password": PASSWORD}
    status, answer = Caller().post("auth/login/", body)
    assert status == 200
    status, cohorts = Caller(answer["access_token"]).get("cohorts/")
    assert status == 200
    assert len(cohorts["results"]) >= 3


# --- the past ------------------------------------------------------------------------------------


def test_the_past_ends_with_its_block() -> None:
    moment = timezone.now() - timedelta(days=400)
    with happened_at(moment):
        assert clock.now() == moment
        with happened_at(moment + timedelta(days=1)):
            assert clock.now() == moment + timedelta(days=1)
        assert clock.now() == moment
    assert timezone.now() - clock.now() < timedelta(minutes=1)


def test_what_has_not_come_is_no_past() -> None:
    moment = timezone.now() + timedelta(hours=1)
    with pytest.raises(ValueError, match="not come yet"), happened_at(moment):
        pass
