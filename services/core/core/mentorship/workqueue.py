"""The registry of what waits for mentors, and each mentor's queue of it.

An app declares its kinds of work in a module that every process loads, such as its `jobs`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from core.kit import clock
from core.users.models import User

MAX_OF_KIND = 50
"""A queue shows that many of a kind: those that are due first."""
ESCALATED_WITHIN = timedelta(days=7)
"""Work that is overdue for longer was escalated before, or its mentor is not asked any more."""


@dataclass(frozen=True, kw_only=True)
class WorkKind:
    """Rows that wait for a mentor, with the paths of their columns.

    Work is due when `promised` has passed since the time in `due`. `rows` is called for each read,
    because what waits may depend on the time.
    """

    name: str
    rows: Callable[[], QuerySet[Any]]
    mentor: str = "mentor_id"
    learner: str = "learner_id"
    since: str = "created_at"
    due: str = "created_at"
    promised: timedelta = timedelta()

    def of(self, mentor: User) -> Iterator["Work"]:
        """Those due first."""
        rows = self.rows().filter(**{self.mentor: mentor.pk}).order_by(self.due, "pk")
        return self._read(rows[:MAX_OF_KIND])

    def overdue(self, after: UUID | None, limit: int) -> list["Work"]:
        """Those that became overdue lately, in the order of their ids from `after` on."""
        latest = clock.now() - self.promised
        within = {f"{self.due}__range": (latest - ESCALATED_WITHIN, latest)}
        rows = self.rows().filter(**within).exclude(**{self.mentor: None}).order_by("pk")
        return [*self._read(rows.filter(pk__gt=after)[:limit] if after else rows[:limit])]

    def _read(self, rows: QuerySet[Any]) -> Iterator["Work"]:
        columns = (self.mentor, self.learner, "pk", self.since, self.due)
        for mentor_id, learner_id, pk, since, due in rows.values_list(*columns):
            yield Work(self.name, mentor_id, learner_id, pk, since, due + self.promised)


@dataclass(frozen=True)
class Work:
    """One row that waits for a mentor."""

    kind: str
    mentor_id: int
    learner_id: int
    subject: UUID
    """The id of the row: a request, a session, a message."""
    since: datetime
    due_at: datetime

    @property
    def is_overdue(self) -> bool:
        return self.due_at <= clock.now()


_KINDS: dict[str, WorkKind] = {}


def declare(kind: WorkKind) -> None:
    if kind.name in _KINDS:
        raise ValueError(f"two kinds of work are called {kind.name}")
    _KINDS[kind.name] = kind


def work_kinds() -> Mapping[str, WorkKind]:
    return _KINDS


def work_of(mentor: User) -> list[Work]:
    """What waits for the mentor, what is due first at the head; as many queries as there are
    kinds."""
    found = [work for kind in _KINDS.values() for work in kind.of(mentor)]
    return sorted(found, key=lambda work: (work.due_at, work.subject))
