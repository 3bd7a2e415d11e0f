"""The page of a mentee for the mentor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from core.access.selectors import reaches
from core.coaching.models import Goal, Reflection
from core.coaching.selectors import consents_to_mentors, shared_reflections
from core.kit.errors import NotFound
from core.mentorship.conversation_models import Flag
from core.mentorship.messages import unread_messages
from core.mentorship.models import Match, Session
from core.mentorship.pairs import active_match
from core.progress.models import Progress
from core.submissions.models import Submission
from core.submissions.selectors import latest_submissions
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.coaching import GoalState
from ongoza_contracts.vocabulary import ProgressStatus

SESSIONS, FLAGS, GOALS, SUBMISSIONS, REFLECTIONS = 20, 20, 20, 20, 20
"""How many the page shows at most, the newest."""


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
    goals: list[Mapping[str, object]]
    submissions: list[Submission]
    reflections: list[Reflection]
    unread_messages: int

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
    return MenteePage(
        match=match,
        progress=_progress_of(learner_id),
        sessions=[*sessions[:SESSIONS]],
        flags=[*flags[:FLAGS]],
        goals=_goals_of(learner_id),
        submissions=[*latest_submissions(mentor, learner_id)[:SUBMISSIONS]],
        reflections=[*shared_reflections(mentor, learner_id)[:REFLECTIONS]],
        unread_messages=unread_messages(match, mentor).count(),
    )


def _goals_of(learner_id: int) -> list[Mapping[str, object]]:
    """The active ones. A title, which the learner wrote, needs the learner's consent."""
    columns = ["id", "target_date", "state"]
    if consents_to_mentors(learner_id).exists():
        columns.append("title")
    rows = Goal.objects.filter(user=learner_id, state=GoalState.ACTIVE)
    return [*rows.order_by("target_date", "pk").values(*columns)[:GOALS]]


def _progress_of(learner_id: int) -> ProgressSummary:
    counts = Progress.objects.filter(user=learner_id).aggregate(
        in_progress=Count("pk", filter=Q(status=ProgressStatus.IN_PROGRESS)),
        completed=Count("pk", filter=Q(status=ProgressStatus.COMPLETED)),
        last_change_at=Max("updated_at"),
    )
    return ProgressSummary(**counts)
