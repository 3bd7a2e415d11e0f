"""Everything that changes reports."""

from collections.abc import Collection
from functools import partial
from uuid import UUID

from core.access.selectors import has_permission
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
from core.mentorship.blocks import block
from core.mentorship.conversation_models import Block, Message
from core.mentorship.locks import locked_users
from core.mentorship.pairs import locked_match, other_of, own_match
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
    with locked_match(reporter, match_id) as match:
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


def _require_first(row: Report) -> None:
    """Raises AlreadyReported. The caller holds the reporter's lock."""
    same = Report.objects.filter(
        reporter=row.reporter_id,
        reported=row.reported_id,
        reason=row.reason,
        state__in=UNDECIDED,
    )
    if row.reporter_id and (earlier := same.exclude(pk=row.pk).first()) is not None:
        raise AlreadyReported(earlier.pk)


def decide(
    *, caller: User, report_id: UUID, action: DecisionAction, outcome: Outcome | None = None
) -> Report:
    """Move a report of the caller's queue, and notify the reporter of the end of it.

    Raises NotFound, OutcomeMissing, IllegalTransition, AlreadyReported for a report to reopen
    beside another one, and Busy.
    """
    if (outcome is not None) != (action == DecisionAction.RESOLVE):
        raise OutcomeMissing
    found = queued_report(caller, report_id)
    with (
        locked_users(caller.pk, found.reporter_id),
        lock_parent(Report.objects.filter(pk=found.pk)) as row,
    ):
        REPORT_STATES.move(row, action, partial(has_permission, caller))
        if action == DecisionAction.REOPEN:
            _require_first(row)
        now = clock.now()
        row.decided_at = None if row.state in UNDECIDED else now
        row.save(update_fields=["state", "decided_at"])
        decision = Decision.objects.create(
            report=row, actor=caller, action=action, outcome=outcome, at=now
        )
        if row.reporter_id and row.state not in UNDECIDED:
            subject = str(row.pk)
            notify(user_id=row.reporter_id, kind=DECIDED, subject=subject, version=decision.pk)
    return queued_report(caller, report_id)


def block_other(*, user: User, match_id: UUID) -> tuple[Block, bool]:
    """Block the other one of a match; whether that is new. Raises NotFound, also where the other
    one was erased."""
    other_id = other_of(own_match(user, match_id), user.pk)
    if other_id is None:
        raise NotFound
    return block(user=user, blocked_id=other_id)
