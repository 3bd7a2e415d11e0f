"""A mission from its draft to a pass, by HTTP alone: a claim is lost, changes are requested, and
the next attempt keeps its place."""

from typing import Any

import pytest

from core.programs.models import Program
from core.reviews.models import Claim
from tests.unit.core.review_rows import run_out
from tests.unit.core.school import World
from tests.unit.core.world import Caller, assign, signed_in

pytestmark = pytest.mark.django_db

RUBRIC = {"criteria": [{"title": "Report", "max_points": 10}]}


def ok(caller: Caller, method: str, path: str, body: Any = None) -> Any:
    status, answer = caller.call(method, path, body)
    assert status in (200, 201), answer
    return answer


def published_mission(author: Caller) -> str:
    Program.objects.create(slug="core", title="Core")
    body = {"title": "Find the intruder", "program": "core", "track": "builders"}
    body |= {"skills": ["Networks"], "duration_minutes": 30}  # type: ignore[dict-item]
    mission_id: str = ok(author, "POST", "missions/", body)["id"]
    ok(author, "PUT", f"missions/{mission_id}/rubric/", RUBRIC)
    ok(author, "POST", f"missions/{mission_id}/publish/")
    return mission_id


def hand_in(learner: Caller, mission_id: str, text: str) -> str:
    submission_id: str = ok(learner, "POST", f"missions/{mission_id}/submissions/")["id"]
    artifact = {"kind": "text", "text": text}
    ok(learner, "POST", f"submissions/{submission_id}/artifacts/", artifact)
    ok(learner, "POST", f"submissions/{submission_id}/submit/")
    return submission_id


def decision(outcome: str, points: float, comments: str) -> dict[str, Any]:
    marks = [{"criterion": 1, "points": points}]
    return {"outcome": outcome, "marks": marks, "comments": comments}


def test_from_a_draft_to_a_pass(world: World) -> None:
    assign(world.mentor, world.learner)
    learner, mentor, director = map(signed_in, (world.learner, world.mentor, world.director))
    mission_id = published_mission(signed_in(world.admin))
    first = hand_in(learner, mission_id, "I read the logs.")

    # The mentor claims it, saves a draft and loses the claim; the director goes on.
    ok(mentor, "POST", f"reviews/{first}/claim/")
    draft = {"comments": "The second host is missing."}
    ok(mentor, "PUT", f"reviews/{first}/draft/", draft)
    run_out(Claim.objects.get())
    assert ok(learner, "GET", f"submissions/{first}/reviews/")["results"] == []
    ok(director, "POST", f"reviews/{first}/claim/")
    found = ok(director, "GET", f"reviews/{first}/")["draft"]
    assert (found["comments"], found["reviewer"]) == (draft["comments"], world.mentor.pk)
    changes = decision("changes_requested", 4, found["comments"])
    assert mentor.post(f"reviews/{first}/decide/", changes)[0] == 409
    ok(director, "POST", f"reviews/{first}/decide/", changes)
    (review,) = ok(learner, "GET", f"submissions/{first}/reviews/")["results"]
    assert (review["outcome"], review["score"]) == ("changes_requested", 40.0)

    # The learner hands in again, at the old place, and passes.
    second = hand_in(learner, mission_id, "I read the logs of both hosts.")
    (entry,) = ok(mentor, "GET", "reviews/queue/")["results"]
    assert (entry["submission"], entry["attempt"]) == (second, 2)
    handed_in = ok(learner, "GET", f"submissions/{first}/")["submitted_at"]
    assert entry["first_submitted_at"] == handed_in
    assert ok(learner, "GET", f"submissions/{second}/waiting/")["ahead"] == 0
    ok(mentor, "POST", f"reviews/{second}/claim/")
    ok(mentor, "POST", f"reviews/{second}/decide/", decision("passed", 9, "Well done"))
    assert ok(learner, "GET", f"submissions/{second}/")["score"] == 90.0
    (progress,) = ok(learner, "GET", "progress/")["results"]
    assert (progress["status"], progress["source"]) == ("completed", "review")
