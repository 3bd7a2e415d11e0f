"""Flags and hints. Both are counted and charged under the learner's lock."""

from collections.abc import Sequence
from secrets import token_bytes
from uuid import UUID

from django.db import transaction

from core.access.selectors import reaches
from core.kit import clock
from core.kit.errors import Conflict, DomainError, NotFound
from core.kit.limits import lock_parent, require_below_limit
from core.missions import selectors
from core.missions.flags import SECRET_BYTES, flag_hash, flag_of, is_same_flag
from core.missions.models import (
    FlagAttempt,
    FlagOutcome,
    FlagSecret,
    Hint,
    HintUnlock,
    IssuedFlag,
    Mission,
)
from core.missions.selectors import WHOLE_SCORE, FlagStatus, HintSpec
from core.missions.services import MissionRetired
from core.users.encryption import decrypt, encrypt
from core.users.models import User
from ongoza_contracts.access import Permission
from ongoza_contracts.missions import MissionState


class NoFlags(Conflict):
    code = "no_flags"
    detail = "The mission has no flags: set its flag_attempts."


class FlagFound(Conflict):
    code = "flag_found"
    detail = "You have entered your flag already."


class NoFlagAttemptsLeft(Conflict):
    code = "no_attempts_left"
    detail = "You have entered as many flags as the mission allows."


class MissionPassed(Conflict):
    code = "mission_passed"
    detail = "You have passed the mission: its hints cannot be unlocked any more."


class HintsTooExpensive(DomainError):
    code = "hints_too_expensive"
    detail = f"The hints of a mission cost at most {WHOLE_SCORE} per cent together."


# --- flags ---------------------------------------------------------------------------------------
@transaction.atomic
def issue_flag(*, caller: User, mission_id: UUID, user_id: int) -> str:
    """The flag that a learner finds in their lab, for who sets the lab up; always the same.

    Raises NotFound, also for a learner whom the caller does not reach, and NoFlags.
    """
    if not reaches(caller, Permission.LEARNER_READ, user_id):
        raise NotFound
    mission = selectors.mission(mission_id)
    if mission.flag_attempts is None:
        raise NoFlags
    flag = flag_of(_secret_of(mission), mission.pk, user_id)
    IssuedFlag.objects.get_or_create(
        mission=mission,
        user_id=user_id,
        defaults={"flag_hash": flag_hash(flag), "issued_at": clock.now()},
    )
    return flag


def enter_flag(*, user: User, mission_id: UUID, entered: str) -> FlagStatus:
    """Count one attempt to enter the learner's flag. The flag of somebody else is recorded with its
    owner, and is as wrong as any other text.

    Raises NotFound, Busy, MissionRetired, NoFlags, FlagFound and NoFlagAttemptsLeft.
    """
    with lock_parent(User.objects.filter(pk=user.pk)):
        mission = _offered(mission_id)
        if mission.flag_attempts is None:
            raise NoFlags
        if selectors.flag_solved(user.pk, mission.pk):
            raise FlagFound
        attempts = FlagAttempt.objects.filter(user=user, mission=mission)
        require_below_limit(attempts, mission.flag_attempts, NoFlagAttemptsLeft)
        outcome, owner_id = _judge(user, mission, entered)
        FlagAttempt.objects.create(
            mission=mission,
            user=user,
            number=attempts.count() + 1,
            outcome=outcome,
            owner_id=owner_id,
            entered_at=clock.now(),
        )
        return selectors.flag_status(user.pk, mission)


def _judge(user: User, mission: Mission, entered: str) -> tuple[FlagOutcome, int | None]:
    """The outcome, and the owner of a flag that is somebody else's. Nobody can have a flag that was
    not issued."""
    if is_same_flag(flag_of(_secret_of(mission), mission.pk, user.pk), entered):
        return FlagOutcome.ACCEPTED, None
    found = IssuedFlag.objects.filter(mission=mission, flag_hash=flag_hash(entered)).first()
    return (FlagOutcome.OF_ANOTHER, found.user_id) if found else (FlagOutcome.WRONG, None)


def _secret_of(mission: Mission) -> bytes:
    """It is made when it is needed first."""
    context = flags_context(mission.pk)
    new = encrypt(token_bytes(SECRET_BYTES), context=context)
    row, _ = FlagSecret.objects.get_or_create(mission=mission, defaults={"encrypted": new})
    return decrypt(bytes(row.encrypted), context=context)


def flags_context(mission_id: UUID) -> str:
    return f"flags of mission {mission_id}"


# --- hints ---------------------------------------------------------------------------------------
def set_hints(*, mission_id: UUID, hints: Sequence[HintSpec]) -> Mission:
    """Replace the hints of a mission. A hint is known by its number, from 1: who unlocked it reads
    its new text, and is charged no more.

    Raises NotFound, Busy, MissionRetired and HintsTooExpensive.
    """
    with lock_parent(Mission.objects.filter(pk=mission_id)) as mission:
        if mission.state == MissionState.RETIRED:
            raise MissionRetired
        if sum(one["cost"] for one in hints) > WHOLE_SCORE:
            raise HintsTooExpensive
        for number, one in enumerate(hints, start=1):
            values = {**one, "withdrawn": False}
            Hint.objects.update_or_create(mission=mission, number=number, defaults=values)
        mission.hints.filter(number__gt=len(hints)).update(withdrawn=True)
        return mission


def unlock_hint(*, user: User, mission_id: UUID, number: int) -> HintUnlock:
    """Charge the learner for a hint, once. Raises NotFound, Busy, MissionRetired and
    MissionPassed."""
    with lock_parent(User.objects.filter(pk=user.pk)):
        mission = _offered(mission_id)
        hint = mission.hints.filter(number=number, withdrawn=False).first()
        if hint is None:
            raise NotFound
        if unlock := HintUnlock.objects.filter(user=user, hint=hint).first():
            return unlock
        if selectors.is_passed(user.pk, mission):
            raise MissionPassed
        return HintUnlock.objects.create(
            user=user, hint=hint, cost=hint.cost, unlocked_at=clock.now()
        )


def _offered(mission_id: UUID) -> Mission:
    """Raises NotFound for a draft, and MissionRetired."""
    mission = selectors.mission(mission_id)
    if mission.state == MissionState.DRAFT:
        raise NotFound
    if not selectors.offered_missions().filter(pk=mission.pk).exists():
        raise MissionRetired
    return mission
