"""The enumerations of conversations, which are not published."""

from enum import StrEnum


class FlagKind(StrEnum):
    """What a mentor's flag is about."""

    INACTIVITY = "inactivity"
    PROGRESS = "progress"
    WELLBEING = "wellbeing"
    SAFEGUARDING = "safeguarding"
    INTEGRITY = "integrity"
    OTHER = "other"


class FlagSeverity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
    """Somebody may be in danger."""


ESCALATED = (FlagSeverity.HIGH, FlagSeverity.CRITICAL)
"""Severities of which the learner's directors are notified."""
