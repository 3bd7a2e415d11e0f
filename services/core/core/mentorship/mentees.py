"""The page of a mentee for the mentor. Apps above add sections: of submissions, for instance."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from core.access.selectors import reaches
from core.coaching.models import Goal
from core.kit.errors import NotFound
from core.mentorship.conversation_models import Flag
from core.mentorship.messages import unread_messages
from core.mentorship.models import Match, Session
from core.mentorship.pairs import active_match
from core.progress.models import Progress
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.coaching import GoalState
from ongoza_contracts.vocabulary import ProgressStatus

SESSIONS, FLAGS, GOALS = 20, 20, 20
"""How many the page shows at most, the newest."""

ReadSection = Callable[[User, int], object]
"""Of the mentor and the learner's id, in a constant number of queries; what it returns is JSON."""

_SECTIONS: dict[str, ReadSection] = {}


def declare_section(name: str, read: ReadSection) -> None:
    if name in _SECTIONS:
        raise ValueError(f"two sections of mentees' pages are called {name}")
    _SECTIONS[name] = read


@dataclass(frozen=True)
class ProgressSummary:
    in_progress: int
    completed: int
    last_change_at: datetime | None


@dataclass(frozen=True)
class MenteePage:
    match: Match
    progress: ProgressSummary
    sessions: list[Session]
    flags: list[Flag]
    goals: list[Goal]
    unread_messages: int
    sections: Mapping[str, object]

    @property
    def learner(self) -> User:
        return self.match.learner


def mentee_page(mentor: User, learner_id: int) -> MenteePage:
    """Raises NotFound for a learner who is no mentee now, or out of the mentor's reach."""
    match = active_match(mentor, learner_id)
    if not reaches(mentor, Permission.LEARNER_READ, learner_id):
        raise NotFound
    sessions = Session.objects.filter(match=match).order_by("-starts_at")
    flags = Flag.objects.filter(raised_by=mentor, learner=learner_id)
    goals = Goal.objects.filter(user=learner_id, state=GoalState.ACTIVE)
    return MenteePage(
        match=match,
        progress=_progress_of(learner_id),
        sessions=[*sessions[:SESSIONS]],
        flags=[*flags[:FLAGS]],
        goals=[*goals.order_by("target_date", "pk")[:GOALS]],
        unread_messages=unread_messages(match, mentor).count(),
        sections={name: read(mentor, learner_id) for name, read in sorted(_SECTIONS.items())},
    )


def _progress_of(learner_id: int) -> ProgressSummary:
    counts = Progress.objects.filter(user=learner_id).aggregate(
        in_progress=Count("pk", filter=Q(status=ProgressStatus.IN_PROGRESS)),
        completed=Count("pk", filter=Q(status=ProgressStatus.COMPLETED)),
        last_change_at=Max("updated_at"),
    )
    return ProgressSummary(**counts)
