"""What time changes in cohorts: holds end, freed seats are offered, enrolments are completed."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.cohorts import jobs
from core.cohorts.completion import requirements
from core.cohorts.enrolments import confirm_payment
from core.cohorts.models import Enrolment
from core.erasure.services import erase_user
from core.jobs.models import Job
from core.jobs.services import run_due, schedule
from core.notifications.models import Notification
from core.outbox.publish import publish_with_parts
from core.programs.models import ProgramVersion
from core.programs.versions import publish_version
from core.users.models import User
from ongoza_contracts.cohorts import EnrolmentState
from ongoza_contracts.vocabulary import ProgressSource, Role
from tests.unit.core.cohort_rows import apply, cohort_admin, enrolment_in, open_cohort
from tests.unit.core.program_rows import complete, version_of_all_kinds
from tests.unit.core.world import appended, forget_appended, item, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina() -> User:
    cohort_admin()
    return person("amina")


@pytest.fixture
def version() -> ProgramVersion:
    return version_of_all_kinds()


def run(kind: str) -> None:
    """A job of this kind, and those that it schedules."""
    schedule(kind)
    while run_due():
        pass
    assert not Job.objects.filter(kind__startswith="cohorts.", done_at=None).exists()


def state_of(row: Enrolment) -> str:
    return Enrolment.objects.get(pk=row.pk).state


def missing(user: User, version: ProgramVersion) -> list[str]:
    found = requirements(user.pk, version.pk)
    assert found.required_done == found.required_total - len(found.missing)
    assert found.required_total == 4
    return found.missing


def test_modules_missions_and_courses_without_modules_are_required(
    amina: User, version: ProgramVersion
) -> None:
    assert missing(amina, version) == ["module-1", "module-2", "course-2", "mission-1"]
    complete(amina, "mission-1")
    complete(amina, "mission-2")
    assert missing(amina, version) == ["module-1", "module-2", "course-2"]


def test_a_completed_course_takes_its_modules(amina: User, version: ProgramVersion) -> None:
    complete(amina, "course-1")
    assert missing(amina, version) == ["course-2", "mission-1"]


def test_the_learners_own_word_does_not_count(amina: User, version: ProgramVersion) -> None:
    complete(amina, "course-1", ProgressSource.SELF)
    complete(amina, "mission-1", ProgressSource.SELF)
    assert len(missing(amina, version)) == 4
    complete(amina, "mission-1", ProgressSource.REVIEW)
    assert missing(amina, version) == ["module-1", "module-2", "course-2"]


def test_new_content_does_not_change_what_an_enrolment_requires(
    amina: User, version: ProgramVersion
) -> None:
    item("module-3", course="course-1")
    publish_version(program_id=version.program_id)
    assert len(missing(amina, version)) == 4


def test_the_tick_completes_enrolments_whose_requirements_are_met(
    amina: User, version: ProgramVersion
) -> None:
    cohort = open_cohort(scholarship=2)
    row = enrolment_in("active", cohort, amina)
    other = enrolment_in("active", cohort, person("other"))
    for content_id in ("course-1", "course-2"):
        complete(amina, content_id)
    run("cohorts.completions")
    assert state_of(row) == EnrolmentState.ACTIVE
    complete(amina, "mission-1")
    forget_appended()
    run("cohorts.completions")
    stored = Enrolment.objects.get(pk=row.pk)
    assert (stored.state, state_of(other)) == (EnrolmentState.COMPLETED, EnrolmentState.ACTIVE)
    assert stored.completed_at is not None
    assert [kind for kind, *_ in appended()] == ["enrolment.updated", "membership.updated"]
    forget_appended()
    run("cohorts.completions")
    assert appended() == []


def test_a_suspended_enrolment_is_not_completed(amina: User, version: ProgramVersion) -> None:
    row = enrolment_in("suspended", open_cohort(scholarship=1), amina)
    for content_id in ("course-1", "course-2", "mission-1"):
        complete(amina, content_id)
    run("cohorts.completions")
    assert state_of(row) == EnrolmentState.SUSPENDED


def test_a_version_that_requires_nothing_completes_nobody(amina: User) -> None:
    row = enrolment_in("active", open_cohort(scholarship=1), amina)
    only = row.program_version.items.get()
    with publish_with_parts(row.program_version):
        only.required = False
        only.save()
    run("cohorts.completions")
    assert state_of(row) == EnrolmentState.ACTIVE


def test_completions_go_on_in_batches(
    amina: User, version: ProgramVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BATCH", 1)
    cohort = open_cohort(scholarship=3)
    rows = [enrolment_in("active", cohort, one) for one in (amina, person("b"), person("c"))]
    for row in rows:
        for content_id in ("course-1", "course-2", "mission-1"):
            complete(row.user, content_id)
    run("cohorts.completions")
    assert {*map(state_of, rows)} == {EnrolmentState.COMPLETED}


# --- seats ---------------------------------------------------------------------------------------
def after(monkeypatch: pytest.MonkeyPatch, **span: Any) -> None:
    later = timezone.now() + timedelta(**span)
    monkeypatch.setattr(timezone, "now", lambda: later)


@pytest.mark.parametrize("state", ["offered", "pending_payment"])
def test_a_hold_that_expires_frees_its_seat_for_the_next(
    state: str, amina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = open_cohort(paid=1, scholarship=1)
    row = enrolment_in(state, cohort, amina)
    next_one = apply(person("next"), cohort, row.pool or "")
    run("cohorts.seats")
    assert (state_of(row), state_of(next_one)) == (state, EnrolmentState.APPLIED)
    after(monkeypatch, days=8)
    forget_appended()
    run("cohorts.seats")
    assert (state_of(row), state_of(next_one)) == (EnrolmentState.EXPIRED, EnrolmentState.OFFERED)
    assert [key for _, key, _ in appended()] == [str(row.pk), str(next_one.pk)]
    notified = Notification.objects.filter(user=amina).order_by("pk").values_list("kind", flat=True)
    assert "cohorts.enrolment_expired" in notified
    forget_appended()
    run("cohorts.seats")
    assert appended() == []


def test_a_free_seat_that_suits_nobody_who_waits_schedules_no_job(amina: User) -> None:
    cohort = open_cohort(paid=0, scholarship=1)
    apply(amina, cohort, "paid")
    run("cohorts.seats")
    assert not Job.objects.filter(kind="cohorts.promotion").exists()
    seated = person("seated")
    for user in (seated, person("next")):
        apply(user, cohort, "scholarship")
    erase_user(user_id=seated.pk)
    run("cohorts.seats")
    assert Job.objects.filter(kind="cohorts.promotion").count() == 1


def test_the_seat_of_an_erased_learner_is_offered_by_the_tick(amina: User) -> None:
    cohort = open_cohort(scholarship=1)
    enrolment_in("active", cohort, amina)
    next_one = apply(person("next"), cohort)
    erase_user(user_id=amina.pk)
    assert state_of(next_one) == EnrolmentState.APPLIED
    run("cohorts.seats")
    assert state_of(next_one) == EnrolmentState.OFFERED


def test_who_confirmed_a_payment_is_cleared_by_their_erasure(amina: User) -> None:
    row = enrolment_in("pending_payment", open_cohort(paid=1), amina)
    staff = person("staff", Role.ADMIN)
    confirm_payment(caller=staff, enrolment_id=row.pk, reference="R-17")
    forget_appended()
    erase_user(user_id=staff.pk)
    stored = Enrolment.objects.get(pk=row.pk)
    assert (stored.confirmed_by, stored.payment_reference) == (None, "R-17")
    assert ("enrolment.updated", str(row.pk), stored.version) in appended()
