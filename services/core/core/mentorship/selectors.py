"""Reads of mentors, requests, matches and sessions, each within the caller's reach."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core.access.selectors import active_memberships, extent, reach
from core.kit import clock
from core.kit.errors import NotFound
from core.mentorship.blocks import blocked_with
from core.mentorship.conversation_models import Block, GroupSeat, GroupSession
from core.mentorship.models import (
    OPEN_SESSIONS,
    Match,
    MentorProfile,
    MentorshipRequest,
    RequestState,
    Session,
)
from core.mentorship.slots import Availability, Hours, Interval, slots
from core.users.models import User
from ongoza_contracts.access import Permission, ScopeKind
from ongoza_contracts.mentorship import MatchState
from ongoza_contracts.vocabulary import Role

HORIZON = timedelta(days=90)
"""How far ahead sessions are booked."""


# --- mentors -----------------------------------------------------------------------------------
def with_load(profiles: QuerySet[MentorProfile]) -> QuerySet[MentorProfile]:
    """With `matched`, the number of active matches, and `asked`, that of requests to answer."""
    matched = Match.objects.filter(mentor=OuterRef("pk"), state=MatchState.ACTIVE)
    asked = MentorshipRequest.objects.filter(mentor=OuterRef("pk"), state=RequestState.ASKED)
    return profiles.annotate(matched=_count(matched), asked=_count(asked))


def _count(rows: QuerySet[Match] | QuerySet[MentorshipRequest]) -> Coalesce:
    counted = rows.order_by().values("mentor").annotate(rows=Count("pk")).values("rows")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def mentors_for(user: User) -> QuerySet[MentorProfile]:
    """The mentors whom a learner may ask: those of the organizations that the learner has a role
    in, and those whose role is the platform's; none whom a block keeps from the learner."""
    own = active_memberships().filter(user_id=user.pk).exclude(organization=None)
    held = active_memberships().filter(
        Q(scope=ScopeKind.PLATFORM) | Q(organization__in=own.values("organization")),
        role=Role.MENTOR,
    )
    rows = MentorProfile.objects.filter(user__in=held.values("user"), user__is_active=True)
    return with_load(rows.exclude(pk=user.pk).exclude(pk__in=blocked_with(user.pk)))


def mentors_with_room(profiles: QuerySet[MentorProfile]) -> QuerySet[MentorProfile]:
    """Those who take one more learner than they have and are asked by."""
    rows = with_load(profiles.filter(is_accepting=True))
    return rows.filter(capacity__gt=F("matched") + F("asked"))


def visible_profiles(caller: User) -> QuerySet[MentorProfile]:
    """The caller's own, those whom the caller may ask, and those of the caller's active matches;
    all of them for who reads all memberships."""
    rows = with_load(MentorProfile.objects.select_related("user"))
    if extent(caller, Permission.MEMBERSHIP_READ).everyone:
        return rows
    matched = Match.objects.filter(learner=caller, state=MatchState.ACTIVE)
    return rows.filter(
        Q(pk=caller.pk)
        | Q(pk__in=mentors_for(caller).values("pk"))
        | Q(pk__in=matched.values("mentor"))
    )


def visible_profile(caller: User, mentor_id: int) -> MentorProfile:
    """Raises NotFound."""
    rows = visible_profiles(caller).prefetch_related("rules", "overrides")
    if (found := rows.filter(pk=mentor_id).first()) is None:
        raise NotFound
    return found


def availability_of(profile: MentorProfile) -> Availability:
    rules, overrides = profile.rules.all(), profile.overrides.all()
    return Availability(
        zone=ZoneInfo(profile.time_zone),
        weekly=[(rule.weekday, Hours(rule.starts, rule.ends)) for rule in rules],
        overrides=[
            (one.date, Hours(one.starts, one.ends) if one.starts and one.ends else None)
            for one in overrides
        ],
    )


def free_slots(
    profile: MentorProfile, first: datetime, last: datetime, besides: Session | None = None
) -> list[Interval]:
    """The slots of a mentor that start from `first` on, before `last`, that can be booked now.
    `besides` is a session whose time counts as free."""
    now, length = clock.now(), timedelta(minutes=profile.session_minutes)
    first, last = max(first, now), min(last, now + HORIZON)
    if last <= first:
        return []
    taken = taken_times([profile.pk], Interval(first, last + length))
    times = [time for pk, time in taken if besides is None or pk != besides.pk]
    return slots(availability_of(profile), first, last, length, times)


def taken_times(user_ids: Collection[int], within: Interval) -> list[tuple[UUID, Interval]]:
    """The times of the open sessions and group sessions of any of the users that overlap
    `within`."""
    overlapping = Q(starts_at__lt=within.ends_at, ends_at__gt=within.starts_at)
    sessions = Session.objects.filter(
        Q(mentor__in=user_ids) | Q(learner__in=user_ids), overlapping, state__in=OPEN_SESSIONS
    )
    seated = GroupSeat.objects.filter(learner__in=user_ids)
    groups = GroupSession.objects.filter(
        Q(mentor__in=user_ids) | Q(pk__in=seated.values("session")), overlapping, cancelled_at=None
    )
    columns = ("pk", "starts_at", "ends_at")
    found = [*sessions.values_list(*columns), *groups.values_list(*columns)]
    return [(pk, Interval(starts_at, ends_at)) for pk, starts_at, ends_at in found]


# --- requests ----------------------------------------------------------------------------------
def requests_to_pass_on() -> QuerySet[MentorshipRequest]:
    """Those whose mentor did not answer in time, was erased, has no room, or is none of the
    learner's `mentors_for` any more."""
    own = active_memberships().filter(user=OuterRef(OuterRef("learner")))
    organizations = own.exclude(organization=None).values("organization")
    held = active_memberships().filter(
        Q(scope=ScopeKind.PLATFORM) | Q(organization__in=organizations),
        user=OuterRef("mentor"),
        user__is_active=True,
        role=Role.MENTOR,
    )
    profiles = with_load(MentorProfile.objects.filter(pk=OuterRef("mentor")))
    blocks = Block.objects.filter(
        Q(blocker=OuterRef("learner"), blocked=OuterRef("mentor"))
        | Q(blocker=OuterRef("mentor"), blocked=OuterRef("learner"))
    )
    return MentorshipRequest.objects.filter(
        Q(expires_at__lte=clock.now())
        | ~Exists(held)
        | ~Exists(profiles.filter(capacity__gt=F("matched")))
        | Exists(blocks),
        state=RequestState.ASKED,
    )


def visible_requests(caller: User) -> QuerySet[MentorshipRequest]:
    """The caller's own; those that the caller is asked as a mentor, and those that the caller
    accepted, of active matches."""
    rows = MentorshipRequest.objects.select_related("learner")
    asked = Q(mentor=caller, state=RequestState.ASKED)
    accepted = Q(mentor=caller, learner__in=mentees_of(caller).values("learner"))
    return rows.filter(Q(learner=caller) | asked | accepted)


def visible_request(caller: User, request_id: UUID) -> MentorshipRequest:
    """Raises NotFound."""
    if (found := visible_requests(caller).filter(pk=request_id).first()) is None:
        raise NotFound
    return found


# --- matches and sessions ----------------------------------------------------------------------
def mentees_of(mentor: User) -> QuerySet[Match]:
    """The active matches of a mentor."""
    return Match.objects.filter(mentor=mentor, state=MatchState.ACTIVE)


def visible_matches(caller: User) -> QuerySet[Match]:
    """Those of the caller, as learner or mentor, and of learners whose memberships the caller
    reads."""
    return Match.objects.filter(_within(caller))


def visible_match(caller: User, match_id: UUID) -> Match:
    """Raises NotFound."""
    if (found := visible_matches(caller).filter(pk=match_id).first()) is None:
        raise NotFound
    return found


def visible_sessions(caller: User) -> QuerySet[Session]:
    """As `visible_matches`."""
    return Session.objects.filter(_within(caller))


def visible_session(caller: User, session_id: UUID) -> Session:
    """Raises NotFound."""
    if (found := visible_sessions(caller).filter(pk=session_id).first()) is None:
        raise NotFound
    return found


def _within(caller: User) -> Q:
    reached = reach(caller, Permission.MEMBERSHIP_READ, "learner_id")
    return reached | Q(mentor=caller) if reached else reached  # empty for everyone


def matches_without_membership() -> QuerySet[Match]:
    """Active matches whose mentor was erased, or may not read the learner any more."""
    held = active_memberships().filter(
        user=OuterRef("mentor"), learner=OuterRef("learner"), role=Role.MENTOR
    )
    return Match.objects.filter(~Exists(held), state=MatchState.ACTIVE)
