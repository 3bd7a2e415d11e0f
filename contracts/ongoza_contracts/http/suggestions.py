"""Suggestions on what learners hand in: what ai reads from core, stores there, and answers."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from ongoza_contracts.http.base import Request, Response
from ongoza_contracts.submissions import SubmissionState
from ongoza_contracts.suggestions import (
    CheckVerdict,
    ModelName,
    SuggestionCheck,
    SuggestionVerdict,
)
from ongoza_contracts.vocabulary import UserId

EXEMPLARS_MIN, EXEMPLARS_MAX = 5, 8
"""Fewer accepted works of other learners are not compared with: the answer would tell of one."""
AGREEMENT_MIN = 30
"""With fewer reviews no agreement is given."""
EXEMPLAR_CHARACTERS = 1200
"""The model reads no more of a text."""
SubmissionKey = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
]


# What ai reads from core.
class SubmissionItem(Response):
    id: UUID
    user: UserId
    mission: UUID
    state: SubmissionState
    rubric_version: int


class ArtifactItem(Response):
    id: UUID
    kind: str
    text: str


class ArtifactPage(Response):
    next: str | None
    results: tuple[ArtifactItem, ...]


class MissionTask(Response):
    """Of a mission, what it asks for."""

    id: UUID
    content_id: str | None
    subtasks: tuple[str, ...]
    objectives: tuple[str, ...]
    rubric_version: int


class RubricCriterion(Response):
    position: int
    title: str
    description: str


class RubricItem(Response):
    version: int
    criteria: tuple[RubricCriterion, ...]


class Exemplars(Response):
    texts: tuple[str, ...]
    """Of accepted works of other learners, of each the beginning."""


# What ai answers.
class MissionFeedbackRequest(Request):
    submission_id: SubmissionKey
    """A draft or an attempt of the caller's, or an attempt that the caller may review."""


class EvidenceSpan(Response):
    """A passage of the work; characters are Unicode code points."""

    artifact_id: UUID
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    criterion: int | None = None
    """The position of the criterion, or of the subtask of a mission without a rubric, that it is
    about."""


class Agreement(Response):
    """How often a check and the newest reviews of the same work agreed: `ok` with work that passed,
    `attention` with work that did not."""

    reviews: int = Field(ge=0)
    """Of how many works. There is a share from 30 on; of fewer there is not enough data."""
    share: float | None = None
    low: float | None = None
    """The beginning of the interval of 95 %."""
    high: float | None = None


class CheckSuggestion(Response):
    """What a check found. A person decides what follows from it: it is no grade."""

    check: SuggestionCheck
    verdict: SuggestionVerdict
    text: str
    value: float | None = None
    """What the check counted or measured; absent without enough data."""
    evidence: tuple[EvidenceSpan, ...] = ()
    agreement: Agreement | None = None
    """Of the check, for all learners; absent while it is not known."""


class FeedbackPart(StrEnum):
    """Something that could not be read or stored at the moment."""

    SUBMISSION = "submission"
    ARTIFACTS = "artifacts"
    TASK = "task"
    EXEMPLARS = "exemplars"
    RECORD = "record"
    """The suggestions are not stored beside the submission."""


class MissionFeedback(Response):
    """Suggestions on a draft or a submission."""

    submission_id: UUID
    suggestions: tuple[CheckSuggestion, ...]
    model: ModelName
    """The model of the embeddings, with its revision."""
    rule_version: int
    missing: tuple[FeedbackPart, ...] = ()
    as_of: AwareDatetime


# What ai stores in core.
class SuggestionRecord(Request):
    on_draft: bool
    model: ModelName
    rule_version: int
    checks: tuple[CheckVerdict, ...]
