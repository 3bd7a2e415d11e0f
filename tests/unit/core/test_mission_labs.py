"""Flags and hints of labs: counted, charged once, and nobody else's."""

from typing import Any

import pytest
from django.db import transaction

from core.erasure.services import erase_user
from core.missions.labs import enter_flag, issue_flag, set_hints, unlock_hint
from core.missions.models import FlagAttempt, FlagSecret, HintUnlock, IssuedFlag, Mission
from core.missions.selectors import flag_solved, hint_cost
from core.missions.services import change_mission, retire_mission
from core.outbox.publish import publish
from core.progress.models import Progress
from core.progress.services import report_progress, start_attempt
from core.users.models import User
from ongoza_contracts.vocabulary import ContentType, ProgressSource, ProgressStatus, Role
from tests.unit.core.offered_missions import complete_draft, lab, offered_mission
from tests.unit.core.world import Caller, appended, forget_appended, person, refusal, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return person("ada", Role.ADMIN)


@pytest.fixture
def amina() -> User:
    return person("amina")


@pytest.fixture
def mission() -> Mission:
    found = lab()
    forget_appended()
    return found


def flag(ada: User, mission: Mission, user: User) -> str:
    return issue_flag(caller=ada, mission_id=mission.pk, user_id=user.pk)


def enter(user: User, mission: Mission, entered: str) -> Any:
    return signed_in(user).post(f"missions/{mission.pk}/flags/", {"flag": entered})


def unlock(user: User, mission: Mission, number: int) -> Any:
    return signed_in(user).call("POST", f"missions/{mission.pk}/hints/{number}/unlock/")


def complete(mission: Mission, user: User, source: ProgressSource) -> Progress:
    return report_progress(
        user=user,
        content_id=str(mission.content_id),
        content_type=ContentType.MISSION,
        source=source,
        status=ProgressStatus.COMPLETED,
    ).progress


def rows() -> list[Any]:
    models: tuple[Any, ...] = (FlagAttempt, HintUnlock, IssuedFlag, FlagSecret)
    return [[*model.objects.order_by("pk").values()] for model in models]


# --- flags ---------------------------------------------------------------------------------------
def test_a_learner_finds_their_own_flag_once(ada: User, amina: User, mission: Mission) -> None:
    own = flag(ada, mission, amina)
    assert enter(amina, mission, "ongoza{guess}") == (
        200,
        {"solved": False, "attempts": 1, "max_attempts": 3},
    )
    assert enter(amina, mission, f" {own} ")[1]["solved"] is True
    assert flag_solved(amina.pk, mission.pk)
    assert refusal(enter(amina, mission, own)) == (409, "flag_found", [])
    found = signed_in(amina).get(f"missions/{mission.pk}/flags/")
    assert found == (200, {"solved": True, "attempts": 2, "max_attempts": 3})
    assert appended() == []


def test_a_flag_is_always_the_same_and_of_one_learner_and_mission(
    ada: User, amina: User, mission: Mission
) -> None:
    other = lab()
    first = flag(ada, mission, amina)
    assert first == flag(ada, mission, amina)
    assert len({first, flag(ada, mission, ada), flag(ada, other, amina)}) == 3
    assert IssuedFlag.objects.count() == 3
    stored = FlagSecret.objects.get(mission=mission)
    assert len(bytes(stored.encrypted)) > 32


def test_somebody_elses_flag_is_recorded_and_looks_like_a_wrong_one(
    ada: User, amina: User, mission: Mission
) -> None:
    brian = person("brian")
    brians = flag(ada, mission, brian)
    answer = enter(amina, mission, brians)
    assert answer == (200, {"solved": False, "attempts": 1, "max_attempts": 3})
    attempt = FlagAttempt.objects.get()
    assert (attempt.user, attempt.outcome, attempt.owner) == (amina, "of_another", brian)
    enter(amina, mission, flag(ada, lab(), amina))
    assert FlagAttempt.objects.latest("number").outcome == "wrong"
    erase_user(user_id=brian.pk)
    attempt.refresh_from_db()
    assert (attempt.outcome, attempt.owner) == ("of_another", None)
    erase_user(user_id=amina.pk)
    assert not FlagAttempt.objects.exists()
    assert not IssuedFlag.objects.filter(user__in=(amina.pk, brian.pk)).exists()


def test_flags_are_limited_the_right_one_too(ada: User, amina: User, mission: Mission) -> None:
    own = flag(ada, mission, amina)
    for _ in range(3):
        enter(amina, mission, "wrong")
    before = rows()
    assert refusal(enter(amina, mission, own)) == (409, "no_attempts_left", [])
    assert rows() == before
    change_mission(mission_id=mission.pk, flag_attempts=4)
    assert enter(amina, mission, own)[1]["solved"] is True


@pytest.mark.parametrize("body", [{}, {"flag": ""}, {"flag": 1}, {"flag": "x" * 101}])
def test_a_body_without_a_flag_counts_no_attempt(body: Any, amina: User, mission: Mission) -> None:
    assert signed_in(amina).post(f"missions/{mission.pk}/flags/", body)[0] == 400
    assert not FlagAttempt.objects.exists()


def test_there_are_flags_on_offered_missions_with_flags_alone(ada: User, amina: User) -> None:
    without, retired, draft = offered_mission(), lab(), complete_draft(flag_attempts=1)
    retire_mission(mission_id=retired.pk)
    assert refusal(enter(amina, without, "x")) == (409, "no_flags", [])
    assert refusal(enter(amina, retired, "x")) == (409, "mission_retired", [])
    assert refusal(enter(amina, draft, "x")) == (404, "not_found", [])
    assert rows() == [[], [], [], []]
    assert flag(ada, draft, amina)


def test_flags_are_issued_for_learners_whom_the_manager_reaches(
    amina: User, mission: Mission
) -> None:
    dora = signed_in(person("dora", Role.DIRECTOR))
    path = f"missions/{mission.pk}/flags/issue/"
    assert refusal(dora.post(path, {"user": amina.pk})) == (404, "not_found", [])
    assert dora.post(path, {"user": 2147483647})[0] == 404
    assert signed_in(amina).post(path, {"user": amina.pk})[0] == 403
    assert signed_in(person("mo", Role.MENTOR)).post(path, {"user": amina.pk})[0] == 403
    assert rows() == [[], [], [], []]
    admin = signed_in(person("ann", Role.ADMIN))
    assert admin.post(path, {"user": amina.pk})[1]["flag"].startswith("ongoza{")


# --- hints ---------------------------------------------------------------------------------------
def test_hints_are_listed_locked_and_read_once_unlocked(amina: User, mission: Mission) -> None:
    caller: Caller = signed_in(amina)
    locked = [
        {"number": 1, "cost": 0, "unlocked": False, "text": None, "html": None},
        {"number": 2, "cost": 15, "unlocked": False, "text": None, "html": None},
    ]
    path = f"missions/{mission.pk}/hints/"
    assert caller.get(path) == (200, {"cost": 0, "hints": locked})
    texts = {"text": "At port 4444.", "html": "<p>At port 4444.</p>\n"}
    opened = {"number": 2, "cost": 15, "unlocked": True, **texts}
    expected = (200, {"cost": 15, "hints": [locked[0], opened]})
    assert unlock(amina, mission, 2) == expected
    assert unlock(amina, mission, 2) == expected == caller.get(path)
    assert HintUnlock.objects.count() == 1
    assert unlock(amina, mission, 1)[1]["hints"][0]["text"] == "Look at the logs."
    assert (hint_cost(amina.pk, mission.pk), HintUnlock.objects.count()) == (15, 2)
    assert signed_in(person("brian")).get(path) == (200, {"cost": 0, "hints": locked})
    assert unlock(amina, mission, 3)[0] == 404


def test_an_unlocked_hint_keeps_its_cost_and_stays_when_it_is_withdrawn(
    amina: User, mission: Mission
) -> None:
    unlock(amina, mission, 2)
    dora = signed_in(person("dora", Role.DIRECTOR))
    path = f"missions/{mission.pk}/hints/"
    new = [{"text": "One.", "cost": 5}, {"text": "At port 4443.", "cost": 80}]
    shown = dora.call("PUT", path, {"hints": new})[1]["hints"]
    assert [(one["text"], one["cost"], one["unlocked"]) for one in shown] == [
        ("One.", 5, False),
        ("At port 4443.", 80, False),
    ]
    assert dora.call("PUT", path, {"hints": new[:1]})[0] == 200
    found = signed_in(amina).get(path)[1]
    assert found["cost"] == 15
    assert [(one["number"], one["cost"], one["text"]) for one in found["hints"]] == [
        (1, 5, None),
        (2, 15, "At port 4443."),
    ]
    assert unlock(person("brian"), mission, 2)[0] == 404


@pytest.mark.parametrize("again", [False, True], ids=["passed", "taken-again"])
def test_no_hint_is_unlocked_after_the_mission_was_passed(
    again: bool, amina: User, mission: Mission
) -> None:
    unlock(amina, mission, 1)
    progress = complete(mission, amina, ProgressSource.REVIEW)
    if again:
        start_attempt(user=amina, progress_id=progress.pk)
    before = rows()
    assert refusal(unlock(amina, mission, 2)) == (409, "mission_passed", [])
    assert unlock(amina, mission, 1)[0] == 200
    assert rows() == before


def test_who_completed_it_without_a_review_unlocks_hints(amina: User, mission: Mission) -> None:
    with transaction.atomic():
        done = {"status": ProgressStatus.COMPLETED, "completion_percentage": 100}
        publish(Progress(user=amina, content=mission.content, **done))
    assert unlock(amina, mission, 2)[1]["cost"] == 15
    complete(mission, amina, ProgressSource.REVIEW)
    assert refusal(unlock(amina, mission, 1)) == (409, "mission_passed", [])


def test_no_hint_of_a_mission_that_is_not_on_offer_is_unlocked(amina: User) -> None:
    retired, draft = lab(), complete_draft()
    set_hints(mission_id=draft.pk, hints=[{"text": "Secret.", "cost": 1}])
    retire_mission(mission_id=retired.pk)
    assert refusal(unlock(amina, retired, 2)) == (409, "mission_retired", [])
    assert refusal(unlock(amina, draft, 1)) == (404, "not_found", [])
    assert not HintUnlock.objects.exists()


@pytest.mark.parametrize(
    ("hints", "code"),
    [
        ([{"text": "a", "cost": 60}, {"text": "b", "cost": 41}], "hints_too_expensive"),
        ([{"text": "a", "cost": 101}], "invalid"),
        ([{"text": "", "cost": 1}], "invalid"),
        ([{"text": "a"}], "invalid"),
        ([{"text": "a", "cost": 1}] * 21, "invalid"),
    ],
    ids=["sum", "cost", "blank", "free", "many"],
)
def test_hints_that_do_not_fit_replace_none(hints: Any, code: str, mission: Mission) -> None:
    before = [*mission.hints.values()]
    dora = signed_in(person("dora", Role.DIRECTOR))
    answer = dora.call("PUT", f"missions/{mission.pk}/hints/", {"hints": hints})
    assert refusal(answer)[:2] == (400, code)
    assert [*mission.hints.values()] == before


def test_all_hints_together_cost_the_whole_score_at_most(amina: User) -> None:
    mission = lab()
    for number in (1, 2, 3):
        set_hints(mission_id=mission.pk, hints=[{"text": "a", "cost": 0}] * (number - 1))
        hints = [{"text": "a", "cost": 0}] * (number - 1) + [{"text": "b", "cost": 90}]
        set_hints(mission_id=mission.pk, hints=hints)  # type: ignore[arg-type]
        unlock_hint(user=amina, mission_id=mission.pk, number=number)
    assert hint_cost(amina.pk, mission.pk) == 100


def test_the_services_count_for_each_learner(ada: User, amina: User, mission: Mission) -> None:
    brian = person("brian")
    enter_flag(user=amina, mission_id=mission.pk, entered=flag(ada, mission, amina))
    assert not flag_solved(brian.pk, mission.pk)
    status = enter_flag(user=brian, mission_id=mission.pk, entered="x")
    assert (status.solved, status.attempts) == (False, 1)
