"""Codes give a right to the seats of a pool, and enrolling many keeps to what the cohort has."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.cohorts import codes, enrolments, services
from core.cohorts.models import Code, Cohort, Enrolment
from core.kit.errors import DomainError
from core.notifications.models import Notification
from core.users.models import Minor, User
from ongoza_contracts.cohorts import EnrolmentState, PoolKind
from ongoza_contracts.vocabulary import Role
from tests.unit.core.cohort_rows import apply, cohort_admin, open_cohort
from tests.unit.core.school import World
from tests.unit.core.world import appended, forget_appended, person, refusal, signed_in

pytestmark = pytest.mark.django_db
SPONSORED = PoolKind.SPONSORED


@pytest.fixture
def amina() -> User:
    cohort_admin()
    return person("amina")


def needing_code(size: int) -> Cohort:
    """A cohort whose sponsored seats take a code."""
    cohort = open_cohort(sponsored=size, paid=0)
    pools = [
        services.PoolSpec(kind=SPONSORED, size=size, needs_code=True),
        services.PoolSpec(kind=PoolKind.PAID, size=0, needs_code=False),
    ]
    services.set_pools(caller=cohort_admin(), cohort_id=cohort.pk, pools=pools)
    forget_appended()
    return cohort


def code_of(cohort: Cohort, max_uses: int = 1, days: int = 1) -> Code:
    ends_at = timezone.now() + timedelta(days=days)
    return codes.add_code(
        caller=cohort_admin(),
        cohort_id=cohort.pk,
        pool=SPONSORED,
        max_uses=max_uses,
        ends_at=ends_at,
    )


def apply_by_code(user: User, cohort: Cohort, code: str) -> Enrolment:
    return enrolments.apply(user=user, cohort_id=cohort.pk, pools=[], code=code)


def stored() -> list[Any]:
    return [[*model.objects.order_by("pk").values()] for model in (Enrolment, Code)]


def test_a_code_gives_a_right_to_a_seat(amina: User) -> None:
    cohort = needing_code(1)
    code = code_of(cohort)
    row = apply_by_code(amina, cohort, f" {code.code.lower()} ")
    assert (row.state, row.pool) == (EnrolmentState.OFFERED, SPONSORED)
    assert Code.objects.get().uses == 1


def test_a_code_adds_no_seat(amina: User) -> None:
    cohort = needing_code(1)
    code = code_of(cohort, max_uses=2)
    apply_by_code(amina, cohort, code.code)
    assert apply_by_code(person("next"), cohort, code.code).state == EnrolmentState.APPLIED


def test_a_code_is_used_no_more_than_it_may(amina: User) -> None:
    cohort = needing_code(2)
    code = code_of(cohort, max_uses=1)
    apply_by_code(amina, cohort, code.code)
    other = person("next")
    forget_appended()
    before = stored()
    with pytest.raises(codes.CodeSpent):
        apply_by_code(other, cohort, code.code)
    assert (stored(), appended()) == (before, [])


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ("absent", codes.UnknownCode),
        ("foreign", codes.UnknownCode),
        ("ended", codes.CodeEnded),
        ("none", enrolments.CodeNeeded),
    ],
)
def test_without_a_good_code_there_is_no_entry(
    change: str, refused: type[DomainError], amina: User
) -> None:
    cohort = needing_code(1)
    code = code_of(needing_code(1) if change == "foreign" else cohort, days=1)
    Code.objects.filter(pk=code.pk, ends_at__gt=timezone.now()).update(
        ends_at=timezone.now() + timedelta(days=-1 if change == "ended" else 1)
    )
    text = None if change == "none" else "ABSENT" if change == "absent" else code.code
    forget_appended()
    before = stored()
    with pytest.raises(refused):
        enrolments.apply(
            user=amina, cohort_id=cohort.pk, pools=[] if text else [SPONSORED], code=text
        )
    assert (stored(), appended()) == (before, [])


def test_a_refused_application_uses_no_code(amina: User) -> None:
    cohort = needing_code(1)
    code = code_of(cohort, max_uses=5)
    apply_by_code(amina, cohort, code.code)
    with pytest.raises(enrolments.AlreadyEnrolled):
        apply_by_code(amina, cohort, code.code)
    assert Code.objects.get().uses == 1


def test_an_entry_without_the_code_is_passed_over(amina: User) -> None:
    cohort = open_cohort(sponsored=0)
    without = apply(amina, cohort, "sponsored")
    pools = [services.PoolSpec(kind=SPONSORED, size=1, needs_code=True)]
    services.set_pools(caller=cohort_admin(), cohort_id=cohort.pk, pools=pools)
    row = apply_by_code(person("next"), cohort, code_of(cohort).code)
    assert row.state == EnrolmentState.OFFERED
    assert Enrolment.objects.get(pk=without.pk).state == EnrolmentState.APPLIED


def test_codes_are_made_and_listed_by_who_manages_the_cohort(world: World) -> None:
    cohort = open_cohort(world.school, sponsored=1)
    body = {"cohort": str(cohort.pk), "pool": "sponsored", "max_uses": 3}
    director = signed_in(world.director)
    status, code = director.post("codes/", {**body, "ends_at": "2099-01-01T00:00:00Z"})
    assert (status, code["uses"], len(code["code"])) == (201, 0, codes.LENGTH)
    assert [one["id"] for one in director.get("codes/")[1]["results"]] == [code["id"]]
    other = {**body, "pool": "paid", "ends_at": "2099-01-01T00:00:00Z"}
    assert refusal(director.post("codes/", other)) == (400, "unknown_pool", [])
    past = {**body, "ends_at": "2020-01-01T00:00:00Z"}
    assert refusal(director.post("codes/", past)) == (400, "invalid", [("ends_at", "out_of_range")])
    assert Code.objects.count() == 1


@pytest.mark.parametrize("ends_at", ["9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_a_code_ends_in_a_year_to_come_that_is_not_far(world: World, ends_at: str) -> None:
    cohort = open_cohort(world.school, sponsored=1)
    request = {"cohort": str(cohort.pk), "pool": "sponsored", "max_uses": 1, "ends_at": ends_at}
    assert signed_in(world.director).post("codes/", request)[0] == 400
    assert Code.objects.count() == 0


def test_an_ended_code_gives_no_right_and_takes_none_back(world: World, amina: User) -> None:
    cohort = open_cohort(world.school, sponsored=1)
    code = code_of(cohort, max_uses=5)
    used = apply_by_code(amina, cohort, code.code)
    director = signed_in(world.director)
    answers = [director.post(f"codes/{code.pk}/end/", None) for _ in range(2)]
    assert [status for status, _ in answers] == [200, 200]
    assert answers[0] == answers[1]
    with pytest.raises(codes.CodeEnded):
        apply_by_code(person("late"), cohort, code.code)
    assert Enrolment.objects.get(pk=used.pk).entitled_pools == [SPONSORED]
    assert refusal(director.post(f"codes/{used.pk}/end/", None)) == (404, "not_found", [])


# --- many at once --------------------------------------------------------------------------------
def enrol(world: World, cohort: Cohort, *emails: str, dry_run: bool = False) -> list[Any]:
    body = {"emails": [*emails], "pool": "scholarship", "dry_run": dry_run}
    address = f"cohorts/{cohort.pk}/enrolments/bulk/"
    status, answer = signed_in(world.director).post(address, body)
    assert (status, answer["dry_run"]) == (200, dry_run)
    assert [one["row"] for one in answer["results"]] == [*range(1, len(emails) + 1)]
    ids = {one["enrolment"] for one in answer["results"]} - {None}
    assert Enrolment.objects.filter(pk__in=ids).count() == len(ids)
    return [(one["result"], one["state"]) for one in answer["results"]]


def test_each_row_of_many_has_its_result(world: World) -> None:
    cohort = open_cohort(world.school, scholarship=1)
    next_one = person("nia", organization=world.school)
    enrolled = person("eli", organization=world.school)
    row = apply(enrolled, cohort)
    enrolments.decline(user=enrolled, enrolment_id=row.pk)
    emails = (
        f"\ufeff {world.learner.email.upper()} ",
        next_one.email,
        world.learner.email,
        world.foreign.email,
        world.mentor.email,
        "nobody@ongoza.example",
    )
    wanted = [
        *(("added", "offered"), ("added", "applied"), ("repeated", None)),
        *(("not_found", None), ("not_found", None), ("not_found", None)),
    ]
    forget_appended()
    before = stored()
    assert enrol(world, cohort, *emails, dry_run=True) == wanted
    assert (stored(), appended()) == (before, [])
    assert enrol(world, cohort, *emails) == wanted
    assert len(appended()) == 3


def test_the_pools_are_read_once_for_many_rows(world: World) -> None:
    cohort = open_cohort(world.school, paid=0, scholarship=0)
    emails = [person(f"learner-{n}", organization=world.school).email for n in range(9)]
    with CaptureQueriesContext(connection) as queries:
        enrol(world, cohort, *emails)
    reads = [one for one in queries if 'FROM "cohorts_seatpool"' in one["sql"]]
    assert len(reads) <= 2


def test_minors_are_enrolled_with_consent_alone(world: World) -> None:
    cohort = open_cohort(world.school, scholarship=1)
    Minor.objects.create(user=world.learner)
    assert enrol(world, cohort, world.learner.email) == [("consent_missing", None)]
    answer = signed_in(world.learner).post(
        f"cohorts/{cohort.pk}/enrolments/", {"pools": ["scholarship"]}
    )
    assert refusal(answer)[:2] == (403, "birth_year_required")
    assert (Enrolment.objects.count(), appended()) == (0, [])


def test_enrolling_the_same_again_changes_nothing(world: World) -> None:
    cohort = open_cohort(world.school, scholarship=1)
    other = person("nia", organization=world.school)
    enrol(world, cohort, world.learner.email, other.email)
    forget_appended()
    before, notified = stored(), Notification.objects.count()
    assert enrol(world, cohort, world.learner.email) == [("enrolled_already", "offered")]
    assert (stored(), appended(), Notification.objects.count()) == (before, [], notified)


@pytest.mark.parametrize(("pool", "status"), [("paid", 400), ("scholarship", 409)])
def test_many_are_refused_where_one_would_be(pool: str, status: int, world: World) -> None:
    cohort = open_cohort(world.school, scholarship=1)
    if status == 409:
        services.move_cohort(caller=cohort_admin(), cohort_id=cohort.pk, action="close")
    forget_appended()
    body = {"emails": [world.learner.email], "pool": pool}
    answer = signed_in(world.director).post(f"cohorts/{cohort.pk}/enrolments/bulk/", body)
    assert answer[0] == status
    assert (Enrolment.objects.count(), appended()) == (0, [])


def test_a_learner_enrols_nobody(world: World) -> None:
    cohort = open_cohort(world.school, scholarship=1)
    body = {"emails": [world.learner.email], "pool": "scholarship"}
    address = f"cohorts/{cohort.pk}/enrolments/bulk/"
    assert signed_in(world.learner).post(address, body)[0] == 403
    assert signed_in(person("m", Role.MENTOR)).post(address, body)[0] == 403
    assert Enrolment.objects.count() == 0
