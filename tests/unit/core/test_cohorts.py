"""Cohorts over HTTP: who manages them, who sees them, and what the answers say of the seats."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.access.models import Membership
from core.cohorts import codes, enrolments
from core.cohorts.models import Announcement, Code, Cohort, Enrolment, SeatPool
from core.cohorts.states import COHORT_STATES
from core.cohorts.vacancies import WaitingReason
from core.jobs.models import Job
from core.jobs.services import run_due
from core.notifications.models import Notification
from core.programs.models import Program
from core.users.models import User
from ongoza_contracts.cohorts import CohortState, PoolKind
from ongoza_contracts.vocabulary import Role
from tests.unit.core.cohort_rows import (
    apply,
    cohort_admin,
    enrolment_in,
    open_cohort,
    program_version,
)
from tests.unit.core.school import World
from tests.unit.core.world import (
    Answer,
    Caller,
    appended,
    forget_appended,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db

MODELS: tuple[Any, ...] = (Cohort, SeatPool, Code, Enrolment, Announcement, Membership)
ABSENT = "018f0000-0000-7000-8000-00000000dead"


def stored() -> list[Any]:
    return [[*model.objects.order_by("pk").values()] for model in MODELS]


@pytest.fixture
def director(world: World) -> Caller:
    program_version()
    cohort_admin()
    forget_appended()
    return signed_in(world.director)


def cohort_request(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "organization": world.school.pk,
        "program_version": str(program_version().pk),
        "name": "Evening class",
        "time_zone": "Africa/Nairobi",
        "starts_on": "2030-01-07",
        "ends_on": "2030-06-28",
        **changes,
    }


def is_refused(answer: Answer, status: int, code: str, before: list[Any]) -> bool:
    """And whether nothing was written or published."""
    return refusal(answer)[:2] == (status, code) and (stored(), appended()) == (before, [])


def test_a_director_opens_a_cohort_with_seats(world: World, director: Caller) -> None:
    status, cohort = director.post("cohorts/", cohort_request(world))
    assert (status, cohort["state"], cohort["pools"]) == (201, "draft", [])
    address = f"cohorts/{cohort['id']}/"
    pools = [{"kind": "sponsored", "size": 2, "needs_code": True}]
    stored = [{**pools[0], "prices": []}]
    assert director.call("PUT", f"{address}pools/", {"pools": pools})[1]["pools"] == stored
    status, cohort = director.post(f"{address}transitions/", {"action": "open"})
    assert (status, cohort["state"]) == (200, "open")
    assert director.get(f"{address}pools/")[1] == {"pools": [{**stored[0], "free": 2}]}
    assert [*appended()] == [("cohort.updated", cohort["id"], version) for version in (1, 2, 3)]
    # Nothing changes: no new version.
    director.call("PUT", f"{address}pools/", {"pools": pools})
    director.call("PATCH", address, {"name": "Evening class"})
    assert len(appended()) == 3


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"program_version": ABSENT}, 400, "unknown_program_version"),
        ({"ends_on": "2029-01-01"}, 400, "bad_dates"),
        ({"starts_on": "0001-01-01"}, 400, "bad_dates"),
        ({"ends_on": "9999-12-31"}, 400, "bad_dates"),
        ({"time_zone": "Mars/Olympus"}, 400, "invalid"),
        ({"organization": 2**31 - 1}, 404, "not_found"),
    ],
    ids=str,
)
def test_a_cohort_that_cannot_be_is_refused(
    changes: dict[str, Any], status: int, code: str, world: World, director: Caller
) -> None:
    before = stored()
    answer = director.post("cohorts/", cohort_request(world, **changes))
    assert is_refused(answer, status, code, before)


COHORT_TABLE = {(one.origin, one.action): one.target for one in COHORT_STATES.transitions}


@pytest.mark.parametrize("action", ["open", "start", "close", "reopen"])
@pytest.mark.parametrize("state", [*CohortState])
def test_a_cohort_moves_as_its_table_says(
    state: CohortState, action: str, world: World, director: Caller
) -> None:
    cohort = open_cohort(world.school, state, paid=1)
    before = stored()
    answer = director.post(f"cohorts/{cohort.pk}/transitions/", {"action": action})
    if (state, action) in COHORT_TABLE:
        assert (answer[0], answer[1]["state"]) == (200, COHORT_TABLE[state, action])
        assert appended() == [("cohort.updated", str(cohort.pk), 2)]
    else:
        assert is_refused(answer, 409, "illegal_transition", before)


def test_a_cohort_opens_with_pools_alone(world: World, director: Caller) -> None:
    cohort = director.post("cohorts/", cohort_request(world))[1]
    forget_appended()
    before = stored()
    answer = director.post(f"cohorts/{cohort['id']}/transitions/", {"action": "open"})
    assert is_refused(answer, 409, "no_pools", before)
    answer = director.post(f"cohorts/{cohort['id']}/transitions/", {"action": "start"})
    assert is_refused(answer, 409, "illegal_transition", before)


def test_a_change_is_refused_for_a_cohort_that_changed_meanwhile(
    world: World, director: Caller
) -> None:
    cohort = director.post("cohorts/", cohort_request(world))[1]
    forget_appended()
    before, address = stored(), f"cohorts/{cohort['id']}/"
    stale = {"If-Match": f'"{cohort["id"]}-7"', "Content-Type": "application/json"}
    pools = {"pools": [{"kind": "paid", "size": 1}]}
    for method, path, body in (("PATCH", "", {"name": "New"}), ("PUT", "pools/", pools)):
        answer = director.call(method, f"{address}{path}", body, headers=stale)
        assert is_refused(answer, 412, "precondition_failed", before)


def test_a_foreign_director_reaches_nothing_of_a_cohort(world: World, director: Caller) -> None:
    cohort = Cohort.objects.get(pk=director.post("cohorts/", cohort_request(world))[1]["id"])
    row = enrolment_in("active", open_cohort(world.school, scholarship=1), world.learner)
    foreign = signed_in(person("felix", Role.DIRECTOR, world.other))
    made = codes.add_code(
        caller=world.admin,
        cohort_id=row.cohort_id,
        pool=PoolKind.SCHOLARSHIP,
        max_uses=1,
        ends_at=datetime(2099, 1, 1, tzinfo=UTC),
    )
    forget_appended()
    before = stored()
    address = f"cohorts/{cohort.pk}/"
    pools = {"pools": [{"kind": "paid", "size": 1}]}
    text = {"title": "Tonight", "text": "Bring a laptop."}
    many = {"emails": [world.learner.email], "pool": "paid"}
    code = {"cohort": str(cohort.pk), "pool": "paid", "max_uses": 1}
    for method, path, body in (
        ("GET", address, None),
        ("PATCH", address, {"name": "Mine"}),
        ("PUT", f"{address}pools/", pools),
        ("GET", f"{address}pools/", None),
        ("POST", f"{address}transitions/", {"action": "close"}),
        ("POST", f"{address}announcements/", text),
        ("GET", f"{address}announcements/", None),
        ("GET", f"{address}enrolments/", None),
        ("GET", f"{address}waitlist/", None),
        ("POST", f"{address}enrolments/bulk/", many),
        ("POST", "codes/", {**code, "ends_at": "2099-01-01T00:00:00Z"}),
        ("POST", f"codes/{made.pk}/end/", None),
        ("POST", "cohorts/", cohort_request(world)),
        ("GET", f"enrolments/{row.pk}/", None),
        ("POST", f"enrolments/{row.pk}/suspend/", None),
        ("POST", f"enrolments/{row.pk}/withdraw/", None),
        ("POST", f"enrolments/{row.pk}/confirm-payment/", {"reference": "R"}),
    ):
        assert is_refused(foreign.call(method, path, body), 404, "not_found", before), path
    assert foreign.get("enrolments/")[1]["count"] == foreign.get("codes/")[1]["count"] == 0


def test_a_renamed_program_changes_the_etag_of_its_cohorts(world: World, director: Caller) -> None:
    cohort = open_cohort(world.school, paid=1)
    address, tag = f"cohorts/{cohort.pk}/", cohort.etag
    program = Program.objects.get()
    shown = {"id": program.pk, "slug": program.slug, "title": program.title, "retired": False}
    learner = signed_in(world.learner)
    for answer in (learner.get(address)[1], learner.get("cohorts/")[1]["results"][0]):
        assert answer["program"] == shown
    assert learner.call("GET", address, headers={"If-None-Match": tag})[0] == 304
    Program.objects.update(title="Foundation, renewed")
    status, answer = learner.call("GET", address, headers={"If-None-Match": tag})
    assert (status, answer["program"]["title"]) == (200, "Foundation, renewed")


def test_learners_see_their_organizations_and_public_cohorts_but_no_drafts(
    world: World, director: Caller
) -> None:
    draft = director.post("cohorts/", cohort_request(world))[1]["id"]
    own, public = open_cohort(world.school, paid=1), open_cohort(world.other, paid=1)
    learner = signed_in(world.learner)
    seen = {one["id"] for one in learner.get("cohorts/")[1]["results"]}
    assert seen == {str(own.pk), str(public.pk)}
    assert learner.get(f"cohorts/{draft}/")[0] == 404
    assert refusal(learner.post(f"cohorts/{draft}/enrolments/", {"pools": ["paid"]}))[0] == 404


def test_a_private_cohort_is_not_there_for_others(world: World, director: Caller) -> None:
    cohort = open_cohort(world.school, paid=1)
    director.call("PATCH", f"cohorts/{cohort.pk}/", {"public": False})
    forget_appended()
    before, foreign = stored(), signed_in(world.foreign)
    for path in ("", "pools/", "announcements/"):
        assert is_refused(foreign.get(f"cohorts/{cohort.pk}/{path}"), 404, "not_found", before)
    answer = foreign.post(f"cohorts/{cohort.pk}/enrolments/", {"pools": ["paid"]})
    assert is_refused(answer, 404, "not_found", before)


def test_a_learner_applies_accepts_and_withdraws(world: World, director: Caller) -> None:
    cohort = open_cohort(world.school, scholarship=1)
    learner = signed_in(world.learner)
    status, row = learner.post(f"cohorts/{cohort.pk}/enrolments/", {"pools": ["scholarship"]})
    assert (status, row["state"], row["pool"]) == (201, "offered", "scholarship")
    address = f"enrolments/{row['id']}/"
    assert learner.post(f"{address}accept/", None)[1]["state"] == "active"
    shown = learner.get(address)[1]
    assert (shown["required_done"], shown["required_total"]) == (0, 1)
    assert (shown["missing"], shown["waiting_reason"]) == (["course-1"], None)
    assert director.post(f"{address}suspend/", None)[1]["state"] == "suspended"
    assert director.post(f"{address}resume/", None)[1]["state"] == "active"
    assert learner.post(f"{address}withdraw/", None)[1]["state"] == "withdrawn"
    assert [one["id"] for one in learner.get("enrolments/")[1]["results"]] == [row["id"]]


def test_progress_is_shown_to_those_who_may_read_it_alone(world: World, director: Caller) -> None:
    row = enrolment_in("offered", open_cohort(world.school, scholarship=1), world.foreign)
    shown = director.get(f"enrolments/{row.pk}/")[1]
    assert (shown["state"], shown["required_total"]) == ("offered", 1)
    assert (shown["required_done"], shown["missing"]) == (None, None)


def test_nobody_confirms_their_own_payment(world: World, director: Caller) -> None:
    cohort = open_cohort(world.school, paid=1)
    row = enrolment_in("pending_payment", cohort, world.learner)
    before, address = stored(), f"enrolments/{row.pk}/confirm-payment/"
    own = signed_in(world.learner).post(address, {"reference": "mine"})
    assert is_refused(own, 403, "forbidden", before)
    status, shown = director.post(address, {"reference": "R-17"})
    assert (status, shown["state"], "payment_reference" in shown) == (200, "active", False)


def test_staff_do_not_accept_for_a_learner(world: World, director: Caller) -> None:
    row = enrolment_in("offered", open_cohort(world.school, scholarship=1), world.learner)
    before = stored()
    for action in ("accept", "decline"):
        answer = director.post(f"enrolments/{row.pk}/{action}/", None)
        assert is_refused(answer, 403, "forbidden", before)


def test_the_waiting_list_says_why_each_entry_waits(world: World, director: Caller) -> None:
    cohort = open_cohort(world.school, paid=1, scholarship=1, sponsored=1)
    holder, seated = person("holder"), person("seated")
    apply(holder, cohort, "paid")
    enrolments.accept(user=seated, enrolment_id=apply(seated, cohort).pk)
    for name, kind in (("w1", "paid"), ("w2", "scholarship"), ("w3", "sponsored")):
        if kind == "sponsored":
            apply(person("sponsored"), cohort, "sponsored")
        apply(person(name), cohort, kind)
    address = f"cohorts/{cohort.pk}/"
    shown = director.get(f"{address}waitlist/")[1]["results"]
    reasons = [one["waiting_reason"] for one in shown]
    assert reasons == [WaitingReason.OFFER_OPEN, WaitingReason.NO_SEAT, WaitingReason.OFFER_OPEN]
    pools = [{"kind": kind, "size": 1} for kind in ("paid", "scholarship")]
    pools.append({"kind": "sponsored", "size": 1, "needs_code": True})
    director.call("PUT", f"{address}pools/", {"pools": pools})
    assert _reasons(director, address)[2] == WaitingReason.NEEDS_CODE
    pools[2]["size"] = 3  # of a pool that none of the others accepts
    director.call("PUT", f"{address}pools/", {"pools": pools})
    assert _reasons(director, address)[0] == WaitingReason.WRONG_POOL
    director.post(f"{address}transitions/", {"action": "close"})
    assert {*_reasons(director, address)} == {WaitingReason.CLOSED}


def _reasons(director: Caller, address: str) -> list[str]:
    shown = director.get(f"{address}waitlist/")[1]["results"]
    return [one["waiting_reason"] for one in shown]


def test_an_announcement_reaches_the_learners_of_the_cohort(world: World, director: Caller) -> None:
    cohort = open_cohort(world.school, scholarship=3)
    active = enrolment_in("active", cohort, world.learner)
    waiting = enrolment_in("offered", cohort, person("next"))
    text = {"title": "Tonight", "text": "Bring\na laptop."}
    status, row = director.post(f"cohorts/{cohort.pk}/announcements/", text)
    assert (status, row["text"], row["author"]) == (201, text["text"], world.director.pk)
    run_due()
    notified = Notification.objects.filter(kind="cohorts.announcement")
    assert [*notified.values_list("user", "subject")] == [(active.user_id, row["id"])]
    address = f"cohorts/{cohort.pk}/announcements/"
    assert signed_in(world.learner).get(address)[1]["count"] == 1
    assert signed_in(User.objects.get(pk=waiting.user_id)).get(address)[0] == 404
    assert not Job.objects.filter(kind="cohorts.announcement", done_at=None).exists()
