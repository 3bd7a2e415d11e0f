"""The audit trail: who changed what, for admins all of it, for directors within reach."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.access.services import Scope, grant
from core.erasure.services import erase_user
from core.outbox.models import FactHistory
from core.programs.models import ContentItem
from core.users.models import User
from core.users.services import sign_in, update_user
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.vocabulary import Role
from tests.unit.core.school import World
from tests.unit.core.world import (
    Caller,
    goal_request,
    item,
    progress_report,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db


def entries(caller: Caller, query: str = "") -> list[dict[str, Any]]:
    status, body = caller.get(f"audit/?page_size=100&{query}")
    assert status == 200, body
    return list(body["results"])


def seen(caller: Caller, query: str = "") -> set[tuple[str, str]]:
    return {(row["kind"], row["key"]) for row in entries(caller, query)}


def change_of_track(user: User) -> None:
    caller = signed_in(user)
    headers = {"Content-Type": "application/json", "X-Request-ID": "request-123"}
    assert caller.call("PATCH", "users/me/", {"track": "leaders"}, headers)[0] == 200


def everything_of(learner: User) -> None:
    """A fact of each kind that a learner owns."""
    caller = signed_in(learner)
    if not ContentItem.objects.exists():
        item("course-1")
    caller.post("progress/", progress_report())
    caller.post("coaching/goals/", goal_request())
    caller.post("feedback/", {"content_id": "course-1", "verdict": "not_for_me"})
    session = caller.post("profiling/sessions/", {"questionnaire": "v1"})[1]["id"]
    caller.call("PUT", f"profiling/sessions/{session}/answers/q-1/", {"option_id": "a"})
    sign_in(learner)


def test_an_entry_names_who_changed_what_and_how(world: World, admin: Caller) -> None:
    change_of_track(world.learner)

    newest = entries(admin)[0]

    row = FactHistory.objects.latest("id")
    assert newest.pop("time").startswith(row.time.strftime("%Y-%m-%dT%H:%M:%S"))
    assert newest == {
        "id": str(row.event_id),
        "kind": "users",
        "key": str(world.learner.id),
        "type": "ongoza.user.updated.v1",
        "version": 2,
        "actor": f"user:{world.learner.id}",
        "request_id": "request-123",
        "changes": [{"field": "track", "before": None, "after": "leaders"}],
    }


def test_a_first_version_shows_all_fields_and_a_later_one_those_that_differ(
    world: World, admin: Caller
) -> None:
    update_user(user_id=world.learner.id, is_active=False)
    update_user(user_id=world.learner.id, first_name="Lena")

    third, second, first = entries(admin, f"kind=users&key={world.learner.id}")

    assert third["changes"] == []
    assert second["changes"] == [
        {"field": "status", "before": "active", "after": "inactive"},
        {"field": "token_generation", "before": "0", "after": "1"},
    ]
    shown = {one["field"]: one["after"] for one in first["changes"]}
    assert (shown["role"], shown["organization_id"]) == ("learner", str(world.school.id))


def test_entries_are_newest_first_and_page_without_gaps(world: World, admin: Caller) -> None:
    everything_of(world.learner)
    ids = [str(row.event_id) for row in FactHistory.objects.order_by("-id")]
    pages = [admin.get(f"audit/?page_size=4&page={page}")[1]["results"] for page in (1, 2)]
    assert [row["id"] for page in pages for row in page] == ids[:8]
    assert [row["id"] for row in entries(admin)] == ids[:100]


def test_a_director_sees_of_members_what_a_director_may_read(
    world: World, director: Caller
) -> None:
    everything_of(world.learner)
    everything_of(world.mentor)
    change_of_track(world.foreign)

    found = seen(director)

    kinds: dict[int, set[str]] = {world.learner.id: set(), world.mentor.id: set()}
    for row in FactHistory.objects.exclude(owner_id=None):
        kind = row.topic.removeprefix("ongoza.")
        if (kind, row.key) in found and row.owner_id in kinds:
            kinds[row.owner_id].add(kind)
    assert kinds[world.learner.id] == {"users", "memberships", "progress", "goals"}
    assert kinds[world.mentor.id] == {"users", "memberships"}
    assert ("content", "course-1") in found
    assert ("users", str(world.foreign.id)) not in found
    assert ("users", str(world.admin.id)) not in found


def test_a_director_sees_all_of_the_own_facts(world: World, director: Caller) -> None:
    everything_of(world.director)
    owned = FactHistory.objects.filter(owner_id=world.director.id)
    own = {(row.topic.removeprefix("ongoza."), row.key) for row in owned}
    assert {kind for kind, _ in own} >= {"profiling", "feedback", "sign-ins", "goals"}
    assert own <= seen(director)


def test_a_members_membership_elsewhere_is_not_shown(world: World, director: Caller) -> None:
    scope = Scope(ScopeKind.ORGANIZATION, world.other.id)
    elsewhere = grant(user_id=world.learner.id, role=Role.LEARNER, scope=scope).membership
    assert ("memberships", str(elsewhere.id)) not in seen(director)
    assert ("memberships", str(elsewhere.id)) in seen(signed_in(world.admin))


def test_a_filter_reaches_no_further_than_the_director(world: World, director: Caller) -> None:
    change_of_track(world.foreign)
    assert entries(director, f"kind=users&key={world.foreign.id}") == []
    assert entries(director, f"actor=user:{world.foreign.id}") == []


def test_filters_narrow_the_trail(world: World, admin: Caller) -> None:
    change_of_track(world.learner)
    change_of_track(world.mentor)
    changed = ("users", str(world.learner.id))
    newest = FactHistory.objects.latest("id").time

    assert seen(admin, f"actor=user:{world.learner.id}") == {changed}
    assert len(entries(admin, f"kind=users&key={world.learner.id}")) == 2
    assert seen(admin, "kind=content") == set()
    types = {row["type"] for row in entries(admin, "type=ongoza.user.created.v1")}
    assert types == {"ongoza.user.created.v1"}
    at = quote(newest.isoformat())
    assert seen(admin, f"from={at}") == {("users", str(world.mentor.id))}
    assert len(entries(admin, f"to={at}")) == FactHistory.objects.count() - 1
    future = quote((timezone.now() + timedelta(days=1)).isoformat())
    assert entries(admin, f"from={future}") == []


@pytest.mark.parametrize(
    "query",
    [
        *("who=1", "kind=users&kind=goals", "kind=recommendations", "kind=x", "kind=", "type=x"),
        *("from=2026", "from=2026-01-01T00:00:00", "to=2026-13-01T00:00:00Z", "from=1700000000"),
    ],
)
def test_a_bad_filter_is_refused(query: str, admin: Caller) -> None:
    assert refusal(admin.get(f"audit/?{query}")) == (400, "bad_parameter", [])


def test_of_an_erased_user_the_trail_shows_only_the_erasure(world: World, admin: Caller) -> None:
    change_of_track(world.learner)
    update_user(user_id=world.mentor.id, track="leaders")
    FactHistory.objects.filter(owner_id=world.mentor.id).update(actor=f"user:{world.learner.id}")

    erase_user(user_id=world.learner.id)

    rows = entries(admin, f"kind=users&key={world.learner.id}")
    assert [row["type"] for row in rows] == ["ongoza.user.erased.v1"]
    assert entries(admin, f"actor=user:{world.learner.id}") == []


@pytest.mark.parametrize("caller", ["admin", "director"])
def test_a_long_page_takes_no_more_queries(caller: str, world: World) -> None:
    reader = signed_in(getattr(world, caller))

    def count(size: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            reader.get(f"audit/?page_size={size}")
        return len(queries)

    few = count(1)
    everything_of(world.learner)
    assert count(100) == few
