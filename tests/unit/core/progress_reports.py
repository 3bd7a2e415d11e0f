"""Reports of a learner's progress over HTTP, and what became of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.outbox.models import FactHistory
from core.users.models import User
from tests.unit.core.world import Caller, item, person, progress_report, signed_in


@pytest.fixture
def learner() -> User:
    return person("amina")


@pytest.fixture
def amina(learner: User) -> Caller:
    item("course-1")
    return signed_in(learner)


def report(caller: Caller, status: str = "in_progress", **changes: Any) -> Any:
    """The record after a report that is accepted."""
    body = progress_report(status=status, **{"completion_percentage": None, **changes})
    answer, record = caller.post("progress/", body)
    assert answer in (200, 201), record
    return record


def completed(caller: Caller, **changes: Any) -> Any:
    return report(caller, "completed", **changes)


def ago(**past: float) -> str:
    return (datetime.now(UTC) - timedelta(**past)).isoformat()


def last_fact(learner: User) -> dict[str, Any]:
    """The state that was published last of the learner's progress."""
    rows = FactHistory.objects.filter(owner_id=learner.id, type__contains="progress")
    found: dict[str, Any] = rows.latest("version").body
    return found


def attempts_path(record: dict[str, Any]) -> str:
    return f"progress/{record['id']}/attempts/"
