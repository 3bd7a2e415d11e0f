"""The life of a mission, as a table."""

from core.kit.transitions import StateMachine, Transition
from ongoza_contracts.access import Permission
from ongoza_contracts.missions import MissionState

_MANAGE = Permission.CONTENT_MANAGE

MISSION_STATES = StateMachine(
    "mission",
    (
        Transition(MissionState.DRAFT, "publish", _MANAGE, MissionState.PUBLISHED),
        Transition(MissionState.PUBLISHED, "retire", _MANAGE, MissionState.RETIRED),
        Transition(MissionState.RETIRED, "restore", _MANAGE, MissionState.PUBLISHED),
    ),
)
