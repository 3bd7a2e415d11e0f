"""Sponsors' numbers: of the organizations that they sponsor, and never of a group under five."""

from collections.abc import Iterable
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from django.db.models import QuerySet

from core.access.services import Scope, grant
from core.certificates.models import Certificate
from core.cohorts.models import Cohort, Enrolment
from core.sponsor_dashboard.suppression import GROUP_MIN
from core.users.models import Consent, Minor, User
from core.users.preferences import record_consent
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.vocabulary import Role
from tests.unit.core.cohort_rows import open_cohort
from tests.unit.core.school import ABSENT, World
from tests.unit.core.world import Caller, person, refusal, signed_in

pytestmark = pytest.mark.django_db

OUTCOMES = ("offered", "active", "completed", "certified")
NAME = Consent.Kind.SPONSOR_SEES_NAME


@pytest.fixture
def sponsor(world: World) -> Caller:
    return signed_in(person("sara", Role.SPONSOR, world.school))


def seated(cohort: Cohort, state: str, count: int, pool: str = "sponsored") -> list[Enrolment]:
    """So many enrolments of new learners, without facts."""
    first = User.objects.count()
    learners = User.objects.bulk_create(
        User(email=f"seated{first + n}@ongoza.example", role=Role.LEARNER) for n in range(count)
    )
    return Enrolment.objects.bulk_create(
        Enrolment(
            user=learner,
            cohort=cohort,
            program_version_id=cohort.program_version_id,
            state=state,
            pool=pool,
        )
        for learner in learners
    )


def certify(enrolments: Iterable[Enrolment]) -> None:
    Certificate.objects.bulk_create(
        Certificate(
            user=one.user,
            enrolment=one,
            program_version_id=one.program_version_id,
            name="Somebody",
            program_title="Core",
            completed_on="2030-06-01",
            by_check=1,
            by_review=0,
            by_staff=0,
        )
        for one in enrolments
    )


def name(enrolment: Enrolment, first: str) -> None:
    """The learner lets sponsors see this name."""
    QuerySet(User).filter(pk=enrolment.user_id).update(first_name=first, last_name="Wanjiru")
    record_consent(user=enrolment.user, kind=NAME, given=True, version="1")


def overview(caller: Caller) -> dict[str, Any]:
    """What is shown of the first organization."""
    status, found = caller.get("sponsor/overview/")
    assert status == 200, found
    return dict(found["organizations"][0])


def seats(caller: Caller, query: str = "") -> list[dict[str, Any]]:
    status, found = caller.get(f"sponsor/seats/{query}")
    assert status == 200, found
    return list(found["results"])


# --- what is counted -----------------------------------------------------------------------------
def test_seats_are_counted_by_what_became_of_them(world: World, sponsor: Caller) -> None:
    cohort = open_cohort(world.school, sponsored=60)
    seated(cohort, "offered", 6)
    seated(cohort, "pending_payment", 5)
    seated(cohort, "active", 10)
    seated(cohort, "suspended", 5)
    certify(seated(cohort, "completed", 13)[:8])
    seated(cohort, "withdrawn", 9)
    seated(cohort, "applied", 4)

    found = overview(sponsor)

    assert (found["size"], found["used"], found["free"]) == (60, 35, 25)
    assert found["outcomes"] == {"offered": 10, "active": 15, "completed": 5, "certified": 5}
    assert found["seatless"] == {"applied": None, "withdrawn": 5, "expired": None}
    (row,) = seats(sponsor)
    assert {key: row[key] for key in ("size", "used", "free", "outcomes")} == {
        key: found[key] for key in ("size", "used", "free", "outcomes")
    }
    assert (row["pool"], row["cohort"], row["learners"]) == ("sponsored", str(cohort.pk), [])


def test_a_sponsor_of_no_seats_sees_no_numbers(world: World, sponsor: Caller) -> None:
    found = overview(sponsor)
    assert (found["organization"], found["size"], found["used"]) == (world.school.pk, 0, None)
    assert seats(sponsor) == []
    assert sponsor.get("sponsor/overview/")[1]["invoices"] == []


def test_learners_are_named_by_their_consent_alone(world: World, sponsor: Caller) -> None:
    cohort = open_cohort(world.school, sponsored=60)
    first, second, third, *_ = seated(cohort, "active", 9)
    name(first, "Amina")
    name(second, "Baraka")
    name(third, "Chebet")
    Minor.objects.create(user=third.user, adult_from=None)
    record_consent(user=second.user, kind=NAME, given=False)

    (row,) = seats(sponsor)

    assert row["learners"] == [
        {"user": first.user_id, "name": "Amina Wanjiru", "outcome": "active"}
    ]
    assert row["outcomes"]["active"] == 1 + 5  # the other eight, rounded down


def test_the_named_are_not_subtracted_from_a_group(world: World, sponsor: Caller) -> None:
    """Seven of whom five are named would tell of the other two."""
    cohort = open_cohort(world.school, sponsored=60)
    for number, enrolment in enumerate(seated(cohort, "active", 7)[:5]):
        name(enrolment, f"Learner{number}")
    (row,) = seats(sponsor)
    assert (len(row["learners"]), row["outcomes"]["active"], row["used"]) == (5, None, None)


# --- who reads it --------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [Role.LEARNER, Role.MENTOR, Role.DIRECTOR])
def test_other_roles_read_nothing(world: World, role: Role) -> None:
    caller = signed_in(person("other", role, world.school))
    assert caller.get("sponsor/overview/")[0] == caller.get("sponsor/seats/")[0] == 403


def test_another_organizations_cohort_is_absent(world: World, sponsor: Caller) -> None:
    foreign = open_cohort(world.other, sponsored=5)
    assert refusal(sponsor.get(f"sponsor/seats/?cohort={foreign.pk}")) == ABSENT
    assert seats(sponsor) == []


def test_sponsors_read_no_free_seats_of_their_organization(world: World, sponsor: Caller) -> None:
    """They would be the taken ones, subtracted from the size."""
    cohort = open_cohort(world.school, sponsored=5)
    assert refusal(sponsor.get(f"cohorts/{cohort.pk}/pools/")) == ABSENT
    assert signed_in(world.learner).get(f"cohorts/{cohort.pk}/pools/")[0] == 200


# --- attacks by subtraction ----------------------------------------------------------------------
@pytest.fixture
def crowded(world: World) -> list[Cohort]:
    """Cohorts with groups of all sizes, some under five."""
    cohorts = [open_cohort(world.school, sponsored=60, paid=40) for _ in range(3)]
    sizes = {
        "sponsored": [(6, 13, 2, 0), (0, 9, 7, 11), (5, 3, 12, 6)],
        "paid": [(5, 8, 0, 1), (7, 6, 9, 9), (0, 2, 0, 0)],
    }
    for pool, rows in sizes.items():
        for cohort, (offered, active, completed, certified) in zip(cohorts, rows, strict=True):
            seated(cohort, "offered", offered, pool)
            seated(cohort, "active", active, pool)
            seated(cohort, "completed", completed, pool)
            certify(seated(cohort, "completed", certified, pool))
    return cohorts


def shown_numbers(caller: Caller) -> dict[frozenset[tuple[str, str, str]], int | None]:
    """Every number of both routes, by the groups that it is the sum of."""
    found: dict[frozenset[tuple[str, str, str]], int | None] = {}
    rows = seats(caller, "?page_size=100")
    keys = [(row["cohort"], row["pool"]) for row in rows]
    for key, row in zip(keys, rows, strict=True):
        found[frozenset((*key, one) for one in OUTCOMES)] = row["used"]
        found |= {frozenset([(*key, one)]): row["outcomes"][one] for one in OUTCOMES}
    whole = overview(caller)
    for one in OUTCOMES:
        found[frozenset((*key, one) for key in keys)] = whole["outcomes"][one]
    found[frozenset((*key, one) for key in keys for one in OUTCOMES)] = whole["used"]
    return found


def true_sizes(groups: Iterable[tuple[str, str, str]]) -> int:
    states = {"offered": "offered", "active": "active", "completed": "completed"}
    total = 0
    for cohort, pool, outcome in groups:
        rows = Enrolment.objects.filter(cohort_id=UUID(cohort), pool=pool)
        certified = Certificate.objects.filter(enrolment__in=rows).values("enrolment")
        if outcome == "certified":
            total += rows.filter(pk__in=certified).count()
        else:
            total += rows.filter(state=states[outcome]).exclude(pk__in=certified).count()
    return total


def test_no_number_less_others_tells_of_a_group_under_five(
    sponsor: Caller, crowded: list[Cohort]
) -> None:
    """Rows, columns and totals, each without the one, two, three or more shown numbers in it."""
    shown = shown_numbers(sponsor)
    known = {groups: number for groups, number in shown.items() if number is not None}
    assert len(known) > 15
    assert any(number is None for number in shown.values())
    singles = [groups for groups in known if len(groups) == 1]
    small = 0
    for groups, number in known.items():
        inside = [one for one in singles if one < groups]
        for size in range(1, len(inside) + 1) if len(inside) < 9 else [len(inside)]:
            for subtracted in combinations(inside, size):
                rest = groups.difference(*subtracted)
                count = true_sizes(rest) if rest and size == len(inside) else GROUP_MIN
                least = number - sum(known[one] + GROUP_MIN - 1 for one in subtracted)
                if count < GROUP_MIN:
                    small += 1
                    assert least <= 0, (groups, subtracted)
    assert small > 0


def test_a_filter_or_a_page_shows_the_same_numbers(sponsor: Caller, crowded: list[Cohort]) -> None:
    def numbers(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{key: value for key, value in row.items() if key != "as_of"} for row in rows]

    every = numbers(seats(sponsor))
    for cohort in crowded:
        own = [row for row in every if row["cohort"] == str(cohort.pk)]
        assert numbers(seats(sponsor, f"?cohort={cohort.pk}")) == own
    pages = [row for page in range(1, 7) for row in seats(sponsor, f"?page_size=1&page={page}")]
    assert numbers(pages) == every


def test_sponsors_of_different_organizations_read_the_same_numbers(
    world: World, sponsor: Caller, crowded: list[Cohort]
) -> None:
    seated(open_cohort(world.other, sponsored=9), "active", 6)
    both = person("both", Role.SPONSOR, world.school)
    scope = Scope(ScopeKind.ORGANIZATION, organization_id=world.other.pk)
    grant(user_id=both.pk, role=Role.SPONSOR, scope=scope)
    _, found = signed_in(both).get("sponsor/overview/")
    assert [one["organization"] for one in found["organizations"]] == [
        world.school.pk,
        world.other.pk,
    ]
    assert found["organizations"][0] == overview(sponsor)
    assert {row["cohort"]: row["used"] for row in seats(signed_in(both))}.items() >= {
        row["cohort"]: row["used"] for row in seats(sponsor)
    }.items()


def test_two_times_never_differ_by_a_group_under_five(
    sponsor: Caller, crowded: list[Cohort]
) -> None:
    """One learner after another goes on; each reading is compared with all before it."""
    readings = [shown_numbers(sponsor)]
    for enrolment in Enrolment.objects.filter(cohort=crowded[0], state="active")[:6]:
        QuerySet(Enrolment).filter(pk=enrolment.pk).update(state="completed")
        readings.append(shown_numbers(sponsor))
    changes = [
        abs(later[groups] - earlier[groups])  # type: ignore[operator]
        for earlier, later in combinations(readings, 2)
        for groups in earlier
        if earlier[groups] is not None and later[groups] is not None
    ]
    assert any(changes)
    assert not {change for change in changes if 0 < change < GROUP_MIN}
