"""Enrolments as core answers ai."""

from datetime import datetime
from uuid import UUID

from ongoza_contracts.cohorts import EnrolmentState
from ongoza_contracts.http.base import Response
from ongoza_contracts.vocabulary import UserId


class EnrolmentItem(Response):
    id: UUID
    user: UserId
    program_version: UUID
    state: EnrolmentState
    activated_at: datetime | None


class EnrolmentPage(Response):
    count: int
    next: str | None
    previous: str | None
    results: tuple[EnrolmentItem, ...]


class EnrolmentRequirements(Response):
    """Of the answer about one enrolment, what its version of the program requires."""

    required_total: int
    required_done: int | None
    """None for who may not read the progress."""
