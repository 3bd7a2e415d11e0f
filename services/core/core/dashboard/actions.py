"""What a learner can do next, each with the reason and, where there is one, the time it is due."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from django.db.models import Exists, OuterRef

from core.dashboard.programs import ProgramProgress
from core.mentorship.models import Session
from core.programs.models import Prerequisite
from core.progress.models import Progress
from core.progress.selectors import COMPLETED
from core.submissions.models import OPEN, Extension, Submission
from core.users.models import User
from ongoza_contracts.cohorts import EnrolmentState
from ongoza_contracts.mentorship import SessionParty, SessionState
from ongoza_contracts.submissions import SubmissionState

ACTIONS_MAX = 10
ITEMS_OF_PROGRAM = 3
"""So many of a program's missing items are named."""
NEVER = datetime.max.replace(tzinfo=UTC)


class ActionKind(StrEnum):
    """Each is its own reason: clients have a sentence for it."""

    ACCEPT_OFFER = "accept_offer"
    """A seat is reserved until the time."""
    PAY = "pay"
    """The seat is held until the time."""
    CONFIRM_SESSION = "confirm_session"
    """The mentor proposed a time."""
    CHANGE_WORK = "change_work"
    """A reviewer requested changes."""
    FINISH_DRAFT = "finish_draft"
    """The work was begun and not handed in."""
    NEXT_ITEM = "next_item"
    """The program requires it, and all that it builds on is done."""


@dataclass(frozen=True)
class Action:
    kind: ActionKind
    subject: str
    """The id of the enrolment, session, mission or item."""
    title: str
    """Of the cohort, mission or item; of a session empty."""
    due_at: datetime | None = None


def actions_of(user: User, programs: Iterable[ProgramProgress]) -> list[Action]:
    """Those that are due first at the head, then the others in the order of `ActionKind`: six
    queries."""
    programs = [*programs]
    found = [
        *_of_enrolments(programs),
        *_sessions(user),
        *_submissions(user),
        *_next_items(user, programs),
    ]
    found.sort(key=lambda one: one.due_at or NEVER)  # stable: equal ones stay in order
    return found[:ACTIONS_MAX]


def _of_enrolments(programs: Iterable[ProgramProgress]) -> Iterator[Action]:
    kinds = {
        EnrolmentState.OFFERED.value: ActionKind.ACCEPT_OFFER,
        EnrolmentState.PENDING_PAYMENT.value: ActionKind.PAY,
    }
    for one in programs:
        enrolment = one.enrolment
        if kind := kinds.get(enrolment.state):
            yield Action(kind, str(enrolment.pk), enrolment.cohort.name, enrolment.expires_at)


def _sessions(user: User) -> Iterator[Action]:
    rows = Session.objects.filter(
        learner=user, state=SessionState.REQUESTED, proposed_by=SessionParty.MENTOR
    )
    for one in rows[:ACTIONS_MAX]:
        yield Action(ActionKind.CONFIRM_SESSION, str(one.pk), "", one.starts_at)


def _submissions(user: User) -> Iterator[Action]:
    later = Submission.objects.filter(
        user=OuterRef("user"), mission=OuterRef("mission"), attempt__gt=OuterRef("attempt")
    )
    rows = Submission.objects.filter(~Exists(later), user=user).select_related("mission")
    kinds = {
        SubmissionState.CHANGES_REQUESTED: ActionKind.CHANGE_WORK,
        SubmissionState.DRAFT: ActionKind.FINISH_DRAFT,
    }
    extended = dict(Extension.objects.filter(user=user).values_list("mission_id", "until"))
    for state, kind in kinds.items():
        for one in rows.filter(state=state)[:ACTIONS_MAX]:
            due_at = extended.get(one.mission_id, one.mission.due_at)
            yield Action(kind, str(one.mission_id), one.mission.title, due_at)


def _next_items(user: User, programs: Iterable[ProgramProgress]) -> Iterator[Action]:
    active = [one for one in programs if one.enrolment.state == EnrolmentState.ACTIVE]
    missing = {item.item_id: item for one in active for item in one.missing}
    blocked = _blocked(user, missing)
    begun = Submission.objects.filter(user=user, state__in=OPEN)
    under_way = {*begun.values_list("mission__content_id", flat=True)}
    seen: set[str] = set()
    for one in active:
        ready = [
            item
            for item in one.missing
            if item.item_id not in blocked | under_way | seen and not item.item.retired
        ]
        for item in ready[:ITEMS_OF_PROGRAM]:
            seen.add(item.item_id)
            yield Action(ActionKind.NEXT_ITEM, item.item_id, item.item.title)


def _blocked(user: User, content_ids: Iterable[str]) -> set[str]:
    """Those of the items that build on one the learner completed neither itself nor its course."""
    itself = Progress.objects.filter(
        COMPLETED, user=user, content=OuterRef("to_contentitem__content_id")
    )
    course = Progress.objects.filter(
        COMPLETED, user=user, content=OuterRef("to_contentitem__course__content_id")
    )
    rows = Prerequisite.objects.filter(
        ~Exists(itself),
        ~Exists(course),
        from_contentitem__content_id__in=[*content_ids],
        to_contentitem__retired=False,
    ).exclude(to_contentitem__course__retired=True)
    return {*rows.values_list("from_contentitem__content_id", flat=True)}
