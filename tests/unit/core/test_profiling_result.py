"""The result of a profiling: ai alone writes it, once."""

import uuid
from typing import Any

import pytest

from core.profiling.models import ProfilingSession
from core.profiling.publications import session_fact
from core.users.models import User
from core.users.services import update_user
from ongoza_contracts.profiling import ProfilingCompleted, ProfilingResult
from ongoza_contracts.vocabulary import Role, Track
from tests.unit.core.test_profiling_record import (
    ABSENT,
    RESULT,
    SCORES,
    SESSIONS,
    START,
    answer,
    complete,
    rows,
)
from tests.unit.core.world import (
    NOBODY,
    Caller,
    appended,
    forget_appended,
    person,
    refusal,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner() -> User:
    return person("amina")


@pytest.fixture
def amina(learner: User) -> Caller:
    return signed_in(learner)


@pytest.fixture
def session(amina: Caller) -> str:
    """The id of Amina's open session."""
    _, body = amina.post(SESSIONS, START)
    forget_appended()
    return str(body["id"])


def test_a_result_completes_the_session_and_gives_a_track_to_who_has_none(
    amina: Caller, session: str, learner: User
) -> None:
    answer(amina, session, "q-1")
    forget_appended()

    status, body = complete(session)

    assert (status, body["status"], body["version"], body["result"]) == (
        200,
        "completed",
        3,
        RESULT,
    )
    learner.refresh_from_db()
    assert learner.track == "builders"
    assert appended() == [
        ("profiling.completed", session, 3),
        ("user.updated", str(learner.id), 2),
    ]


def test_a_result_leaves_a_chosen_track_alone(learner: User, session: str) -> None:
    update_user(user_id=learner.id, track="educators")
    forget_appended()

    complete(session)

    learner.refresh_from_db()
    assert learner.track == "educators"
    assert appended() == [("profiling.completed", session, 2)]


def test_the_same_result_again_is_no_change_and_another_is_refused(session: str) -> None:
    complete(session)
    before = rows()
    forget_appended()

    assert complete(session)[0] == 200
    assert refusal(complete(session, confidence="low")) == (409, "other_result", [])
    assert (rows(), appended()) == (before, [])


def test_a_result_found_from_answers_that_changed_meanwhile_is_refused(
    amina: Caller, session: str
) -> None:
    answer(amina, session, "q-1")
    answer(amina, session, "q-1", "b")
    before = rows()
    forget_appended()

    assert refusal(complete(session, judged_version=2)) == (409, "answers_changed", [])
    assert (rows(), appended()) == (before, [])
    assert complete(session, judged_version=3)[0] == 200


@pytest.mark.parametrize(
    ("changes", "code", "errors"),
    [
        ({"primary": "hackers"}, "invalid", [("primary", "unknown_value")]),
        ({"judged_version": -1}, "invalid", [("judged_version", "out_of_range")]),
        ({"judged_version": None}, "invalid", [("judged_version", "wrong_type")]),
        ({"confidence": "sure"}, "invalid", [("confidence", "unknown_value")]),
        ({"secondary": "leaders"}, "invalid", [("secondary", "wrong_type")]),
        ({"secondary": list(Track)}, "invalid", [("secondary", "too_long")]),
        ({"secondary": ["hackers"]}, "invalid", [("secondary.0", "unknown_value")]),
        (
            {"scores": {**SCORES, "builders": 101}},
            "invalid",
            [("scores.builders", "out_of_range")],
        ),
        (
            {"scores": {**SCORES, "hackers": 1}},
            "unknown_field",
            [("scores.hackers", "unknown_field")],
        ),
        (
            {"scores": {"builders": 1}},
            "invalid",
            [
                (f"scores.{track}", "required")
                for track in ("leaders", "entrepreneurs", "researchers", "educators")
            ],
        ),
    ],
)
def test_a_refused_result_leaves_no_trace(
    changes: Any, code: str, errors: Any, session: str
) -> None:
    before = rows()

    assert refusal(complete(session, **changes)) == (400, code, errors)
    assert (rows(), appended()) == (before, [])


def test_how_sure_a_result_is_is_recorded_and_published(amina: Caller, session: str) -> None:
    sure: dict[str, Any] = {
        "standard_errors": {**SCORES, "builders": 9.25},
        "sem": 8.125,
        "z": 6.0485,
        "tied": [],
        "flags": ["too_fast"],
    }
    status, body = complete(session, **sure)

    assert (status, body["result"]) == (200, {**RESULT, **sure})
    assert amina.get(f"{SESSIONS}{session}/")[1]["result"] == {**RESULT, **sure}
    published = session_fact(ProfilingSession.objects.get())
    assert isinstance(published, ProfilingCompleted)
    assert published.result == ProfilingResult.model_validate({**RESULT, **sure})


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"z": -0.1}, [("z", "out_of_range")]),
        ({"z": "2"}, [("z", "wrong_type")]),
        ({"sem": -1}, [("sem", "out_of_range")]),
        ({"tied": ["hackers"]}, [("tied.0", "unknown_value")]),
        ({"flags": ["rude"]}, [("flags.0", "unknown_value")]),
        ({"flags": "too_fast"}, [("flags", "wrong_type")]),
        (
            {"standard_errors": {**SCORES, "builders": 101}},
            [("standard_errors.builders", "out_of_range")],
        ),
    ],
)
def test_a_result_with_odd_figures_leaves_no_trace(changes: Any, errors: Any, session: str) -> None:
    before = rows()

    assert refusal(complete(session, **changes)) == (400, "invalid", errors)
    assert (rows(), appended()) == (before, [])


@pytest.mark.parametrize("role", list(Role))
def test_no_person_completes_a_session(role: Role, session: str) -> None:
    somebody = signed_in(person("somebody", role))
    before = rows()
    forget_appended()

    assert refusal(complete(session, somebody)) == (403, "forbidden", [])
    assert refusal(complete(session, NOBODY)) == (401, "not_authenticated", [])
    assert (rows(), appended()) == (before, [])


def test_a_result_for_no_session_is_refused(amina: Caller) -> None:
    assert refusal(complete(str(uuid.uuid4()))) == ABSENT
