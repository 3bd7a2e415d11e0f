"""Who reads attempts, and who extends the time for them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.missions.models import Mission
from core.submissions.models import Extension, Submission
from core.users.models import User
from ongoza_contracts.missions import LatePolicy
from ongoza_contracts.submissions import SubmissionState as State
from ongoza_contracts.vocabulary import Role
from tests.unit.core.notified import notified
from tests.unit.core.school import ABSENT, World
from tests.unit.core.submission_rows import act, in_state, mission, path, submitted
from tests.unit.core.world import (
    Caller,
    appended,
    assign,
    forget_appended,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.mark.parametrize("state", [one.value for one in State])
def test_reviewers_read_everything_but_drafts(world: World, state: str) -> None:
    row = mission()
    found = in_state(world.learner, row, state)
    assign(world.mentor, world.learner)
    shown = state != State.DRAFT
    for reader in (world.mentor, world.director, world.admin):
        caller = signed_in(reader)
        answer = caller.get(f"submissions/{found.pk}/")
        assert (answer[0] == 200 and answer[1]["state"] == state) is shown
        assert shown or refusal(answer) == ABSENT
        listed = caller.get(f"{path(row)}?user={world.learner.pk}")[1]["results"]
        assert len(listed) == shown


def test_others_find_nothing(world: World) -> None:
    row = mission()
    found = submitted(world.learner, row)
    person("sara", Role.SPONSOR, world.school)
    sponsor = User.objects.get(email="sara@ongoza.example")
    for other in (world.foreign, world.foreign_mentor, world.mentor, sponsor):
        caller = signed_in(other)
        assert refusal(caller.get(f"submissions/{found.pk}/")) == ABSENT
        assert refusal(caller.get(f"{path(row)}?user={world.learner.pk}")) == ABSENT
        for action in ("submit", "withdraw"):
            assert refusal(act(caller, found, action)) == ABSENT
    for staff in (world.director, world.admin):
        assert refusal(act(signed_in(staff), found, "withdraw")) == ABSENT
    assert Submission.objects.get().state == "submitted"


# --- extensions ----------------------------------------------------------------------------------
def extend(caller: Caller, row: Mission, user: User, until: Any) -> Any:
    return caller.post(
        f"missions/{row.pk}/extensions/", {"user": user.pk, "until": until.isoformat()}
    )


def test_staff_extend_the_time_of_learners_they_review(world: World) -> None:
    row = mission(due_at=NOW)
    director, learner = signed_in(world.director), signed_in(world.learner)
    status, body = extend(director, row, world.learner, NOW + timedelta(days=1))
    assert (status, body["granted_by"], body["user"]) == (201, world.director.pk, world.learner.pk)
    again, changed = extend(director, row, world.learner, NOW + timedelta(days=2))
    assert (again, changed["id"]) == (200, body["id"])
    assert learner.get(f"missions/{row.pk}/extensions/")[1]["results"] == [changed]
    assert signed_in(world.foreign).get(f"missions/{row.pk}/extensions/")[1]["results"] == []


def test_the_learner_is_notified_of_each_time_once(world: World) -> None:
    row, director = mission(due_at=NOW), signed_in(world.director)
    for days in (1, 2, 2):
        until = NOW + timedelta(days=days)
        extend(director, row, world.learner, until)
    assert notified(world.learner) == ["submissions.extension_granted"] * 2
    newest = signed_in(world.learner).get("notifications/")[1]["results"][0]["text"]
    assert row.title in newest
    assert f"{until:%H:%M} UTC" in newest


def test_nobody_else_extends_it(world: World) -> None:
    row = mission(due_at=NOW)
    later = NOW + timedelta(days=1)
    assert extend(signed_in(world.learner), row, world.learner, later)[0] == 403
    assert refusal(extend(signed_in(world.foreign_mentor), row, world.learner, later)) == ABSENT
    assert refusal(extend(signed_in(world.mentor), row, world.learner, later)) == ABSENT
    own = extend(signed_in(world.director), row, world.director, later)
    assert refusal(own) == (403, "own_extension", [])
    assert not Extension.objects.exists()


@pytest.mark.parametrize("due_at", [None, NOW + timedelta(days=2)], ids=["none", "later"])
def test_an_extension_ends_after_the_due_time(world: World, due_at: Any) -> None:
    row = mission(due_at=due_at)
    answer = extend(signed_in(world.director), row, world.learner, NOW + timedelta(days=1))
    assert refusal(answer) == (400, "not_later", [])
    assert not Extension.objects.exists()
    assert notified(world.learner) == []


def test_an_extension_makes_what_was_handed_in_less_late(world: World) -> None:
    row = mission(
        due_at=NOW - timedelta(days=3), late_policy=LatePolicy.DEDUCT, late_deduction_per_day=10
    )
    first = in_state(world.learner, row, State.CHANGES_REQUESTED)
    second = submitted(world.learner, row)
    forget_appended()
    director = signed_in(world.director)
    assert extend(director, row, world.learner, NOW - timedelta(days=1))[0] == 201
    expected = [("submission.updated", str(one.pk), one.version + 1) for one in (first, second)]
    assert appended() == expected
    for one in (first, second):
        assert one.late_deduction == 40
        one.refresh_from_db()
        assert one.late_deduction == 20
        assert one.late_minutes == first.late_minutes < 2 * 24 * 60
    assert extend(director, row, world.learner, NOW - timedelta(days=2))[0] == 200
    assert appended() == expected


def test_an_extension_changes_no_score(world: World) -> None:
    row = mission(
        due_at=NOW - timedelta(days=3), late_policy=LatePolicy.DEDUCT, late_deduction_per_day=10
    )
    done = in_state(world.learner, row, State.FAILED)
    in_state(world.learner, row, State.DRAFT)
    forget_appended()
    extend(signed_in(world.director), row, world.learner, NOW + timedelta(days=1))
    assert appended() == []
    done.refresh_from_db()
    assert done.late_deduction == 40
