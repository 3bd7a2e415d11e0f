"""Everything that changes reports."""

from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, transaction

from core.access.selectors import has_permission
from core.access.services import lock_users
from core.conduct.models import (
    UNDECIDED,
    Decision,
    DecisionAction,
    Outcome,
    Report,
    ReportedMessage,
    ReportReason,
)
from core.conduct.notifications import DECIDED
from core.conduct.selectors import queued_report
from core.conduct.states import REPORT_STATES
from core.jobs.services import schedule
from core.kit import clock
from core.kit.errors import Conflict, DomainError, NotFound
from core.kit.limits import lock_parent
from core.mentorship.conversation_models import Message
from core.mentorship.pairs import lock_match, other_of
from core.notifications.services import notify
from core.users.models import User
from core.users.user_keys import text_cipher


class UnknownMessage(DomainError):
    code = "unknown_message"
    detail = "A report shows messages of its match, each once: one of these is none."


class AlreadyReported(Conflict):
    code = "already_reported"

    def __init__(self, report_id: UUID) -> None:
        super().__init__(f"Your report {report_id} for this reason is not decided yet.")


class OutcomeMissing(DomainError):
    code = "outcome_missing"
    detail = "outcome belongs to the action 'resolve', which needs one, and to no other."


def report(
    *,
    reporter: User,
    match_id: UUID,
    reason: ReportReason,
    text: str,
    messages: Collection[UUID] = (),
) -> Report:
    """Report the other one of a match, which may have ended. A job notifies those who decide.

    Raises NotFound, also where the other one was erased, UnknownMessage, AlreadyReported and Busy.
    """
    with lock_match(reporter, match_id) as match:
        reported_id = other_of(match, reporter.pk)
        if reported_id is None:
            raise NotFound
        shown = Message.objects.filter(match=match, pk__in=messages)
        if shown.count() != len(messages):
            raise UnknownMessage
        new = Report(
            match=match,
            reporter=reporter,
            reported_id=reported_id,
            reason=reason,
            created_at=clock.now(),
        )
        _require_first(new)
        new.encrypted = text_cipher(reporter.pk).encrypt(text, place=new.place)
        new.save(force_insert=True)
        ReportedMessage.objects.bulk_create(
            ReportedMessage(report=new, message=message) for message in shown
        )
        schedule("conduct.new_report", subject=str(new.pk))
    return new


def _require_first(new: Report) -> None:
    """Raises AlreadyReported."""
    same = Report.objects.filter(
        reporter=new.reporter, reported=new.reported_id, reason=new.reason, state__in=UNDECIDED
    )
    if (earlier := same.first()) is not None:
        raise AlreadyReported(earlier.pk)


def decide(
    *, caller: User, report_id: UUID, action: DecisionAction, outcome: Outcome | None = None
) -> Report:
    """Move a report of the caller's queue, and notify the reporter of its end.

    Raises NotFound, IllegalTransition, PermissionDenied, OutcomeMissing, AlreadyReported where the
    reporter reported the same again meanwhile, and Busy.
    """
    if (outcome is not None) != (action == DecisionAction.RESOLVE):
        raise OutcomeMissing
    found = queued_report(caller, report_id)
    with transaction.atomic():
        lock_users({caller.pk, found.reporter_id} - {None})
        with lock_parent(Report.objects.filter(pk=found.pk)) as row:
            REPORT_STATES.move(row, action, lambda permission: has_permission(caller, permission))
            _save_state(row)
            Decision.objects.create(
                report=row, actor=caller, action=action, outcome=outcome, at=clock.now()
            )
            _notify_reporter(row)
    return queued_report(caller, report_id)


def _save_state(row: Report) -> None:
    """Raises AlreadyReported."""
    ...


def _notify_reporter(row: Report) -> None:
    ...
