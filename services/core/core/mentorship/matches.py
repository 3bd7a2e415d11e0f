"""Everything that changes matches of mentors and learners."""

from uuid import UUID

from core.access.selectors import reaches
from core.access.services import follow_match
from core.kit import clock
from core.kit.errors import NotFound
from core.kit.etags import IfMatch
from core.kit.versions import get_for_update
from core.mentorship import notifications
from core.mentorship.locks import locked_pair
from core.mentorship.models import OPEN_SESSIONS, Match
from core.mentorship.selectors import matches_without_membership, visible_match
from core.mentorship.sessions import cancel_all
from core.mentorship.states import MATCH_STATES
from core.notifications.services import notify
from core.outbox.publish import publish
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.mentorship import MatchEndReason


def start_match(*, learner_id: int, mentor_id: int) -> Match:
    """A new match, which gives the mentor a membership for the learner.

    The caller holds the locks of the pair and has counted the mentor's matches. Raises NotFound for
    a user who is no learner any more.
    """
    match = Match(learner_id=learner_id, mentor_id=mentor_id, created_at=clock.now())
    publish(match)
    follow_match(mentor_id=mentor_id, learner_id=learner_id, is_active=True)
    return match


def end_match(
    *, caller: User, match_id: UUID, reason: MatchEndReason, if_match: IfMatch | None = None
) -> Match:
    """End a match with its membership, and cancel the sessions that have not begun. By one of the
    two, or by who manages the learner's memberships.

    Raises NotFound, PreconditionFailed, IllegalTransition and Busy.
    """
    found = visible_match(caller, match_id)
    is_of_pair = caller.pk in (found.learner_id, found.mentor_id)
    if not is_of_pair and not reaches(caller, Permission.MEMBERSHIP_MANAGE, found.learner_id):
        raise NotFound
    with locked_pair(found.mentor_id, found.learner_id, caller.pk):
        match = get_for_update(Match.objects.filter(pk=match_id), if_match=if_match)
        _end(match, reason)
        for user_id in {match.learner_id, match.mentor_id} - {caller.pk, None}:
            _notify(match, user_id)
    return match


def end_match_without_membership(*, match_id: UUID) -> None:
    """End a match whose mentor was erased, or may not read the learner any more; no-op for any
    other. Raises NotFound for one that is deleted meanwhile, and Busy."""
    found = matches_without_membership().filter(pk=match_id).first()
    if found is None:
        return
    with locked_pair(found.mentor_id, found.learner_id):
        match = get_for_update(Match.objects.filter(pk=match_id))
        if matches_without_membership().filter(pk=match_id).exists():
            _end(match, MatchEndReason.MEMBERSHIP_ENDED)
            _notify(match, match.learner_id)


def _end(match: Match, reason: MatchEndReason) -> None:
    """The caller holds the locks of the users and of the match."""
    MATCH_STATES.move(match, "end")
    match.end_reason, match.ended_at = reason, clock.now()
    publish(match)
    cancel_all(match.sessions.filter(state__in=OPEN_SESSIONS, starts_at__gt=clock.now()))
    if match.mentor_id is not None:
        follow_match(mentor_id=match.mentor_id, learner_id=match.learner_id, is_active=False)


def _notify(match: Match, user_id: int | None) -> None:
    if user_id is not None:
        kind, subject = notifications.MATCH_ENDED, str(match.pk)
        notify(user_id=user_id, kind=kind, subject=subject, version=match.version)
