"""Suggestions over HTTP: what is read, answered and stored, and what is said while core is down."""

import json
import logging
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from ai.embeddings.queue import EncoderQueue
from ai.kit.settings import Settings
from ai.suggestions.checks import RULE_VERSION
from tests.ai_double import DatabaseDown, app_over, learner_seven
from tests.unit.ai.app_alone import EncoderDouble, settings_alone

MISSION = "018f0000-0000-7000-8000-000000000301"
WORK = "018f0000-0000-7000-8000-000000000401"
ARTIFACT = "018f0000-0000-7000-8000-000000000501"
OWN, INTERNAL = f"/api/v1/submissions/{WORK}/", f"/api/v1/internal/submissions/{WORK}/"
TEXT = "I explain each rule of the firewall, with the reason for it, to the next person."
SUBMISSION = {"id": WORK, "user": 7, "mission": MISSION, "state": "draft", "rubric_version": 0}
CRITERION = {"position": 1, "title": "Rules explained", "description": "", "max_points": 5}
ANSWERS: dict[str, Any] = {
    OWN: SUBMISSION,
    f"{OWN}artifacts/": {
        "next": None,
        "results": [{"id": ARTIFACT, "kind": "text", "text": TEXT}],
    },
    f"/api/v1/missions/{MISSION}/": {
        "id": MISSION,
        "content_id": "mission-1",
        "subtasks": ["Write a report"],
        "objectives": [],
        "rubric_version": 2,
    },
    f"/api/v1/missions/{MISSION}/rubric/": {"version": 2, "criteria": [CRITERION]},
    f"{INTERNAL}exemplars/": {"texts": [TEXT] * 5},
    f"{INTERNAL}suggestion/": {},
}


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    return settings_alone(monkeypatch)


class Core:
    """Answers but for the paths that are down; keeps what is stored."""

    def __init__(self, down: Sequence[str] = (), status: int = 503) -> None:
        self.down, self.status = down, status
        self.stored: list[dict[str, Any]] = []
        self.asked: dict[str, str] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.asked[path] = request.headers["Authorization"]
        if path in self.down:
            error = {"detail": "no", "code": "not_found", "request_id": "r"}
            return httpx.Response(self.status, json=error)
        if request.method == "PUT":
            self.stored.append(json.loads(request.content))
        return httpx.Response(200, json=ANSWERS[path])


async def suggested(
    settings: Settings, core: Core, key: str = MISSION, submission_id: str = WORK
) -> httpx.Response:
    app = app_over(
        DatabaseDown(),
        settings,
        core=httpx.MockTransport(core),
        encoder=EncoderQueue(EncoderDouble()),
    )
    async with learner_seven(app) as http:
        path = f"/api/v1/ai/missions/{key}/feedback"
        return await http.post(path, json={"submission_id": submission_id})


async def test_each_check_answers_with_its_evidence_and_its_verdict_alone_is_stored(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    core = Core()
    with caplog.at_level(logging.DEBUG):
        answer = await suggested(settings, core)
    body = answer.json()
    found = {one["check"]: one for one in body["suggestions"]}
    versions = (RULE_VERSION, "double@1")
    assert (answer.status_code, body["rule_version"], body["model"]) == (200, *versions)
    assert {name: one["verdict"] for name, one in found.items()} == {
        "artifact_kinds": "ok",
        "sections": "ok",
        "secrets": "ok",
        "length": "ok",
        "similarity": "ok",
    }
    (span,) = found["sections"]["evidence"]
    assert span == {"artifact_id": ARTIFACT, "start": 0, "end": len(TEXT), "criterion": 1}
    (stored,) = core.stored
    assert (stored["on_draft"], stored["rule_version"], stored["model"]) == (True, *versions)
    assert [{*one} for one in stored["checks"]] == [{"check", "verdict", "value"}] * 5
    assert "firewall" not in caplog.text
    assert "grade" not in answer.text
    # The work is read with the caller's own rights; what is ai's own, with its service token.
    by_service = {path for path in core.asked if path.startswith(INTERNAL)}
    assert len({core.asked[path] for path in core.asked.keys() - by_service}) == 1
    assert {core.asked[path] for path in by_service}.isdisjoint({core.asked[OWN]})


@pytest.mark.parametrize(
    ("down", "missing", "checks"),
    [
        ([OWN], ["submission"], 0),
        ([f"{OWN}artifacts/"], ["artifacts", "exemplars"], 0),
        ([f"/api/v1/missions/{MISSION}/"], ["task"], 3),
        ([f"/api/v1/missions/{MISSION}/rubric/"], ["task"], 3),
        ([f"{INTERNAL}exemplars/"], ["exemplars"], 3),
        ([f"{INTERNAL}suggestion/"], ["record"], 5),
        ([*ANSWERS], ["submission"], 0),
    ],
)
async def test_what_core_does_not_tell_is_named(
    down: list[str], missing: list[str], checks: int, settings: Settings
) -> None:
    answer = await suggested(settings, Core(down))
    body = answer.json()
    assert (answer.status_code, body["missing"]) == (200, missing)
    assert len(body["suggestions"]) == checks


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_what_core_refuses_to_ai_itself_is_no_refusal_of_the_caller(
    settings: Settings, status: int
) -> None:
    core = Core([f"{INTERNAL}exemplars/", f"{INTERNAL}suggestion/"], status)
    answer = await suggested(settings, core)
    assert (answer.status_code, answer.json()["missing"]) == (200, ["exemplars", "record"])


async def test_a_submission_that_core_does_not_show_is_not_found(settings: Settings) -> None:
    core = Core([OWN], 404)
    assert (await suggested(settings, core)).status_code == 404
    assert {*core.asked} == {OWN}


@pytest.mark.parametrize(("key", "status"), [("mission-1", 200), ("mission-2", 404), (WORK, 404)])
async def test_the_submission_is_one_of_the_mission(
    key: str, status: int, settings: Settings
) -> None:
    core = Core()
    assert (await suggested(settings, core, key)).status_code == status
    assert len(core.stored) == (status == 200)


@pytest.mark.parametrize("submission_id", ["", "7", f"{WORK}/../1", WORK.upper()])
async def test_what_is_no_submission_is_refused(submission_id: str, settings: Settings) -> None:
    core = Core()
    answer = await suggested(settings, core, submission_id=submission_id)
    assert (answer.status_code, core.asked) == (400, {})


async def test_who_asks_too_often_waits(settings: Settings) -> None:
    app = app_over(
        DatabaseDown(),
        settings,
        core=httpx.MockTransport(Core([OWN])),
        encoder=EncoderQueue(EncoderDouble()),
    )
    path, body = f"/api/v1/ai/missions/{MISSION}/feedback", {"submission_id": WORK}
    async with learner_seven(app) as http:
        statuses = [(await http.post(path, json=body)).status_code for _ in range(40)]
    assert (statuses[0], statuses[-1]) == (200, 429)
