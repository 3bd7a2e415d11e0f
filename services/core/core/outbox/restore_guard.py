"""Refuses writes to a database that does not know what was published from it."""

import threading
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from core.kit.errors import HEADERS, error_body
from core.outbox.restore_state import PENDING, State, database, state

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
REUSE_SECONDS = 1.0
UNCHECKED = (
    "The database was started or replaced and is being compared with the topics. Try again shortly."
)


class RestoreGuardMiddleware:
    """A pending restore refuses every write. A database that the relay has not compared yet gives
    no ids and tokens for RESTORE_CHECK_SECONDS: without Kafka, writes go on after that."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: object, kwargs: object
    ) -> HttpResponse | None:
        if request.method in SAFE_METHODS:
            return None
        match _GATE.admits(gives_ids=_gives_ids(request, view)):
            case State.PENDING:
                return _refusal("restore_pending", PENDING)
            case State.UNCHECKED:
                return _refusal("unavailable", UNCHECKED)
        return None


class _Gate:
    """This process's knowledge of the database. A positive answer is reused for a second on the
    same session: the write path pays for one query a second."""

    def __init__(self) -> None:
        self._checked = threading.local()
        self._unchecked: tuple[str, float] | None = None
        """Which database was found unchecked, and when first."""

    def admits(self, *, gives_ids: bool) -> State:
        """Anything but CHECKED is a refusal."""
        if self._was_checked():
            return State.CHECKED
        try:
            found = state()
        except Error:
            return State.CHECKED  # the view answers for the database
        if found is State.UNCHECKED:
            return found if gives_ids and self._is_patient() else State.CHECKED
        self._unchecked = None
        if found is State.CHECKED:
            self._checked.session = connection.connection
            self._checked.until = time.monotonic() + REUSE_SECONDS
        return found

    def _was_checked(self) -> bool:
        session = getattr(self._checked, "session", None)
        is_same = session is not None and session is connection.connection
        return is_same and time.monotonic() < self._checked.until

    def _is_patient(self) -> bool:
        this, now = database(), time.monotonic()
        if self._unchecked is None or self._unchecked[0] != this:
            self._unchecked = this, now
        return now < self._unchecked[1] + settings.RESTORE_CHECK_SECONDS


_GATE = _Gate()


def _gives_ids(request: HttpRequest, view: Any) -> bool:
    """Whether ids or tokens come out of it; the admin site adds rows of any model."""
    declared = getattr(getattr(view, "cls", None), "gives_ids", False)
    return declared or request.path_info.startswith("/admin/")


def _refusal(code: str, detail: str) -> JsonResponse:
    return JsonResponse(error_body(code, detail), status=503, headers=HEADERS[503])
