"""Everything that changes learners' requests for a mentor."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from core.jobs.services import schedule
from core.kit import clock
from core.kit.errors import Conflict, NotFound
from core.kit.limits import require_below_limit
from core.mentorship import notifications
from core.mentorship.locks import locked_pair, locked_users
from core.mentorship.matches import start_match
from core.mentorship.models import (
    OPEN_REQUESTS,
    Match,
    MentorshipRequest,
    PassedRequest,
    RequestState,
)
from core.mentorship.selectors import mentors_for, mentors_with_room, requests_to_pass_on
from core.mentorship.states import REQUEST_STATES
from core.notifications.services import notify
from core.subscriptions.selectors import require_entitlement
from core.users.guardians import require_consent
from core.users.models import User
from ongoza_contracts.mentorship import MatchState
from ongoza_contracts.subscriptions import Feature
from ongoza_contracts.vocabulary import Role

OPEN_MAX = 2
ANSWER_WITHIN = timedelta(days=3)
ASK_NEXT = "mentorship.ask_next"


class TooManyRequests(Conflict):
    code = "too_many_requests"
    detail = f"At most {OPEN_MAX} requests may be open: withdraw one first."


class AlreadyAsked(Conflict):
    """Says by which request."""

    code = "already_asked"


class AlreadyMatched(Conflict):
    """Says by which match."""

    code = "already_matched"


class MentorFull(Conflict):
    code = "mentor_full"
    detail = "The mentor takes no further learners at present."


class RequestExpired(Conflict):
    code = "request_expired"
    detail = "The request was open until expires_at, and goes on to the next mentor."


def request_mentor(
    *, user: User, mentor_id: int | None = None, message: str = ""
) -> MentorshipRequest:
    """Ask a mentor, or without one the first who has room; where nobody has, the request waits.

    Raises PermissionDenied for somebody who is no learner, NotFound for a mentor whom the learner
    may not ask, NotEntitled, TooManyRequests, AlreadyAsked, AlreadyMatched, MentorFull, Busy and
    what `require_consent` raises.
    """
    require_consent(user)
    with locked_users(user.pk, mentor_id):
        learner = User.objects.get(pk=user.pk)
        if learner.role != Role.LEARNER:
            raise PermissionDenied
        require_entitlement(learner.pk, Feature.MENTORSHIP)
        own = MentorshipRequest.objects.filter(learner=learner, state__in=OPEN_REQUESTS)
        require_below_limit(own, OPEN_MAX, TooManyRequests)
        if mentor_id is not None:
            _require_possible(learner, mentor_id)
        request = MentorshipRequest(
            learner=learner,
            organization_id=learner.organization_id,
            preferred_id=mentor_id,
            message=message,
            created_at=clock.now(),
        )
        if mentor_id is None:
            waiting = MentorshipRequest.objects.filter(
                organization=learner.organization_id, state=RequestState.WAITING
            )
            if not waiting.exists():  # else it is asked by the tick, after the older ones
                schedule(ASK_NEXT, subject=str(request.pk), key=str(request.pk))
            request.save(force_insert=True)
        else:
            _ask(request, mentor_id)
            request.save(force_insert=True)
            _notify(request, mentor_id, notifications.ASKED)
    return request


def _require_possible(learner: User, mentor_id: int) -> None:
    profile = mentors_for(learner).filter(pk=mentor_id).first()
    if profile is None:
        raise NotFound
    _require_no_match(learner.pk, mentor_id)
    named = Q(mentor=mentor_id) | Q(preferred=mentor_id)
    rows = MentorshipRequest.objects.filter(named, learner=learner, state__in=OPEN_REQUESTS)
    if asked := rows.first():
        raise AlreadyAsked(f"Your request {asked.pk} asks for this mentor.")
    if not profile.is_accepting or _matched(profile.pk).count() >= profile.capacity:
        raise MentorFull


def accept(*, user: User, request_id: UUID) -> Match:
    """Begin to work with the learner who asked: the match, and with it the membership.

    Raises NotFound, IllegalTransition, RequestExpired, PermissionDenied for a mentor whom the
    learner may not ask any more, MentorFull, AlreadyMatched, Busy and what `require_consent` raises
    for the learner.
    """
    learner_id = _learner_of(user, request_id)
    with locked_pair(user.pk, learner_id) as profile:
        request = _get_for_update(MentorshipRequest.objects.filter(mentor=user, pk=request_id))
        REQUEST_STATES.move(request, "accept")
        if request.expires_at and request.expires_at <= clock.now():
            raise RequestExpired
        if profile is None or not mentors_for(request.learner).filter(pk=user.pk).exists():
            raise PermissionDenied
        require_below_limit(_matched(user.pk), profile.capacity, MentorFull)
        _require_no_match(learner_id, user.pk)
        require_consent(request.learner)
        request.accepted_at = request.closed_at = clock.now()
        request.expires_at = None
        request.save()
        return start_match(learner_id=learner_id, mentor_id=user.pk)


def decline(*, user: User, request_id: UUID) -> MentorshipRequest:
    """Leave a request to the next mentor, who is asked at once. Raises NotFound, IllegalTransition
    and Busy."""
    with locked_users(user.pk, _learner_of(user, request_id)):
        request = _get_for_update(MentorshipRequest.objects.filter(mentor=user, pk=request_id))
        _pass(request, "decline")
        request.save()
        schedule(ASK_NEXT, subject=str(request.pk), key=str(request.pk))
    return request


def withdraw(*, user: User, request_id: UUID) -> MentorshipRequest:
    """End one's own request. Raises NotFound, IllegalTransition and Busy."""
    with locked_users(user.pk):
        rows = MentorshipRequest.objects.filter(learner=user, pk=request_id)
        request = _get_for_update(rows)
        REQUEST_STATES.move(request, "withdraw")
        request.mentor, request.expires_at = None, None
        request.closed_at = clock.now()
        request.save()
    return request


def pass_on(*, request_id: UUID) -> None:
    """Ask the next mentor, if nobody is asked or the one who is asked did not answer in time or
    cannot accept. No-op if there is none with room, and for a request that does not exist. Raises
    Busy, and NotFound where one of its users is erased meanwhile."""
    request = MentorshipRequest.objects.filter(pk=request_id).first()
    if request is None:
        return
    following = next_mentor(request)
    with locked_users(request.learner_id, request.mentor_id, following):
        request = _get_for_update(MentorshipRequest.objects.filter(pk=request_id))
        if requests_to_pass_on().filter(pk=request.pk).exists():
            is_expired = request.expires_at is not None and request.expires_at <= clock.now()
            _pass(request, "expire" if is_expired else "reassign")
            _notify(request, request.learner_id, notifications.PASSED_ON)
        is_waiting = request.state == RequestState.WAITING
        if is_waiting and following is not None and following == next_mentor(request):
            _ask(request, following)
            _notify(request, following, notifications.ASKED)
        request.save()


def next_mentor(request: MentorshipRequest) -> int | None:
    """Who is asked next: of those with room, none of whom passed the request on or is asked by the
    learner already, one of the learner's track before others, and the one with the least load."""
    learner = request.learner
    others = MentorshipRequest.objects.filter(learner=learner, state__in=OPEN_REQUESTS)
    matched = Match.objects.filter(learner=learner, state=MatchState.ACTIVE)
    rows: QuerySet[Any] = mentors_with_room(mentors_for(learner))
    rows = rows.exclude(pk__in=request.passes.values("mentor"))
    rows = rows.exclude(pk__in=matched.exclude(mentor=None).values("mentor"))
    rows = rows.exclude(pk__in=others.exclude(mentor=None).values("mentor"))
    found = [*rows.order_by("matched", "asked", "pk")]
    found.sort(key=lambda profile: learner.track not in profile.tracks)
    return found[0].pk if found else None


def _ask(request: MentorshipRequest, mentor_id: int) -> None:
    REQUEST_STATES.move(request, "ask")
    request.mentor_id, request.expires_at = mentor_id, clock.now() + ANSWER_WITHIN


def _pass(request: MentorshipRequest, action: str) -> None:
    """Note that the mentor, if not erased, does not take the request."""
    REQUEST_STATES.move(request, action)
    if request.mentor_id is not None:
        PassedRequest.objects.create(
            request=request,
            mentor_id=request.mentor_id,
            expired=action == "expire",
            at=clock.now(),
        )
    request.mentor, request.expires_at = None, None


def _notify(request: MentorshipRequest, user_id: int, kind: str) -> None:
    """Once for each mentor whom the request has reached."""
    version = request.passes.count() + 1
    notify(user_id=user_id, kind=kind, subject=str(request.pk), version=version)


def _matched(mentor_id: int) -> QuerySet[Match]:
    return Match.objects.filter(mentor=mentor_id, state=MatchState.ACTIVE)


def _require_no_match(learner_id: int, mentor_id: int) -> None:
    if found := _matched(mentor_id).filter(learner=learner_id).first():
        raise AlreadyMatched(f"The match {found.pk} is active.")


def _learner_of(mentor: User, request_id: UUID) -> int:
    """Raises NotFound for a request of which the user is not the mentor."""
    rows = MentorshipRequest.objects.filter(mentor=mentor, pk=request_id)
    found = rows.values_list("learner_id", flat=True).first()
    if found is None:
        raise NotFound
    return found


def _get_for_update(rows: QuerySet[MentorshipRequest]) -> MentorshipRequest:
    """Raises NotFound."""
    found = rows.select_for_update(no_key=True).first()
    if found is None:
        raise NotFound
    return found
