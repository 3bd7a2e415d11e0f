"""Core's record of profiling sessions, as far as ai can see it: in memory, over HTTP."""

import json
import re
from typing import Any
from uuid import UUID, uuid4

import httpx
from jose import jwt

NOW = "2026-11-20T08:00:00Z"
SESSIONS = "/api/v1/profiling/sessions/"
SESSION = re.compile(SESSIONS + "(?P<id>[^/]+)/(?P<rest>.*)")


class CoreDouble:
    """Behaves as core does; `down` makes it refuse connections."""

    def __init__(self) -> None:
        self.sessions: dict[UUID, dict[str, Any]] = {}
        self.results_recorded = 0
        self.down = False
        self.now = NOW
        self.meanwhile: list[tuple[str, str]] = []
        """Answers that arrive just before the next results are recorded, one before each."""

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("refused")
        claims = jwt.get_unverified_claims(request.headers["Authorization"].split()[1])
        if request.url.path == SESSIONS:
            return self._start(claims["user_id"], json.loads(request.content))
        match = SESSION.fullmatch(request.url.path)
        session = self.sessions.get(UUID(match["id"])) if match else None
        if match is None or session is None:
            return _refuse(404, "not_found")
        service = claims["token_type"] == "service"
        if not service and session["user"] != claims["user_id"]:
            return _refuse(404, "not_found")
        return self._change(request, session, match["rest"], service=service)

    def _start(self, user: int, body: dict[str, Any]) -> httpx.Response:
        for session in self.sessions.values():
            if session["user"] == user and session["status"] == "open":
                return httpx.Response(200, json=session)
        done = [one for one in self.sessions.values() if one["user"] == user]
        session = {
            "id": str(uuid4()),
            "user": user,
            "questionnaire": body["questionnaire"],
            "status": "open",
            "version": 1,
            "answers": [],
            "result": None,
            "created_at": NOW,
            "completed_at": None,
            "previous": done[-1]["id"] if done else None,
        }
        self.sessions[UUID(session["id"])] = session
        return httpx.Response(201, json=session)

    def _change(
        self, request: httpx.Request, session: dict[str, Any], rest: str, *, service: bool
    ) -> httpx.Response:
        if request.method == "DELETE":
            del self.sessions[UUID(session["id"])]
            return httpx.Response(204)
        if rest == "result/":
            if not service:
                return _refuse(403, "forbidden")
            return self._record(session, json.loads(request.content))
        if rest.startswith("answers/"):
            if session["status"] == "completed":
                return _refuse(409, "session_completed")
            _answer_question(session, rest.split("/")[1], json.loads(request.content), self.now)
        return httpx.Response(200, json=session)

    def _record(self, session: dict[str, Any], result: dict[str, Any]) -> httpx.Response:
        if self.meanwhile:
            question_id, option_id = self.meanwhile.pop(0)
            _answer_question(session, question_id, {"option_id": option_id}, self.now)
        judged = result.pop("judged_version")
        if session["result"] not in (None, result):
            return _refuse(409, "conflict")
        if session["result"] is None and session["version"] != judged:
            return _refuse(409, "answers_changed")
        self.results_recorded += 1
        session.update(result=result, status="completed", completed_at=NOW)
        return httpx.Response(200, json=session)


def _answer_question(
    session: dict[str, Any], question_id: str, body: dict[str, Any], now: str
) -> None:
    kept = [one for one in session["answers"] if one["question_id"] != question_id]
    kept.append({"question_id": question_id, "option_id": body["option_id"], "answered_at": now})
    session["answers"] = kept
    session["version"] += 1


def _refuse(status: int, code: str) -> httpx.Response:
    body = {"detail": f"Core says {code}.", "code": code, "errors": [], "request_id": "r"}
    return httpx.Response(status, json=body)
