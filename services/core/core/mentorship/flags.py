"""Flags: a mentor's concerns about a learner."""

from uuid import UUID

from django.db.models import Q, QuerySet

from core.jobs.services import schedule
from core.kit import clock
from core.kit.errors import NotFound
from core.mentorship.conversation_kinds import ESCALATED, FlagKind, FlagSeverity
from core.mentorship.conversation_models import Flag
from core.mentorship.locks import locked_users
from core.mentorship.managers import about_managed_learners
from core.mentorship.pairs import active_match
from core.mentorship.selectors import mentees_of
from core.users.models import User
from core.users.user_keys import text_cipher


def visible_flags(caller: User) -> QuerySet[Flag]:
    """Those that the caller raised about learners of active matches, and those about learners whom
    the caller manages; the newest first. A learner reads flags about themselves in the archive of
    their data alone."""
    raised = Q(raised_by=caller, learner__in=mentees_of(caller).values("learner"))
    rows = Flag.objects.filter(raised | about_managed_learners(caller, "learner"))
    return rows.exclude(learner=caller)


def visible_flag(caller: User, flag_id: UUID) -> Flag:
    """Raises NotFound."""
    flag = visible_flags(caller).filter(pk=flag_id).first()
    if flag is None:
        raise NotFound
    return flag


def raise_flag(
    *, mentor: User, learner_id: int, kind: FlagKind, severity: FlagSeverity, note: str
) -> Flag:
    """A job notifies the directors of a flag of high or critical severity. Raises NotFound for a
    learner with whom the mentor has no active match, and Busy."""
    active_match(mentor, learner_id)  # before other users are locked
    with locked_users(mentor.pk, learner_id):
        active_match(mentor, learner_id)
        flag = Flag(
            learner_id=learner_id,
            raised_by=mentor,
            kind=kind,
            severity=severity,
            created_at=clock.now(),
        )
        flag.encrypted = text_cipher(learner_id).encrypt(note, place=flag.place)
        flag.save(force_insert=True)
        if severity in ESCALATED:
            schedule("mentorship.high_flag", subject=str(flag.pk))
    return flag


def resolve_flag(*, caller: User, flag_id: UUID) -> Flag:
    """No-op for one that is resolved. Raises NotFound and Busy."""
    learner_id = visible_flag(caller, flag_id).learner_id
    with locked_users(caller.pk, learner_id):
        unresolved = visible_flags(caller).filter(pk=flag_id, resolved_at=None)
        unresolved.update(resolved_at=clock.now(), resolved_by=caller)
        return visible_flag(caller, flag_id)


def read_note(flag: Flag) -> str:
    """Raises TextUnreadable."""
    return text_cipher(flag.learner_id).decrypt(bytes(flag.encrypted), place=flag.place)
