"""Group sessions: meetings of a mentor with several learners, each of whom takes a seat."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from core.access.selectors import active_memberships
from core.jobs.services import schedule
from core.kit import clock
from core.kit.errors import Conflict, DomainError, NotFound
from core.kit.limits import lock_parent, require_below_limit
from core.mentorship.blocks import Blocked, is_blocked
from core.mentorship.conversation_models import GroupSeat, GroupSession
from core.mentorship.locks import locked_pair, locked_users
from core.mentorship.models import Match
from core.mentorship.selectors import HORIZON, taken_times
from core.mentorship.sessions import TimeTaken
from core.mentorship.slots import Interval
from core.users.guardians import require_consent
from core.users.models import User
from ongoza_contracts.mentorship import MatchState
from ongoza_contracts.vocabulary import Role

REMIND_DAY_BEFORE = "mentorship.remind_group_day_before"
REMIND_HOUR_BEFORE = "mentorship.remind_group_hour_before"
REMINDERS = {REMIND_DAY_BEFORE: timedelta(days=1), REMIND_HOUR_BEFORE: timedelta(hours=1)}
MAX_SEATS, LONGEST = 200, timedelta(hours=8)


class BadTimes(DomainError):
    code = "bad_times"
    detail = (
        f"A group session begins later than now, within {HORIZON.days} days, and lasts at most "
        f"{LONGEST.seconds // 3600} hours."
    )


class NoSeatLeft(Conflict):
    code = "no_seat_left"
    detail = "All seats of the group session are taken."


class GroupClosed(Conflict):
    code = "group_closed"
    detail = "The group session has begun or was cancelled."


def visible_groups(caller: User) -> QuerySet[GroupSession]:
    """By their start: those of the caller as mentor; and as learner, those with a seat of theirs,
    of a mentor with whom they have an active match, and of mentors of their organizations."""
    organizations = active_memberships().filter(user_id=caller.pk, role=Role.LEARNER)
    mentors = active_memberships().filter(
        role=Role.MENTOR,
        organization__in=organizations.exclude(organization=None).values("organization"),
    )
    matches = Match.objects.filter(learner=caller, state=MatchState.ACTIVE)
    rows = GroupSession.objects.filter(
        Q(mentor=caller)
        | Q(mentor__in=matches.values("mentor"))
        | Q(mentor__in=mentors.values("user_id"))
        | Q(pk__in=GroupSeat.objects.filter(learner=caller).values("session"))
    )
    counted = rows.annotate(
        taken=Count("taken_seats"), own=Count("taken_seats", filter=Q(taken_seats__learner=caller))
    )
    return counted.order_by("starts_at", "id")  # with GROUP BY Django drops Meta.ordering


def visible_group(caller: User, group_id: UUID) -> GroupSession:
    """Raises NotFound."""
    group = visible_groups(caller).filter(pk=group_id).first()
    if group is None:
        raise NotFound
    return group


def learners_with_seats(group_id: UUID) -> list[int]:
    """At most `MAX_SEATS` ids, in their order."""
    seats = GroupSeat.objects.filter(session=group_id).order_by("learner")
    return [*seats.values_list("learner_id", flat=True)]


# --- the mentor's changes ------------------------------------------------------------------------
def open_group(
    *,
    mentor: User,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    time_zone: str,
    seats: int,
) -> GroupSession:
    """Raises NotFound for a user without a mentor's profile, BadTimes, TimeTaken and Busy."""
    now = clock.now()
    if not now < starts_at < now + HORIZON or not timedelta() < ends_at - starts_at <= LONGEST:
        raise BadTimes
    with locked_pair(mentor.pk) as profile:
        if profile is None:
            raise NotFound
        _require_free(mentor, Interval(starts_at, ends_at))
        group = GroupSession.objects.create(
            mentor=mentor,
            title=title,
            starts_at=starts_at,
            ends_at=ends_at,
            time_zone=time_zone,
            seats=seats,
            created_at=now,
        )
        for kind, before in REMINDERS.items():
            if starts_at - before > now:
                schedule(kind, subject=str(group.pk), due_at=starts_at - before)
    return visible_group(mentor, group.pk)


def cancel_group(*, mentor: User, group_id: UUID) -> GroupSession:
    """Cancel a group session that has not begun; a job notifies those who have seats. No-op for one
    that is cancelled. Raises NotFound, GroupClosed and Busy."""
    with lock_parent(GroupSession.objects.filter(mentor=mentor, pk=group_id)) as group:
        if group.cancelled_at is None:
            _require_open(group)
            group.cancelled_at = clock.now()
            group.save(update_fields=["cancelled_at"])
            schedule("mentorship.group_cancelled", subject=str(group.pk))
    return visible_group(mentor, group_id)


# --- seats ---------------------------------------------------------------------------------------
def take_seat(*, learner: User, group_id: UUID) -> GroupSession:
    """No-op for a learner who has a seat. Raises NotFound, also for the mentor, GroupClosed,
    Blocked, TimeTaken, NoSeatLeft, Busy and what `require_consent` raises."""
    require_consent(learner)
    with _locked_group(learner, group_id) as group:
        taken = GroupSeat.objects.filter(session=group)
        if not taken.filter(learner=learner).exists():
            _require_open(group)
            if is_blocked(learner.pk, group.mentor_id):
                raise Blocked
            _require_free(learner, Interval(group.starts_at, group.ends_at))
            require_below_limit(taken, group.seats, NoSeatLeft)
            GroupSeat.objects.create(session=group, learner=learner, created_at=clock.now())
    return visible_group(learner, group_id)


def leave_seat(*, learner: User, group_id: UUID) -> None:
    """Give the seat back; no-op without one. Raises NotFound, GroupClosed and Busy."""
    with _locked_group(learner, group_id) as group:
        _require_open(group)
        GroupSeat.objects.filter(session=group, learner=learner).delete()


@contextmanager
def _locked_group(learner: User, group_id: UUID) -> Iterator[GroupSession]:
    """A group session of another user, locked after both. Raises NotFound and Busy."""
    found = visible_group(learner, group_id)
    if found.mentor_id == learner.pk:
        raise NotFound
    with (
        locked_users(learner.pk, found.mentor_id),
        lock_parent(GroupSession.objects.filter(pk=found.pk)) as group,
    ):
        yield group


def _require_free(user: User, time: Interval) -> None:
    """The caller holds the user's lock. Raises TimeTaken."""
    if taken_times([user.pk], time):
        raise TimeTaken("You have another session at that time.")


def _require_open(group: GroupSession) -> None:
    if group.cancelled_at is not None or group.starts_at <= clock.now():
        raise GroupClosed
