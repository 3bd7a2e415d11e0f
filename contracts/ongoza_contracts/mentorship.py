"""Facts about mentors and their learners, and about the sessions they have."""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import TimeZoneName, UserId


class MatchState(StrEnum):
    ACTIVE = "active"
    ENDED = "ended"


class MatchEndReason(StrEnum):
    COMPLETED = "completed"
    """They reached what they wanted."""
    NO_FIT = "no_fit"
    """The two do not suit each other."""
    INACTIVE = "inactive"
    """One of the two does not answer."""
    STOPPED = "stopped"
    """One of the two wants to stop or has no time."""
    MEMBERSHIP_ENDED = "membership_ended"
    """The mentor was erased, or may not read the learner any more. Only the platform gives it."""


class SessionState(StrEnum):
    REQUESTED = "requested"
    """One of the two proposed the time, and the other has not confirmed it."""
    CONFIRMED = "confirmed"
    HELD = "held"
    MISSED = "missed"
    CANCELLED = "cancelled"


class SessionParty(StrEnum):
    LEARNER = "learner"
    MENTOR = "mentor"


class MatchUpdated(
    Fact,
    type="ongoza.match.updated.v1",
    key=("match_id",),
    partition="user_id",
    subjects=("user_id", "mentor_id"),
):
    """A mentor accepted a learner, or this ended."""

    match_id: UUID
    """A UUID of version 7."""
    user_id: UserId
    """The learner."""
    mentor_id: UserId | None = None
    """Absent once the mentor was erased."""
    state: MatchState
    """Whether the two still work together."""
    end_reason: MatchEndReason | None = None
    """Why it ended; absent while the match is active."""
    ended_at: AwareDatetime | None = None
    """When it ended; absent while the match is active."""
    created_at: AwareDatetime
    """When the mentor accepted the learner."""
    updated_at: AwareDatetime
    """When the match changed last."""


class SessionUpdated(
    Fact,
    type="ongoza.session.updated.v1",
    key=("session_id",),
    partition="user_id",
    subjects=("user_id", "mentor_id"),
):
    """A mentor's session with a learner was proposed or moved, confirmed or cancelled, held or
    missed."""

    session_id: UUID
    """A UUID of version 7."""
    match_id: UUID
    """The match of the mentor and the learner."""
    user_id: UserId
    """The learner."""
    mentor_id: UserId | None = None
    """Absent once the mentor was erased."""
    state: SessionState
    """Whether the session is agreed, and whether it took place."""
    starts_at: AwareDatetime
    """When the session starts."""
    ends_at: AwareDatetime
    """When the session ends."""
    learner_time_zone: TimeZoneName
    """The zone of the learner's clock when the session was booked or moved."""
    mentor_time_zone: TimeZoneName
    """The zone of the mentor's clock when the session was booked or moved."""
    proposed_by: SessionParty
    """Who chose the time; the other one confirms it."""
    missed_by: SessionParty | None = None
    """Who did not come; present in the state `missed` alone."""
    sequence: int = Field(ge=0, le=2**31 - 1)
    """Raised with each change that calendars show: the SEQUENCE of RFC 5545."""
    created_at: AwareDatetime
    """When the session was proposed."""
    updated_at: AwareDatetime
    """When the session changed last."""
