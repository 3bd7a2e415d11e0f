"""The track of a learner: profiled, confirmed, changed, and its history."""

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db.models import QuerySet

from core.access.services import Scope, grant
from core.erasure.services import erase_user
from core.export.contents import tables
from core.profiling.services import import_session
from core.users.models import TrackChoice, User
from core.users.services import add_user, update_user
from ongoza_contracts.access import ScopeKind
from ongoza_contracts.vocabulary import Role
from tests.unit.core.school import World
from tests.unit.core.test_profiling_record import RESULT
from tests.unit.core.world import Caller, appended, forget_appended, refusal, signed_in

pytestmark = pytest.mark.django_db

TRACK, HISTORY = "users/me/track/", "users/me/track/history/"
PROFILED_AT = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def learner(world: World) -> User:
    return world.learner


@pytest.fixture
def lena(learner: User) -> Caller:
    caller = signed_in(learner)
    forget_appended()
    return caller


def put(caller: Caller, track: Any) -> Any:
    return caller.call("PUT", TRACK, {"track": track})


def history(caller: Caller, path: str = HISTORY) -> list[tuple[str, str]]:
    status, body = caller.get(path)
    assert status == 200, body
    return [(one["track"], one["source"]) for one in body["results"]]


def profile(learner: User) -> None:
    import_session(user=learner, questionnaire="v1", result=RESULT, completed_at=PROFILED_AT)
    forget_appended()


def test_a_learner_confirms_the_profiled_track_and_then_changes_it(
    learner: User, lena: Caller
) -> None:
    profile(learner)
    assert put(lena, "builders")[1]["source"] == "self"
    assert appended() == []
    assert put(lena, "educators")[1]["track"] == "educators"
    assert appended() == [("user.updated", str(learner.id), 3)]
    assert history(lena) == [("educators", "self"), ("builders", "self"), ("builders", "profiling")]
    assert TrackChoice.objects.get(source="profiling").chosen_at == PROFILED_AT


def test_the_same_choice_again_changes_nothing(lena: Caller) -> None:
    first = put(lena, "builders")
    forget_appended()
    assert put(lena, "builders") == first
    assert (history(lena), appended()) == ([("builders", "self")], [])


def test_every_way_to_set_a_track_is_in_the_history(learner: User, lena: Caller) -> None:
    lena.call("PATCH", "users/me/", {"track": "leaders"})
    update_user(user_id=learner.id, track="educators")
    lena.call("PATCH", "users/me/", {"track": None})
    update_user(user_id=learner.id, first_name="Lena")
    assert history(lena) == [(None, "self"), ("educators", "staff"), ("leaders", "self")]
    added = add_user(email="new@ongoza.example", password=None, track="builders")
    assert [one.source for one in added.track_choices.all()] == ["staff"]


def test_the_migration_begins_the_history_of_tracks_that_were_set_before(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = [world.learner, world.foreign]
    users: Any = QuerySet(User)
    users.filter(pk__in=[user.pk for user in older]).update(track="builders")
    chosen = add_user(email="new@ongoza.example", password=None, track="leaders")
    migration = import_module("core.users.migrations.0014_first_track_choices")
    monkeypatch.setattr(migration, "BATCH", 1)
    for _ in range(2):  # the second time adds nothing
        migration.fill(apps, None)
    rows = TrackChoice.objects.exclude(user=chosen).order_by("user_id")
    assert [*rows.values_list("user_id", "track", "source", "chosen_at")] == [
        (user.pk, "builders", "staff", User.objects.get(pk=user.pk).updated_at)
        for user in sorted(older, key=lambda user: user.pk)
    ]
    assert chosen.track_choices.count() == 1


@pytest.mark.parametrize("track", ["sailors", None, "", 1])
def test_an_unknown_track_is_refused(lena: Caller, track: Any) -> None:
    assert refusal(put(lena, track))[0] == 400
    assert (history(lena), appended()) == ([], [])


def test_staff_read_the_history_of_learners_whom_they_read(world: World, lena: Caller) -> None:
    put(lena, "builders")
    path = f"users/{world.learner.id}/track/history/"
    callers = {name: signed_in(getattr(world, name)) for name in ("director", "mentor", "foreign")}
    assert history(callers["director"], path) == [("builders", "self")]
    for name in ("mentor", "foreign"):
        assert callers[name].get(path)[0] == 404
    scope = Scope(ScopeKind.LEARNER, learner_id=world.learner.id)
    grant(user_id=world.mentor.id, role=Role.MENTOR, scope=scope)
    assert history(callers["mentor"], path) == [("builders", "self")]


def test_the_history_is_exported_and_erased(learner: User, lena: Caller) -> None:
    put(lena, "builders")
    assert TrackChoice in {table.model for table in tables()}
    erase_user(user_id=learner.id)
    assert not TrackChoice.objects.exists()
