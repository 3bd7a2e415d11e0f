"""The record of profiling: one open session each, every answer a version, one result."""

from collections.abc import Callable
from typing import Any

import pytest

from core.profiling.models import ProfilingAnswer, ProfilingSession
from core.profiling.services import MAX_ANSWERS
from core.users.models import User
from ongoza_contracts.vocabulary import Role
from tests.unit.core.world import (
    NOBODY,
    Caller,
    Refusal,
    appended,
    forget_appended,
    person,
    refusal,
    service,
    signed_in,
)

pytestmark = pytest.mark.django_db

SESSIONS = "profiling/sessions/"
START = {"questionnaire": "tracks-1"}
ABSENT: Refusal = (404, "not_found", [])
SCORES = {"builders": 80, "leaders": 10.5, "entrepreneurs": 0, "researchers": 5, "educators": 4}
RESULT = {
    "scores": SCORES,
    "primary": "builders",
    "secondary": ["leaders"],
    "confidence": "high",
}


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


def answer(caller: Caller, session: str, question: str, option: str = "a") -> Any:
    path = f"{SESSIONS}{session}/answers/{question}/"
    return caller.call("PUT", path, {"option_id": option})


def complete(session: str, caller: Caller | None = None, **changes: Any) -> Any:
    path = f"{SESSIONS}{session}/result/"
    known = ProfilingSession.objects.filter(pk=session).first()
    judged = {"judged_version": known.version if known else 0}
    return (caller or service()).post(path, {**RESULT, **judged, **changes})


def rows() -> list[dict[str, Any]]:
    return [
        {**row}
        for table in (ProfilingSession, ProfilingAnswer, User)
        for row in table._default_manager.order_by("pk").values()
    ]


# --- starting ------------------------------------------------------------------------------------


def test_a_session_is_started_once_and_then_gone_on_with(amina: Caller, learner: User) -> None:
    forget_appended()

    status, started = amina.post(SESSIONS, START)
    again = amina.post(SESSIONS.rstrip("/"), {"questionnaire": "tracks-2"})

    assert status == 201
    assert {name: started[name] for name in ("user", "questionnaire", "status", "version")} == {
        "user": learner.id,
        "questionnaire": "tracks-1",
        "status": "open",
        "version": 1,
    }
    assert (started["answers"], started["result"], started["completed_at"]) == ([], None, None)
    assert again == (200, started)
    assert appended() == [("profiling.answered", started["id"], 1)]


@pytest.mark.parametrize(
    ("body", "code", "errors"),
    [
        ({}, "invalid", [("questionnaire", "required")]),
        ({"questionnaire": "Tracks 1"}, "invalid", [("questionnaire", "invalid")]),
        ({"questionnaire": "a" * 65}, "invalid", [("questionnaire", "too_long")]),
        ({"questionnaire": 1}, "invalid", [("questionnaire", "wrong_type")]),
        ({"questionnaire": None}, "invalid", [("questionnaire", "wrong_type")]),
        ({**START, "user": 1}, "unknown_field", [("user", "unknown_field")]),
        ({**START, "version": 1}, "unknown_field", [("version", "unknown_field")]),
        ({**START, "status": "completed"}, "unknown_field", [("status", "unknown_field")]),
    ],
)
def test_a_session_that_may_not_start_leaves_no_trace(
    body: Any, code: str, errors: Any, amina: Caller
) -> None:
    before = rows()
    forget_appended()

    assert refusal(amina.post(SESSIONS, body)) == (400, code, errors)
    assert (rows(), appended()) == (before, [])


# --- answering -----------------------------------------------------------------------------------


def test_every_answer_is_a_version_and_the_same_again_is_none(amina: Caller, session: str) -> None:
    answer(amina, session, "q-1", "a")
    answer(amina, session, "q-2", "b")
    answer(amina, session, "q-1", "c")
    status, body = answer(amina, session, "q-1", "c")

    assert (status, body["version"]) == (200, 4)
    given = [(given["question_id"], given["option_id"]) for given in body["answers"]]
    assert given == [("q-1", "c"), ("q-2", "b")]
    assert appended() == [("profiling.answered", session, version) for version in (2, 3, 4)]


@pytest.mark.parametrize(
    ("question", "option", "expected"),
    [
        ("q-1", "A b", (400, "invalid", [("option_id", "invalid")])),
        ("q-1", "a" * 65, (400, "invalid", [("option_id", "too_long")])),
        ("q-1", 7, (400, "invalid", [("option_id", "wrong_type")])),
        ("Q_1 x", "a", ABSENT),
        ("q" * 65, "a", ABSENT),
        ("1%00", "a", ABSENT),
        ("q-1%0A", "a", ABSENT),
    ],
)
def test_a_refused_answer_leaves_no_trace(
    question: str, option: Any, expected: Refusal, amina: Caller, session: str
) -> None:
    before = rows()

    assert refusal(answer(amina, session, question, option)) == expected
    assert (rows(), appended()) == (before, [])


def test_a_session_holds_a_hundred_answers_and_any_of_them_may_change(
    amina: Caller, session: str
) -> None:
    for number in range(MAX_ANSWERS):
        assert answer(amina, session, f"q-{number}")[0] == 200
    forget_appended()

    assert refusal(answer(amina, session, "q-more")) == (409, "too_many_answers", [])
    assert appended() == []
    assert answer(amina, session, "q-0", "b")[0] == 200
    assert appended() == [("profiling.answered", session, MAX_ANSWERS + 2)]


def test_a_completed_session_takes_no_answer(amina: Caller, session: str) -> None:
    complete(session)
    before = rows()
    forget_appended()

    assert refusal(answer(amina, session, "q-1")) == (409, "session_completed", [])
    assert (rows(), appended()) == (before, [])


# --- taking it again -----------------------------------------------------------------------------


def test_a_retake_remembers_the_last_result_before_it(amina: Caller, session: str) -> None:
    complete(session)
    second = amina.post(SESSIONS, START)[1]
    complete(second["id"])
    third = amina.post(SESSIONS, START)[1]

    assert amina.get(f"{SESSIONS}{session}/")[1]["previous"] is None
    assert (second["previous"], third["previous"]) == (session, second["id"])
    assert amina.get(f"{SESSIONS}{third['id']}/")[1] == third


def test_another_learners_result_is_nobodys_previous_one(amina: Caller, session: str) -> None:
    complete(session)

    stranger = signed_in(person("stranger"))
    assert stranger.post(SESSIONS, START)[1]["previous"] is None


def test_a_retake_outlives_the_session_it_remembers(amina: Caller, session: str) -> None:
    complete(session)
    retake = amina.post(SESSIONS, START)[1]

    assert amina.call("DELETE", f"{SESSIONS}{session}/") == (204, None)

    status, body = amina.get(f"{SESSIONS}{retake['id']}/")
    assert (status, body) == (200, {**retake, "previous": None})


# --- forgetting ----------------------------------------------------------------------------------


def test_a_deleted_session_is_gone_and_said_to_be_gone(amina: Caller, session: str) -> None:
    answer(amina, session, "q-1")
    forget_appended()

    assert amina.call("DELETE", f"{SESSIONS}{session}/") == (204, None)

    assert appended() == [("profiling.deleted", session, 3)]
    assert not ProfilingSession.objects.exists()
    assert not ProfilingAnswer.objects.exists()
    assert refusal(amina.call("DELETE", f"{SESSIONS}{session}/")) == ABSENT
    assert appended() == [("profiling.deleted", session, 3)]


# --- who -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_a_session_is_its_learners_alone(role: Role, session: str) -> None:
    stranger = signed_in(person("stranger", role))
    before = rows()
    forget_appended()

    assert refusal(stranger.get(f"{SESSIONS}{session}/")) == ABSENT
    assert refusal(stranger.call("DELETE", f"{SESSIONS}{session}/")) == ABSENT
    assert refusal(answer(stranger, session, "q-1")) == ABSENT
    assert stranger.get(SESSIONS)[1]["results"] == []
    assert (rows(), appended()) == (before, [])


@pytest.mark.parametrize(
    ("calling", "expected"),  # made when the test runs: a service's token lives for a minute
    [(lambda: NOBODY, (401, "not_authenticated", [])), (service, (403, "forbidden", []))],
)
def test_nobody_and_no_service_acts_for_a_learner(
    calling: Callable[[], Caller], expected: Refusal, session: str
) -> None:
    caller = calling()
    before = rows()

    for attempt in (
        caller.get(SESSIONS),
        caller.post(SESSIONS, START),
        caller.get(f"{SESSIONS}{session}/"),
        answer(caller, session, "q-1"),
        caller.call("DELETE", f"{SESSIONS}{session}/"),
    ):
        assert refusal(attempt) == expected
    assert (rows(), appended()) == (before, [])


def test_sessions_are_listed_newest_first_by_page_and_status(amina: Caller, session: str) -> None:
    complete(session)
    newer = str(amina.post(SESSIONS, START)[1]["id"])

    def listed(query: str = "") -> list[str]:
        return [row["id"] for row in amina.get(f"{SESSIONS}{query}")[1]["results"]]

    assert listed() == [newer, session]
    assert listed("?page_size=1&page=2") == [session]
    assert listed("?status=open") == [newer]
    assert listed("?status=completed") == [session]


@pytest.mark.parametrize("query", ["status=done", "user=1", "page=0", "status=open&status=open"])
def test_a_bad_parameter_is_refused(query: str, amina: Caller) -> None:
    assert refusal(amina.get(f"{SESSIONS}?{query}")) == (400, "bad_parameter", [])


@pytest.mark.parametrize("session_id", ["0", "1", "../1", "1%00", "1 OR 1=1", "x" * 36])
def test_an_id_that_is_no_uuid_is_no_route(session_id: str, amina: Caller) -> None:
    assert refusal(amina.get(f"{SESSIONS}{session_id}/")) == ABSENT
