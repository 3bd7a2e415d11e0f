"""Keys and versions of every kind of published entity, and publishing each again."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from core.kit.versions import Versioned
from core.organizations.services import add_organization
from core.outbox.models import OutboxEvent
from core.programs.models import ProgramVersion
from core.users.models import User
from core.users.services import sign_in
from core.users.tokens import read_refresh
from ongoza_contracts.http.reconcile import KINDS, VERSION_MAX, VERSION_STEP_MAX
from tests.unit.core.certificate_rows import published_certificate
from tests.unit.core.coaching_rows import done_today
from tests.unit.core.cohort_rows import apply, published_cohort
from tests.unit.core.list_view_rows import list_views
from tests.unit.core.mentor_rows import ahead, published_match, published_session
from tests.unit.core.mission_rows import (
    published_mission,
    published_submission,
    published_suggestion,
)
from tests.unit.core.quiz_rows import published_result
from tests.unit.core.review_rows import published_review
from tests.unit.core.subscription_rows import (
    published_entitlement,
    published_invoice,
    published_plan,
    published_subscription,
)
from tests.unit.core.world import (
    NOBODY,
    Caller,
    appended,
    assign,
    calendar_event,
    forget_appended,
    goal_request,
    item,
    person,
    progress_report,
    published_version,
    service,
    signed_in,
)

pytestmark = pytest.mark.django_db


def published_sign_in(user: User) -> str:
    """The key of a new one."""
    return f"{user.id}:{read_refresh(sign_in(user).tokens.refresh).sid}"


def answered_session(caller: Caller) -> str:
    """The id of a profiling session with an answer."""
    session_id: str = caller.post("profiling/sessions/", {"questionnaire": "v1"})[1]["id"]
    answer = f"profiling/sessions/{session_id}/answers/q-1/"
    assert caller.call("PUT", answer, {"option_id": "a"})[0] == 200
    return session_id


def missions_and_matches(learner: User, mentors: Sequence[User]) -> dict[str, list[str]]:
    """Two of each, with the submissions, reviews and sessions that belong to them; their keys."""
    missions = [published_mission() for _ in range(2)]
    submissions = [published_submission(learner, one) for one in missions]
    matches = [published_match(learner, mentor) for mentor in mentors]
    sessions = [published_session(matches[0], ahead(day)) for day in (2, 3)]
    rows: dict[str, Sequence[Versioned]] = {
        "missions": missions,
        "submissions": submissions,
        "suggestions": [published_suggestion(one) for one in submissions],
        "reviews": [published_review(one) for one in submissions],
        "matches": matches,
        "sessions": sessions,
    }
    return {kind: [str(one.pk) for one in found] for kind, found in rows.items()}


def subscriptions(learner: User) -> dict[str, list[str]]:
    """Two plans with what belongs to them; their keys."""
    plans = [published_plan() for _ in range(2)]
    found = [published_subscription(learner, one) for one in plans]
    rows: dict[str, Sequence[Versioned]] = {
        "plans": plans,
        "subscriptions": found,
        "invoices": [published_invoice(one) for one in found],
        "entitlements": [published_entitlement(learner) for _ in range(2)],
    }
    return {kind: [str(one.pk) for one in some] for kind, some in rows.items()}


@pytest.fixture(scope="module")
def learner(django_db_setup: None, django_db_blocker: Any) -> Iterator[User]:
    """In a transaction of all tests here that is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield person("amina")
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def amina(learner: User) -> Caller:
    return signed_in(learner)


@pytest.fixture(scope="module")
def world(amina: Caller, learner: User) -> dict[str, list[str]]:
    """Two entities or more of every kind; their keys in order."""
    school = add_organization(name="Makini", kind="school")
    others = [person("baraka"), person("chiku")]
    for name in ("course-1", "course-10", "course-2"):
        item(name)
        assert amina.post("progress/", progress_report(name))[0] == 201
        said = {"content_id": name, "verdict": "more_like_this"}
        assert amina.post("feedback/", said)[0] == 201
    published_version()
    cohorts = [published_cohort(paid=0) for _ in range(2)]
    enrolments = [apply(learner, cohort, "paid") for cohort in cohorts]
    entries = [done_today(learner) for _ in range(2)]
    for number in (1, 2):
        list_views(learner, number)
    results = [str(published_result(learner).pk) for _ in range(2)]
    return {
        "users": [str(one.id) for one in (learner, *others)],
        "content": ["course-1", "course-10", "course-2"],
        "progress": [f"{learner.id}:{n}" for n in ("course-1", "course-10", "course-2")],
        "calendar-events": [str(calendar_event(school).id) for _ in range(2)],
        "program-versions": sorted(str(one.pk) for one in ProgramVersion.objects.all()),
        "cohorts": [str(cohort.pk) for cohort in cohorts],
        "enrolments": [str(one.pk) for one in enrolments],
        "certificates": [str(published_certificate(one).pk) for one in enrolments],
        "quiz-results": results,
        **missions_and_matches(learner, others),
        **subscriptions(learner),
        "profiling": sorted(map(answered_session, (amina, signed_in(others[0])))),
        "list-views": [f"{learner.id}:{UUID(int=n)}" for n in (1, 2)],
        "dismissals": [f"{learner.id}:advice:rule-{n}" for n in (1, 2)],
        "habits": [str(entry.habit_id) for entry in entries],
        "habit-entries": [f"{learner.id}:{e.habit_id}:{e.local_date}" for e in entries],
        "goals": [amina.post("coaching/goals/", goal_request())[1]["id"] for _ in range(2)],
        "memberships": sorted(str(assign(mentor, learner).id) for mentor in others),
        "sign-ins": sorted(published_sign_in(learner) for _ in range(2)),
        "feedback": [f"{learner.id}:{n}" for n in ("course-1", "course-10", "course-2")],
    }


def keys_of(kind: str) -> Iterator[str]:
    """As the pages of one entity list them."""
    after = ""
    while after is not None:
        status, page = service().get(f"internal/versions/{kind}/?limit=1{after}")
        assert status == 200, kind
        yield from (one["key"] for one in page["results"])
        after = page["next_after"] and f"&after={page['next_after']}"


def test_every_published_entity_is_listed_once_in_the_order_of_its_key(
    world: dict[str, list[str]],
) -> None:
    assert {kind: [*keys_of(kind)] for kind in KINDS} == world


def test_an_entity_is_published_again_under_the_same_version(world: dict[str, list[str]]) -> None:
    for kind in KINDS:
        forget_appended()
        key = world[kind][0]
        address = f"internal/versions/{kind}/{key}/"
        status, before = service().get(address)
        assert (status, before["key"]) == (200, key)
        assert service().call("POST", address) == (200, before)
        ((_, published, version),) = appended()
        assert (published, version) == (key, before["version"])
        assert service().get(address)[1] == before


def test_only_our_own_services_may_ask(amina: Caller, world: dict[str, list[str]]) -> None:
    forget_appended()
    for kind, keys in world.items():
        for method, path in (("GET", ""), ("GET", f"{keys[0]}/"), ("POST", f"{keys[0]}/")):
            address = f"internal/versions/{kind}/{path}"
            assert NOBODY.call(method, address)[0] == 401
            assert amina.call(method, address)[0] == 403
    assert appended() == []


def test_an_entity_is_published_above_a_version_that_a_consumer_holds(
    world: dict[str, list[str]],
) -> None:
    for kind in KINDS:
        forget_appended()
        key = world[kind][0]
        address = f"internal/versions/{kind}/{key}/"
        assert service().post(address, {"above": 1000}) == (200, {"key": key, "version": 1001})
        # A repeated request finds the version raised and publishes it again.
        assert service().post(address, {"above": 1000}) == (200, {"key": key, "version": 1001})
        assert [(published, version) for _, published, version in appended()] == [(key, 1001)] * 2
        assert service().get(address)[1]["version"] == 1001


def test_a_version_that_no_consumer_would_accept_is_refused(
    world: dict[str, list[str]], learner: User
) -> None:
    forget_appended()
    address = f"internal/versions/users/{learner.id}/"
    far = learner.version + VERSION_STEP_MAX + 1
    for body, status, code in (
        ({"above": far}, 409, "version_too_far"),
        ({"above": VERSION_MAX}, 400, "out_of_range"),
        ({"above": 0}, 400, "out_of_range"),
        ({"above": "7"}, 400, "wrong_type"),
        ({}, 400, "required"),
    ):
        answer, said = service().post(address, body)
        found = said["errors"][0]["code"] if said["errors"] else said["code"]
        assert (answer, found) == (status, code), body
    assert appended() == []
    assert service().get(address)[1]["version"] == learner.version


def test_a_user_is_published_again_with_all_they_own_and_all_that_names_them(
    world: dict[str, list[str]], learner: User
) -> None:
    forget_appended()
    address = f"internal/users/{learner.id}/republish/"
    answer = service().post(address, {"above": 40})
    rows = appended()
    assert answer == (200, {"facts": len(rows)})
    kinds = "progress feedback goals enrolments certificates quiz-results sign-ins"
    kinds += " submissions suggestions reviews habits habit-entries matches sessions"
    kinds += " subscriptions invoices entitlements list-views dismissals"
    owned = [key for kind in kinds.split() for key in world[kind]]
    published = {key: version for _, key, version in rows}
    # All under their present version but the user, whom a consumer erased with version 40.
    assert {key: published[key] for key in owned} == dict.fromkeys(owned, 1)
    assert published[str(learner.id)] == 41
    # What names the user has a new version, because the consumer cleared the name.
    named = {key: published[key] for key in world["memberships"]}
    assert named == dict.fromkeys(world["memberships"], 2)
    sessions = [key for key in world["profiling"] if key in published]
    assert len(rows) == len(owned) + 1 + len(named) + len(sessions)
    assert len(sessions) == 1


def test_what_waits_to_be_sent_is_named_by_kind(world: dict[str, list[str]]) -> None:
    ids = [*OutboxEvent.objects.filter(topic="ongoza.goals").values_list("id", flat=True)]
    waiting = {"first": min(ids), "last": max(ids)}
    assert service().get("internal/outbox/goals/") == (200, waiting)
    forget_appended()
    assert service().get("internal/outbox/goals/") == (200, {"first": None, "last": None})


def test_a_fact_that_is_published_again_is_the_same_event(world: dict[str, list[str]]) -> None:
    columns = ("event_id", "time", "sequence", "partition", "traceparent", "payload")
    firsts = {
        kind: OutboxEvent.objects.filter(topic=f"ongoza.{kind}", key=world[kind][0])
        .order_by("-id")
        .values(*columns)[0]
        for kind in KINDS
    }
    again = {}
    for kind in KINDS:
        forget_appended()
        address = f"internal/versions/{kind}/{world[kind][0]}/"
        assert service().call("POST", address)[0] == 200, kind
        again[kind] = OutboxEvent.objects.values(*columns).get()
    assert again == firsts
