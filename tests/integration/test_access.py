"""ai's answers to owner, mentor, stranger and requests without a token, on the whole stack; and the
reads that are answered while core is down."""

from dataclasses import dataclass, replace

import httpx
import pytest

from scripts.stack.stack import Stack
from tests.integration.story import Learner, eventually, rows

API = "/api/v1"
MEMBERSHIPS = f"{API}/memberships/"
MENTOR = "UPDATE users_user SET role = 'mentor' WHERE id = %s RETURNING id"


@dataclass(frozen=True)
class People:
    owner: Learner
    """With a completed profiling, and an open one."""
    completed: str
    opened: str
    mentor: Learner
    """Assigned to the owner."""
    assignment: dict[str, object]
    """The body by which an admin assigns them."""
    stranger: Learner
    admin: httpx.Client
    """Calls core."""


@pytest.fixture(scope="module")
def _people() -> dict[str, People]:
    return {}


@pytest.fixture
def people(stack: Stack, _people: dict[str, People]) -> People:
    """Signed up once for the module."""
    if "all" not in _people:
        _people["all"] = _sign_up(stack)
    return _people["all"]


def _sign_up(stack: Stack) -> People:
    owner, mentor, stranger = (Learner.signed_up(stack) for _ in range(3))
    rows(stack, "relational", MENTOR, mentor.user_id)
    given = {"refresh_token": mentor.refresh_token}
    renewed = mentor.core("POST", f"{API}/auth/token/refresh/", json=given)
    assert renewed.status_code == 200, renewed.text
    mentor = replace(mentor, token=renewed.json()["access_token"])
    admin = _admin(stack)
    assignment = {
        "user": mentor.user_id,
        "role": "mentor",
        "scope": "learner",
        "learner": owner.user_id,
    }
    assert admin.post(MEMBERSHIPS, json=assignment).status_code == 201
    completed = _profiled(owner)
    opened = owner.start_profiling()["session_id"]
    eventually(lambda: owner.source() == "precomputed")
    eventually(lambda: reads(mentor, owner) == 200)
    return People(owner, completed, opened, mentor, assignment, stranger, admin)


def _admin(stack: Stack) -> httpx.Client:
    """The demo's admin, signed in."""
    given = {"email": "admin@ongoza.example", "password": stack.environment["DEMO_PASSWORD"]}
    answer = httpx.post(f"{stack.core_url}{API}/auth/login/", json=given, timeout=10)
    assert answer.status_code == 200, answer.text
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=stack.core_url, headers=headers, timeout=10)


def reads(caller: Learner, learner: Learner) -> int:
    """The status of a caller's request for a learner's list."""
    return caller.ai("GET", f"{API}/recommendations?user_id={learner.user_id}").status_code


def _profiled(learner: Learner) -> str:
    session = str(learner.start_profiling()["session_id"])
    address = f"{API}/profiling/session/{session}"
    while question := learner.ai("GET", f"{address}/progress").json()["next_question"]:
        given = {"question_id": question["id"], "option_id": question["options"][0]["id"]}
        answer = learner.ai("POST", f"{address}/respond", json=given)
        assert answer.status_code == 200, answer.text
    done = learner.ai("POST", f"{address}/complete")
    assert done.status_code == 200, done.text
    return session


def routes(people: People) -> list[tuple[str, str, object, tuple[int, int, int]]]:
    """Method, path, body, and the statuses for owner, mentor and stranger."""
    owner = people.owner.user_id
    done, opened = (f"{API}/profiling/session/{one}" for one in (people.completed, people.opened))
    anybody, owner_alone, who_may_see = (200, 200, 200), (200, 404, 404), (200, 200, 404)
    lists = f"{API}/recommendations"
    return [
        ("GET", f"{lists}?user_id={owner}", None, who_may_see),
        ("GET", f"{lists}?user_id={owner}&limit=3&content_type=course", None, who_may_see),
        ("GET", f"{lists}/debug?user_id={owner}", None, who_may_see),
        ("POST", lists, {"user_id": owner}, who_may_see),
        ("POST", f"{API}/personality/analyze", {"user_id": owner}, who_may_see),
        ("POST", f"{API}/embeddings", {"texts": ["phishing"]}, anybody),
        ("GET", f"{API}/search?q=phishing", None, anybody),
        ("GET", f"{API}/search/similar/course-101", None, anybody),
        ("GET", f"{API}/profiling/questions", None, anybody),
        ("GET", f"{API}/profiling/tracks", None, anybody),
        ("GET", f"{opened}/progress", None, owner_alone),
        ("GET", f"{done}/progress", None, owner_alone),
        ("GET", f"{done}/results", None, owner_alone),
        ("GET", f"{opened}/results", None, (409, 404, 404)),
        ("GET", f"{done}/comparison", None, (409, 404, 404)),
        ("POST", f"{done}/complete", None, owner_alone),
        ("POST", f"{opened}/complete", None, (409, 404, 404)),
        ("GET", f"{API}/operations/parked", None, (403, 403, 403)),
    ]


def test_each_route_answers_owner_mentor_and_stranger_by_their_reach(people: People) -> None:
    for method, path, body, expected in routes(people):
        asked = [people.owner, people.mentor, people.stranger]
        answers = [one.ai(method, path, json=body) for one in asked]
        assert tuple(one.status_code for one in answers) == expected, (method, path)
        anonymous = httpx.request(
            method, f"{people.owner.stack.ai_url}{path}", json=body, timeout=30
        )
        assert anonymous.status_code == 401, (method, path)


def test_absent_and_unreachable_learners_get_the_same_answer(people: People) -> None:
    nowhere = "018f0000-0000-7000-8000-000000000001"
    for method, path, body, expected in routes(people):
        if expected[2] != 404 or "session" not in path:
            continue
        absent = path.replace(people.completed, nowhere).replace(people.opened, nowhere)
        answers = [people.stranger.ai(method, one, json=body).json() for one in (path, absent)]
        for one in answers:
            one.pop("request_id")
        assert answers[0] == answers[1], (method, path)


def test_a_revoked_membership_ends_in_ai_within_seconds(people: People) -> None:
    assert reads(people.mentor, people.owner) == 200
    granted = people.admin.post(MEMBERSHIPS, json=people.assignment)
    assert granted.status_code == 200
    membership = f"{MEMBERSHIPS}{granted.json()['id']}/"
    assert people.admin.delete(membership).status_code == 204
    progress = f"{API}/progress/?user={people.owner.user_id}"
    assert people.mentor.core("GET", progress).status_code == 404
    eventually(lambda: reads(people.mentor, people.owner) == 404, seconds=5)

    assert people.admin.post(MEMBERSHIPS, json=people.assignment).status_code == 201
    eventually(lambda: reads(people.mentor, people.owner) == 200, seconds=5)


@pytest.mark.slow
def test_every_read_is_answered_while_core_is_down(stack: Stack, people: People) -> None:
    stack.stop("core")
    try:
        for method, path, body, expected in routes(people):
            if method == "GET":
                answer = people.owner.ai(method, path, json=body)
                assert answer.status_code == expected[0], (path, answer.text)
    finally:
        stack.run("core")
