"""The page of a mentee for the mentor."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from core.coaching.models import Goal, Reflection
from core.coaching.selectors import goals_of, shared_reflections
from core.mentorship.conversation_models import Flag
from core.mentorship.messages import unread_messages
from core.mentorship.models import Match, Session
from core.mentorship.pairs import active_match
from core.progress.models import Progress
from core.submissions.models import Submission
from core.submissions.selectors import latest_submissions
from core.users.models import User
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
    goals: list[Goal]
    submissions: list[Submission]
    reflections: list[Reflection]
    unread_messages: int

    @property
    def learner(self) -> User:
        return self.match.learner


def mentee_page(mentor: User, learner_id: int) -> MenteePage:
    """Raises NotFound for a learner who is no mentee now, or out of the mentor's reach."""
    match = active_match(mentor, learner_id)
    goals = goals_of(mentor, learner_id).filter(state=GoalState.ACTIVE)
    sessions = Session.objects.filter(match=match).order_by("-starts_at")
    flags = Flag.objects.filter(raised_by=mentor, learner=learner_id)
    submissions = latest_submissions(mentor, learner_id)
    return MenteePage(
        match=match,
        progress=_progress_of(learner_id),
        sessions=[*sessions[:SESSIONS]],
        flags=[*flags[:FLAGS]],
        goals=[*goals.order_by("target_date", "pk")[:GOALS]],
        submissions=[*submissions.select_related("mission")[:SUBMISSIONS]],
        reflections=[*shared_reflections(mentor, learner_id)[:REFLECTIONS]],
        unread_messages=unread_messages(match, mentor).count(),
    )


def _progress_of(learner_id: int) -> ProgressSummary:
    counts = Progress.objects.filter(user=learner_id).aggregate(
        in_progress=Count("pk", filter=Q(status=ProgressStatus.IN_PROGRESS)),
        completed=Count("pk", filter=Q(status=ProgressStatus.COMPLETED)),
        last_change_at=Max("updated_at"),
    )
    return ProgressSummary(**counts)
