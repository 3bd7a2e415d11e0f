"""The two people of a match, and whether they may be in contact."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db.models import Q, QuerySet

from core.kit.errors import NotFound
from core.kit.versions import get_for_update
from core.mentorship.blocks import Blocked, is_blocked
from core.mentorship.locks import locked_users
from core.mentorship.models import Match
from core.mentorship.sessions import MatchEnded
from core.users.models import User
from ongoza_contracts.mentorship import MatchState


def own_matches(user: User) -> QuerySet[Match]:
    """Those in which the user is the mentor or the learner, ended ones too."""
    return Match.objects.filter(Q(learner=user) | Q(mentor=user))


def own_match(user: User, match_id: UUID) -> Match:
    """Raises NotFound, also for a match of others."""
    match = own_matches(user).filter(pk=match_id).first()
    if match is None:
        raise NotFound
    return match


def active_match(mentor: User, learner_id: int) -> Match:
    """Raises NotFound for a learner who is no mentee of the user's now."""
    rows = Match.objects.filter(mentor=mentor, learner=learner_id, state=MatchState.ACTIVE)
    if (match := rows.first()) is None:
        raise NotFound
    return match


def other_of(match: Match, user_id: int) -> int | None:
    """The id of the other one of the pair; None for a mentor who was erased."""
    return match.mentor_id if user_id == match.learner_id else match.learner_id


@contextmanager
def locked_match(user: User, match_id: UUID) -> Iterator[Match]:
    """A transaction with the locks of both people of one's own match, and of the match. Raises
    NotFound and Busy."""
    found = own_match(user, match_id)
    with locked_users(found.learner_id, found.mentor_id):
        yield get_for_update(own_matches(user).filter(pk=found.pk))


@contextmanager
def locked_open_match(user: User, match_id: UUID) -> Iterator[Match]:
    """As `locked_match`, for what needs contact of both. Raises MatchEnded and Blocked too."""
    with locked_match(user, match_id) as match:
        if match.state != MatchState.ACTIVE or match.mentor_id is None:
            raise MatchEnded
        if is_blocked(match.learner_id, match.mentor_id):
            raise Blocked
        yield match
