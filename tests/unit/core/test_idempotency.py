"""Repeated requests: the same key gets the first answer again, and nothing is done twice."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError
from django.test import Client
from drf_spectacular.generators import EndpointEnumerator

from core.coaching import services as coaching
from core.coaching.models import Goal
from core.erasure.services import erase_user
from core.idempotency.models import StoredResponse
from core.idempotency.services import run_once
from core.jobs.models import Job
from core.kit import versions
from core.kit.errors import Busy, Conflict
from core.kit.idempotency import ResponseParts
from core.kit.openapi import PublicDocument
from core.mentorship.models import Match
from core.organizations.invitations import invite
from core.organizations.models import Invitation
from core.programs.models import Milestone, Program
from core.quizzes.services import start_attempt
from core.reviews.decisions import Assessment, decide
from core.submissions.models import Submission
from core.users.models import User
from core.users.services import add_user
from core.users.tokens import issue_scoped
from ongoza_contracts.reviews import ReviewOutcome
from ongoza_contracts.vocabulary import Role
from tests.openapi_documents import core_document
from tests.unit.core.coaching_rows import HABITS, habit_of, habit_request
from tests.unit.core.cohort_rows import enrolment_in, program_version, published_cohort
from tests.unit.core.conversation_rows import matched
from tests.unit.core.mentor_rows import ahead, asked, match_of, profile
from tests.unit.core.offered_missions import lab
from tests.unit.core.quiz_rows import TEXT, quiz, quiz_request
from tests.unit.core.review_rows import claimed, graded_mission, handed_in
from tests.unit.core.school import World
from tests.unit.core.submission_rows import drafted, mission
from tests.unit.core.subscription_rows import plan
from tests.unit.core.test_group_sessions import request as group_request
from tests.unit.core.test_import_api import file_of
from tests.unit.core.test_mentor_notes import flag_request
from tests.unit.core.world import (
    Caller,
    appended,
    calendar_event,
    event_request,
    forget_appended,
    goal_request,
    item,
    person,
    progress_report,
    signed_in,
)

pytestmark = pytest.mark.django_db

KEY = "0197-lost-answer"
GOALS = "coaching/goals/"


def post(
    caller: Caller,
    path: str,
    body: Any = None,
    key: str = KEY,
    content_type: str = "application/json",
) -> Any:
    return Client(raise_request_exception=False).generic(
        "POST",
        f"/api/v1/{path}",
        "" if body is None else json.dumps(body),
        content_type=content_type,
        headers={"Authorization": f"Bearer {caller.token}", "Idempotency-Key": key},
    )


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, json.loads(answer.content)["code"]


def is_replayed(answer: Any) -> bool:
    return bool(answer.headers.get("Idempotency-Replayed") == "true")


@dataclass(frozen=True)
class Repeatable:
    """A request that may be sent with a key, and a good body of it."""

    route: str
    caller: Callable[[World], User]
    body: Callable[[World], Any]
    ids: Callable[[World], dict[str, Any]] = field(default=lambda world: {})
    status: int = 201


def a_completed_item(world: World) -> dict[str, Any]:
    body = progress_report(status="completed", completion_percentage=None)
    return {"progress_id": signed_in(world.learner).post("progress/", body)[1]["id"]}


def a_quiz_attempt(world: World) -> dict[str, Any]:
    attempt = start_attempt(user=world.learner, quiz_id=quiz().pk)
    return {"quiz_id": attempt.quiz_id, "attempt_id": attempt.pk}


def a_new_cohort(world: World) -> dict[str, Any]:
    days = {"starts_on": "2030-01-07", "ends_on": "2030-06-28"}
    version = str(program_version().pk)
    return {"organization": world.school.pk, "program_version": version, "name": "New", **days}


def an_active_enrolment(world: World) -> dict[str, Any]:
    cohort = published_cohort(scholarship=1)
    return {"enrolment_id": enrolment_in("active", cohort, world.learner).pk}


def a_claimed_submission(world: World) -> Submission:
    """Of a mission without a rubric."""
    submission = handed_in(world.learner, graded_mission(points=()))
    claimed(submission, world.director)
    return submission


def a_reviewed_submission(world: World) -> Submission:
    submission = a_claimed_submission(world)
    decide(
        reviewer=world.director,
        submission_id=submission.pk,
        outcome=ReviewOutcome.FAILED,
        assessment=Assessment(),
    )
    return submission


def a_new_placement() -> Milestone:
    """A milestone with an item that no version has."""
    placed = item("course-99")
    placed.milestone = Milestone.objects.create(program=placed.program, title="New")
    placed.save(update_fields=["milestone"])
    return placed.milestone


def a_new_item(world: World) -> dict[str, Any]:
    new = {"content_id": "course-2", "content_type": "course", "title": "New"}
    program = Program.objects.earliest("id").slug
    return {**new, "program": program, "track": "builders", "duration_minutes": 30}


def an_import(name: str, role: Role = Role.DIRECTOR) -> Callable[[World], dict[str, Any]]:
    """The body that imports a file of this name, which somebody of the role uploads."""

    def body(world: World) -> dict[str, Any]:
        owner = world.admin if role == Role.ADMIN else world.director
        return {"file": file_of(signed_in(owner), "content_id\n", name)}

    return body


def match_in(world: World) -> Match:
    return matched(world.mentor, world.learner)


def a_group_session(world: World) -> dict[str, Any]:
    profile(world.mentor)
    return group_request()


REPEATABLE = [
    Repeatable("progress/", lambda world: world.learner, lambda world: progress_report()),
    Repeatable(
        "progress/{progress_id}/attempts/",
        lambda world: world.learner,
        lambda world: None,
        a_completed_item,
    ),
    Repeatable(
        "users/{user_id}/progress/",
        lambda world: world.director,
        lambda world: progress_report(),
        lambda world: {"user_id": world.learner.id},
    ),
    Repeatable(
        "feedback/",
        lambda world: world.learner,
        lambda world: {"content_id": "course-1", "verdict": "not_for_me"},
    ),
    Repeatable(
        "exports/",
        lambda world: world.director,
        lambda world: {"kind": "director_cohorts", "format": "csv"},
        status=202,
    ),
    Repeatable(
        "student/dismissals/",
        lambda world: world.learner,
        lambda world: {"kind": "advice", "target": "goal_due-3f0a91c2b7d4"},
    ),
    Repeatable(
        "calendar/events/",
        lambda world: world.director,
        lambda world: event_request(world.school),
    ),
    Repeatable(
        "calendar/events/{event_id}/cancel/",
        lambda world: world.director,
        lambda world: None,
        lambda world: {"event_id": calendar_event(world.school).pk},
        status=200,
    ),
    Repeatable(GOALS, lambda world: world.learner, lambda world: goal_request()),
    Repeatable(
        "coaching/goals/{goal_id}/milestones/",
        lambda world: world.learner,
        lambda world: {"title": "Half of it"},
        lambda world: {"goal_id": signed_in(world.learner).post(GOALS, goal_request())[1]["id"]},
    ),
    Repeatable(HABITS, lambda world: world.learner, lambda world: habit_request()),
    Repeatable(
        "coaching/habits/{habit_id}/pauses/",
        lambda world: world.learner,
        lambda world: {"first_day": "2999-01-01"},
        lambda world: {"habit_id": habit_of(world.learner).pk},
    ),
    Repeatable(
        "programs/", lambda world: world.director, lambda world: {"slug": "new", "title": "New"}
    ),
    Repeatable(
        "milestones/",
        lambda world: world.director,
        lambda world: {"program": Program.objects.earliest("id").pk, "title": "New"},
    ),
    Repeatable(
        "programs/{program_id}/versions/",
        lambda world: world.director,
        lambda world: None,
        lambda world: {"program_id": a_new_placement().program_id},
    ),
    Repeatable("content/", lambda world: world.director, a_new_item),
    Repeatable("content/import/", lambda world: world.director, an_import("rows.csv"), status=202),
    Repeatable(
        "progress/import/", lambda world: world.admin, an_import("rows.csv", Role.ADMIN), status=202
    ),
    Repeatable(
        "programs/import/", lambda world: world.director, an_import("program.yaml"), status=202
    ),
    Repeatable(
        "missions/import/", lambda world: world.director, an_import("missions.yaml"), status=202
    ),
    Repeatable("missions/", lambda world: world.director, lambda world: {"title": "New"}),
    Repeatable(
        "missions/{mission_id}/flags/",
        lambda world: world.learner,
        lambda world: {"flag": "guess"},
        lambda world: {"mission_id": lab().pk},
        status=200,
    ),
    Repeatable(
        "competencies/import/", lambda world: world.director, an_import("rows.csv"), status=202
    ),
    Repeatable(
        "content/{content_id}/bodies/",
        lambda world: world.director,
        lambda world: {"language": "sw", "markdown": "## Karibu"},
        lambda world: {"content_id": "course-1"},
    ),
    Repeatable(
        "reviews/{submission_id}/decide/",
        lambda world: world.director,
        lambda world: {"outcome": "failed"},
        lambda world: {"submission_id": a_claimed_submission(world).pk},
    ),
    Repeatable(
        "reviews/{submission_id}/regrade/",
        lambda world: world.director,
        lambda world: {"outcome": "failed"},
        lambda world: {"submission_id": a_reviewed_submission(world).pk},
    ),
    Repeatable(
        "submissions/{submission_id}/second-opinion/",
        lambda world: world.learner,
        lambda world: None,
        lambda world: {"submission_id": a_reviewed_submission(world).pk},
    ),
    Repeatable("quizzes/", lambda world: world.director, lambda world: quiz_request("course-1")),
    Repeatable(
        "quizzes/{quiz_id}/versions/",
        lambda world: world.director,
        lambda world: {"questions": [TEXT]},
        lambda world: {"quiz_id": quiz().pk},
    ),
    Repeatable(
        "quizzes/{quiz_id}/attempts/",
        lambda world: world.learner,
        lambda world: None,
        lambda world: {"quiz_id": quiz().pk},
    ),
    Repeatable(
        "quizzes/{quiz_id}/attempts/{attempt_id}/submit/",
        lambda world: world.learner,
        lambda world: {"answers": []},
        a_quiz_attempt,
        status=200,
    ),
    Repeatable(
        "missions/{mission_id}/submissions/",
        lambda world: world.learner,
        lambda world: None,
        lambda world: {"mission_id": mission().pk},
    ),
    Repeatable(
        "submissions/{submission_id}/artifacts/",
        lambda world: world.learner,
        lambda world: {"kind": "link", "url": "https://code.example/"},
        lambda world: {"submission_id": drafted(world.learner, mission()).pk},
    ),
    Repeatable("cohorts/", lambda world: world.director, a_new_cohort),
    Repeatable(
        "cohorts/{cohort_id}/announcements/",
        lambda world: world.admin,
        lambda world: {"title": "Tonight", "text": "Bring a laptop."},
        lambda world: {"cohort_id": published_cohort().pk},
    ),
    Repeatable(
        "cohorts/{cohort_id}/enrolments/",
        lambda world: world.learner,
        lambda world: {"pools": ["paid"]},
        lambda world: {"cohort_id": published_cohort(paid=1).pk},
    ),
    Repeatable(
        "cohorts/{cohort_id}/enrolments/bulk/",
        lambda world: world.admin,
        lambda world: {"emails": [world.learner.email], "pool": "paid"},
        lambda world: {"cohort_id": published_cohort(paid=1).pk},
        status=200,
    ),
    Repeatable(
        "enrolments/{enrolment_id}/transfer/",
        lambda world: world.admin,
        lambda world: {"cohort": str(published_cohort(scholarship=1).pk), "pool": "scholarship"},
        an_active_enrolment,
    ),
    Repeatable(
        "subscriptions/",
        lambda world: world.learner,
        lambda world: {"plan": str(plan().pk), "currency": "KES"},
    ),
    Repeatable(
        "entitlements/",
        lambda world: world.director,
        lambda world: {"user": world.learner.pk, "feature": "mentorship", "source": "manual"},
    ),
    Repeatable(
        "mentorship/requests/",
        lambda world: world.learner,
        lambda world: {"mentor": profile(world.mentor).pk},
    ),
    Repeatable(
        "mentorship/requests/{request_id}/accept/",
        lambda world: world.mentor,
        lambda world: None,
        lambda world: {"request_id": asked(world.learner, world.mentor).pk},
    ),
    Repeatable(
        "mentorship/sessions/",
        lambda world: world.mentor,
        lambda world: {
            "match": str(match_of(world.learner, world.mentor).pk),
            "starts_at": ahead().isoformat(),
        },
    ),
    Repeatable("users/me/export/", lambda world: world.learner, lambda world: None, status=202),
    Repeatable("memberships/", lambda world: world.director, World.assignment),
    Repeatable(
        "organizations/", lambda world: world.admin, lambda world: {"name": "New", "kind": "school"}
    ),
    Repeatable(
        "conduct/reports/",
        lambda world: world.learner,
        lambda world: {"match": str(match_in(world).pk), "reason": "other", "text": "Rude"},
    ),
    Repeatable(
        "mentorship/flags/",
        lambda world: world.mentor,
        lambda world: flag_request(match_in(world).learner),
    ),
    Repeatable("mentorship/groups/", lambda world: world.mentor, a_group_session),
    Repeatable(
        "mentorship/matches/{match_id}/messages/",
        lambda world: world.mentor,
        lambda world: {"text": "Hello"},
        lambda world: {"match_id": match_in(world).pk},
    ),
    Repeatable(
        "mentorship/matches/{match_id}/notes/",
        lambda world: world.mentor,
        lambda world: {"text": "Hello"},
        lambda world: {"match_id": match_in(world).pk},
    ),
]


def declared() -> Iterator[str]:
    endpoints = EndpointEnumerator().get_api_endpoints()  # type: ignore[no-untyped-call]
    for path, _, method, callback in endpoints:
        if method in getattr(callback.cls, "idempotent_methods", ()):
            yield path.removeprefix("/api/v1/")


def test_every_route_that_takes_a_key_is_tested_here() -> None:
    assert sorted(declared()) == sorted(one.route for one in REPEATABLE)


@pytest.mark.parametrize("one", REPEATABLE, ids=lambda one: one.route)
def test_a_repeated_request_has_the_first_answer_and_does_nothing(
    one: Repeatable, world: World
) -> None:
    item("course-1")
    path, caller = one.route.format(**one.ids(world)), signed_in(one.caller(world))
    body = one.body(world)
    forget_appended()
    first = post(caller, path, body)
    done = appended(), Job.objects.count()
    again = post(caller, path, body)
    assert first.status_code == one.status, first.content
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers.get("ETag") == first.headers.get("ETag")
    assert (is_replayed(first), is_replayed(again)) == (False, True)
    assert (appended(), Job.objects.count()) == done


@pytest.fixture
def amina(db: None) -> Caller:
    caller = signed_in(person("amina"))
    forget_appended()
    return caller


def test_without_a_key_each_request_is_one_of_its_own(amina: Caller) -> None:
    first, second = (amina.post(GOALS, goal_request())[1]["id"] for _ in range(2))
    assert first != second
    assert not StoredResponse.objects.exists()


@pytest.mark.parametrize("key", ["", " ", "a b", "a\tb", "k\xe9y", "k" * 129])
def test_a_malformed_key_is_refused(key: str, amina: Caller) -> None:
    assert code_of(post(amina, GOALS, goal_request(), key)) == (400, "bad_header")
    assert not Goal.objects.exists()


@pytest.mark.parametrize("key", ["k", "!~", "k" * 128])
def test_a_key_has_up_to_128_visible_characters(key: str, amina: Caller) -> None:
    assert post(amina, GOALS, goal_request(), key).status_code == 201


def test_a_key_is_not_taken_for_another_request(amina: Caller) -> None:
    item("course-1")
    post(amina, GOALS, goal_request())
    forget_appended()
    other_body = post(amina, GOALS, goal_request(title="Another"))
    other_path = post(amina, "progress/", progress_report())
    assert code_of(other_body) == code_of(other_path) == (409, "key_reused")
    assert (Goal.objects.count(), appended()) == (1, [])


def test_two_users_may_have_the_same_key(amina: Caller) -> None:
    baraka = signed_in(person("baraka"))
    answers = [post(caller, GOALS, goal_request()) for caller in (amina, baraka)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].content != answers[1].content


def test_a_token_of_another_scope_does_not_get_the_answer() -> None:
    user = person("amina")
    sign_in = user.sign_ins.create()
    full = signed_in(user)
    scoped = Caller(issue_scoped(user, sign_in, "write", 60))
    assert post(full, GOALS, goal_request()).status_code == 201
    assert code_of(post(scoped, GOALS, goal_request())) == (409, "key_reused")


def test_a_refusal_is_repeated_too(amina: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**goal: Any) -> Goal:
        raise Conflict

    with monkeypatch.context() as patched:
        patched.setattr(coaching, "set_goal", refuse)
        first = post(amina, GOALS, goal_request())
    again = post(amina, GOALS, goal_request())
    assert code_of(first) == (409, "conflict")
    assert (again.status_code, again.content) == (409, first.content)
    assert is_replayed(again)


@pytest.mark.parametrize(
    ("title", "content_type", "status"),
    [("", "application/json", 400), ("x", "text/plain", 415)],
)
def test_a_key_is_free_for_the_mended_request(
    title: str, content_type: str, status: int, amina: Caller
) -> None:
    malformed = post(amina, GOALS, goal_request(title=title), content_type=content_type)
    assert malformed.status_code == status
    assert not StoredResponse.objects.exists()
    assert post(amina, GOALS, goal_request(title="x")).status_code == 201


def test_a_refusal_undoes_what_was_written(amina: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    set_goal = coaching.set_goal

    def set_and_refuse(**goal: Any) -> Goal:
        set_goal(**goal)
        raise Conflict

    monkeypatch.setattr(coaching, "set_goal", set_and_refuse)
    assert code_of(post(amina, GOALS, goal_request())) == (409, "conflict")
    assert (Goal.objects.count(), appended()) == (0, [])


def lost_race(cause: psycopg.Error) -> IntegrityError:
    error = IntegrityError()
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Busy(), (409, "busy")),
        (lost_race(psycopg.errors.UniqueViolation()), (409, "busy")),
        (lost_race(psycopg.errors.ForeignKeyViolation()), (409, "busy")),
        (RuntimeError("a fault of ours"), (500, "internal_error")),
    ],
)
def test_an_answer_that_asks_for_a_repetition_is_not_the_answer_to_it(
    error: Exception,
    expected: tuple[int, str],
    amina: Caller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(**goal: Any) -> Goal:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(coaching, "set_goal", fail)
        assert code_of(post(amina, GOALS, goal_request())) == expected
    assert post(amina, GOALS, goal_request()).status_code == 201
    assert Goal.objects.count() == 1


def test_a_row_that_is_deleted_while_it_is_created_asks_for_a_repetition(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    goal = Goal(user=person("amina"), title="x", target_date="2999-12-31")
    monkeypatch.setattr(versions, "_lock", lambda *args, **options: None)
    with pytest.raises(Busy):
        versions.get_or_create_for_update(Goal.objects.filter(pk=goal.pk), goal)


def test_an_invitation_that_ends_while_it_is_renewed_asks_for_a_repetition(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Invitation.objects, "bulk_create", lambda *args, **options: [])
    with pytest.raises(Busy):
        invite(
            organization=world.school,
            email="nia@ongoza.example",
            role=Role.LEARNER,
            invited_by=world.admin,
        )


@pytest.mark.parametrize(
    ("status", "is_stored"),
    [
        *((status, True) for status in (200, 204, 403, 404, 409)),
        *((status, False) for status in (400, 401, 413, 415, 429, 500, 503)),
    ],
)
def test_which_answers_are_stored(status: int, is_stored: bool) -> None:
    user = person("amina")
    run_once(
        user_id=user.id,
        key=KEY,
        fingerprint="x",
        work=lambda: ResponseParts(status, {"ETag": "1"}, ""),
    )
    assert StoredResponse.objects.exists() == is_stored


def test_answers_are_erased_with_their_user() -> None:
    user = add_user(email="amina@ongoza.example", password=None)
    post(signed_in(user), GOALS, goal_request())
    assert StoredResponse.objects.filter(user=user.id).count() == 1
    erase_user(user_id=user.id)
    assert not StoredResponse.objects.exists()


LEFT_OUT = re.compile(
    "secret|token|password|(^|_)key|e?mail|phone|(first|last)_name|revocation_reason"
)
"""Secrets, and what identifies somebody who may be erased before the stored response is deleted."""


def property_names(document: Any, schema: Any) -> Iterator[str]:
    """Those of a schema and of all schemas that it refers to."""
    waiting, seen = [schema], set()
    while waiting:
        match waiting.pop():
            case {"$ref": str(reference)} if reference not in seen:
                seen.add(reference)
                waiting.append(document["components"]["schemas"][reference.rpartition("/")[2]])
            case dict(node):
                yield from node.get("properties", {})
                waiting.extend(node.values())
            case list(nodes):
                waiting.extend(nodes)


def test_names_are_found_in_each_part_of_a_schema() -> None:
    schemas = {
        "A": {"properties": {"a": {"items": {"$ref": "#/components/schemas/B"}}}},
        "B": {"allOf": [{"properties": {"b": {"$ref": "#/components/schemas/A"}}}]},
    }
    document = {"components": {"schemas": schemas}}
    assert {*property_names(document, {"$ref": "#/components/schemas/A"})} == {"a", "b"}


def test_no_response_with_a_secret_or_an_address_or_name_of_another_is_stored() -> None:
    """Their routes take no key: `auth/tokens/` and invitations, for instance."""
    document = core_document(PublicDocument)
    for path, operations in document["paths"].items():
        for operation in operations.values():
            names = {one["name"] for one in operation.get("parameters", ())}
            if "Idempotency-Key" not in names:
                continue
            for status, response in operation["responses"].items():
                if status.startswith("2"):
                    assert "Idempotency-Replayed" in response["headers"], path
                    shown = {*property_names(document, response["content"])}
                    assert shown, path
                    assert not {name for name in shown if LEFT_OUT.search(name)}, path
