"""The routes of profiling, over a double of core and without a database."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from ongoza_contracts.vocabulary import Role, Track
from tests.bad_input import BODIES, JSON
from tests.core_double import CoreDouble
from tests.profiling_double import (
    BASE,
    QUESTIONS,
    ProjectionDouble,
    answer,
    client_of,
    started,
)
from tests.tokens import bearer


@pytest.fixture
def core() -> CoreDouble:
    return CoreDouble()


@pytest.fixture
def projection() -> ProjectionDouble:
    return ProjectionDouble()


@pytest.fixture
async def http(core: CoreDouble, projection: ProjectionDouble) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(core, projection) as client:
        yield client


async def test_a_learner_is_profiled_from_start_to_result(
    http: httpx.AsyncClient, core: CoreDouble
) -> None:
    # A session starts empty.
    response = await http.post(f"{BASE}/session/start")
    assert response.status_code == 201
    session = response.json()
    assert (session["answered"], session["missing"], session["total"]) == (0, 12, 20)
    address = f"{BASE}/session/{session['session_id']}"
    # Answers add up, and progress says what is left.
    await answer(http, session["session_id"], 12, Track.BUILDERS)
    progress = (await http.get(f"{address}/progress")).json()
    assert (progress["answered"], progress["missing"], progress["percentage"]) == (12, 0, 100.0)
    assert (progress["unanswered"], progress["next_question"]) == ([], None)
    # The result names the track that every answer spoke for, and why.
    result = (await http.post(f"{address}/complete")).json()
    assert result["primary"]["key"] == "builders"
    assert result["primary"]["score"] == result["scores"]["builders"] == 100.0
    assert result["confidence"] == "high"
    assert result["redirect_url"] == "/dashboard/student?track=builders&welcome=true"
    assert result["primary"]["careers"] == [
        "Software Engineer",
        "DevOps Engineer",
        "Technical Lead",
    ]
    assert len(result["primary"]["reasons"]) == 3
    assert all(reason["text"].startswith("You ") for reason in result["primary"]["reasons"])
    assert [track["key"] for track in result["secondary"]] == sorted(
        (track["key"] for track in result["secondary"]), key=lambda key: -result["scores"][key]
    )
    # Core has recorded it, and asking again gives the same.
    assert core.sessions[UUID(session["session_id"])]["status"] == "completed"
    assert (await http.get(f"{address}/results")).json() == result


async def test_completing_twice_records_once_and_answers_the_same(
    http: httpx.AsyncClient, core: CoreDouble
) -> None:
    session = await started(http)
    await answer(http, session, 16, Track.EDUCATORS)
    first = await http.post(f"{BASE}/session/{session}/complete")
    second = await http.post(f"{BASE}/session/{session}/complete")
    assert first.json() == second.json()
    assert core.results_recorded == 1


async def test_whoever_answers_while_being_judged_is_judged_by_the_new_answer(
    http: httpx.AsyncClient, core: CoreDouble
) -> None:
    session = await started(http)
    await answer(http, session, 16, Track.EDUCATORS)
    (one, *_) = core.sessions[UUID(session)]["answers"]
    core.meanwhile = [(one["question_id"], "b" if one["option_id"] == "a" else "a")]
    result = (await http.post(f"{BASE}/session/{session}/complete")).json()
    assert result["scores"]["educators"] < 100
    assert core.results_recorded == 1


async def test_whoever_never_stops_answering_is_told_so(
    http: httpx.AsyncClient, core: CoreDouble
) -> None:
    session = await started(http)
    await answer(http, session, 16, Track.EDUCATORS)
    (one, *_) = core.sessions[UUID(session)]["answers"]
    core.meanwhile = [(one["question_id"], option) for option in ("a", "b", "a")]
    response = await http.post(f"{BASE}/session/{session}/complete")
    assert (response.status_code, response.json()["code"]) == (409, "answers_changed")
    assert core.results_recorded == 0


async def test_an_open_session_is_resumed(http: httpx.AsyncClient) -> None:
    session = await started(http)
    await answer(http, session, 3, Track.LEADERS)
    response = await http.post(f"{BASE}/session/start")
    assert response.status_code == 200
    assert (response.json()["session_id"], response.json()["answered"]) == (session, 3)


async def test_a_question_answered_anew_counts_once(http: httpx.AsyncClient) -> None:
    session = await started(http)
    await answer(http, session, 2, Track.LEADERS)
    await answer(http, session, 2, Track.BUILDERS)
    progress = (await http.get(f"{BASE}/session/{session}/progress")).json()
    assert progress["answered"] == 2


async def test_progress_has_the_answers_that_count_in_the_order_in_which_they_are_asked(
    http: httpx.AsyncClient,
) -> None:
    session = await started(http)
    address = f"{BASE}/session/{session}"
    # The second question is answered before the first.
    body = {"question_id": "ransom-at-dawn", "option_id": "b"}
    await http.post(f"{address}/respond", json=body)
    body = {"question_id": "sim-swap-wave", "option_id": "c"}
    await http.post(f"{address}/respond", json=body)
    progress = (await http.get(f"{address}/progress")).json()
    assert progress["answers"] == [
        {"question_id": "sim-swap-wave", "option_id": "c"},
        {"question_id": "ransom-at-dawn", "option_id": "b"},
    ]


@pytest.mark.parametrize(
    ("answered", "sentence"),
    [
        (0, "12 more answers are needed: 0 of 12 are given."),
        (11, "1 more answer is needed: 11 of 12 are given."),
    ],
)
async def test_a_result_needs_enough_answers(
    http: httpx.AsyncClient, core: CoreDouble, answered: int, sentence: str
) -> None:
    session = await started(http)
    await answer(http, session, answered, Track.BUILDERS)
    response = await http.post(f"{BASE}/session/{session}/complete")
    assert response.status_code == 409
    assert (response.json()["code"], response.json()["detail"]) == (
        "profiling_incomplete",
        sentence,
    )
    assert core.results_recorded == 0


async def test_there_are_no_results_before_completion(http: httpx.AsyncClient) -> None:
    session = await started(http)
    await answer(http, session, 16, Track.BUILDERS)
    response = await http.get(f"{BASE}/session/{session}/results")
    assert (response.status_code, response.json()["code"]) == (409, "profiling_not_completed")


async def test_a_completed_session_takes_no_more_answers(http: httpx.AsyncClient) -> None:
    session = await started(http)
    await answer(http, session, 16, Track.BUILDERS)
    await http.post(f"{BASE}/session/{session}/complete")
    body = {"question_id": QUESTIONS[0].id, "option_id": "a"}
    response = await http.post(f"{BASE}/session/{session}/respond", json=body)
    assert (response.status_code, response.json()["code"]) == (409, "session_completed")


async def test_a_deleted_session_is_gone(http: httpx.AsyncClient) -> None:
    session = await started(http)
    response = await http.delete(f"{BASE}/session/{session}")
    assert (response.status_code, response.content) == (204, b"")
    assert (await http.get(f"{BASE}/session/{session}/progress")).status_code == 404


UNKNOWN = UUID("018f6d2e-0000-7000-8000-000000000099")
ROUTES = [
    ("GET", "progress", None),
    ("POST", "respond", {"question_id": QUESTIONS[0].id, "option_id": "a"}),
    ("POST", "complete", None),
    ("GET", "results", None),
    ("GET", "comparison", None),
    ("DELETE", "", None),
]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("method", "rest", "body"), ROUTES)
async def test_another_learners_session_is_as_good_as_none_for_every_role(
    http: httpx.AsyncClient, core: CoreDouble, method: str, rest: str, body: Any, role: Role
) -> None:
    other = bearer(user_id=8, role=role)
    session = await started(http)
    await answer(http, session, 12, Track.BUILDERS)
    version = core.sessions[UUID(session)]["version"]
    theirs = await http.request(
        method, f"{BASE}/session/{session}/{rest}", json=body, headers=other
    )
    nobodys = await http.request(
        method, f"{BASE}/session/{uuid4()}/{rest}", json=body, headers=other
    )
    assert theirs.status_code == nobodys.status_code == 404
    assert {**theirs.json(), "request_id": ""} == {**nobodys.json(), "request_id": ""}
    assert core.sessions[UUID(session)]["version"] == version
    assert core.results_recorded == 0


@pytest.mark.parametrize(("method", "rest", "body"), [("POST", "start", None), *ROUTES])
async def test_while_core_is_down_what_needs_it_says_so(
    http: httpx.AsyncClient, core: CoreDouble, method: str, rest: str, body: Any
) -> None:
    session = await started(http)
    core.down = True
    path = "start" if rest == "start" else f"{session}/{rest}"
    response = await http.request(method, f"{BASE}/session/{path}", json=body)
    assert (response.status_code, response.json()["code"]) == (503, "core_unavailable")
    assert response.headers["Retry-After"]


async def test_while_core_is_down_reads_come_from_what_ai_heard_last(
    http: httpx.AsyncClient, core: CoreDouble, projection: ProjectionDouble
) -> None:
    session = await started(http)
    await answer(http, session, 16, Track.RESEARCHERS)
    result = (await http.post(f"{BASE}/session/{session}/complete")).json()
    answered = await http.get(f"{BASE}/session/{session}/progress")
    assert answered.headers["X-Source"] == "core"
    record = answered.json()

    projection.sessions[UUID(session)] = json.dumps(core.sessions[UUID(session)])
    core.down = True
    remembered = await http.get(f"{BASE}/session/{session}/results")
    assert (remembered.headers["X-Source"], remembered.json()) == ("projection", result)
    assert (await http.get(f"{BASE}/session/{session}/progress")).json() == record
    response = await http.get(f"{BASE}/session/{session}/results", headers=bearer(user_id=8))
    assert response.status_code == 503


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"question_id": "no-such", "option_id": "a"}, "unknown_question"),
        ({"question_id": QUESTIONS[0].id, "option_id": "z"}, "unknown_option"),
        ({"question_id": "../../admin", "option_id": "a"}, "invalid"),
        ({"question_id": QUESTIONS[0].id}, "invalid"),
        ({"question_id": QUESTIONS[0].id, "option_id": 1}, "invalid"),
        ({"question_id": QUESTIONS[0].id, "option_id": "a", "user_id": 8}, "unknown_field"),
    ],
)
async def test_an_answer_that_makes_no_sense_is_refused(
    http: httpx.AsyncClient, core: CoreDouble, body: dict[str, Any], code: str
) -> None:
    session = await started(http)
    response = await http.post(f"{BASE}/session/{session}/respond", json=body)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert core.sessions[UUID(session)]["answers"] == []


@pytest.mark.parametrize(("body", "status", "code"), BODIES.values(), ids=BODIES)
async def test_a_bad_body_is_refused(
    http: httpx.AsyncClient, body: bytes, status: int, code: str
) -> None:
    response = await http.post(
        f"{BASE}/session/{uuid4()}/respond", content=body, headers={"Content-Type": JSON}
    )
    assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "odd", ["1", "0", "-1", "x", "..%2f1", "1%00", "1%20OR%201=1", "99999999999999999999", "{}"]
)
async def test_an_id_that_cannot_be_is_not_found(http: httpx.AsyncClient, odd: str) -> None:
    assert (await http.get(f"{BASE}/session/{odd}/progress")).status_code == 404


async def test_questions_do_not_tell_what_they_count_for(http: httpx.AsyncClient) -> None:
    response = await http.get(f"{BASE}/questions")
    found = response.json()
    assert (found["questionnaire"], found["required"], len(found["questions"])) == ("v2", 12, 36)
    assert {frozenset(option) for q in found["questions"] for option in q["options"]} == {
        frozenset({"id", "text"})
    }
    assert "loads" not in response.text
    assert '"shows"' not in response.text


async def test_the_five_tracks_are_told_with_focus_and_careers(http: httpx.AsyncClient) -> None:
    found = (await http.get(f"{BASE}/tracks")).json()["tracks"]
    assert [track["key"] for track in found] == list(Track)
    assert found[0]["focus"] == ["Software architecture", "System design", "Code quality"]


@pytest.mark.parametrize("role", list(Role))
async def test_questions_and_tracks_are_for_everybody_who_is_signed_in(
    http: httpx.AsyncClient, role: Role
) -> None:
    for path in ("questions", "tracks"):
        mine = await http.get(f"{BASE}/{path}")
        theirs = await http.get(f"{BASE}/{path}", headers=bearer(user_id=8, role=role))
        assert (theirs.status_code, theirs.content) == (200, mine.content)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/session/start"),
        ("GET", "/questions"),
        ("GET", "/tracks"),
        ("GET", f"/session/{UNKNOWN}/comparison"),
        *((method, f"/session/{UNKNOWN}/{rest}") for method, rest, _ in ROUTES),
    ],
)
async def test_every_route_wants_to_know_who_asks(
    http: httpx.AsyncClient, method: str, path: str
) -> None:
    response = await http.request(method, BASE + path, headers={"Authorization": "Bearer x"})
    assert response.status_code == 401
