"""Facts about suggestions on what learners hand in."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from ongoza_contracts.event import Fact, FactPart
from ongoza_contracts.vocabulary import ID_MAX, UserId, unit

ModelName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._/@-]{1,200}$")]


class SuggestionCheck(StrEnum):
    """What of the work a suggestion is about."""

    ARTIFACT_KINDS = "artifact_kinds"
    LENGTH = "length"
    SECTIONS = "sections"
    SECRETS = "secrets"
    SIMILARITY = "similarity"


class SuggestionVerdict(StrEnum):
    """No grade: whether the check found something to look at."""

    OK = "ok"
    ATTENTION = "attention"
    NOT_ENOUGH_DATA = "not_enough_data"


class CheckVerdict(FactPart):
    check: SuggestionCheck
    """What of the work was checked."""
    verdict: SuggestionVerdict
    """What the check found."""
    value: float | None = Field(
        default=None, ge=0, le=ID_MAX, json_schema_extra=unit("as the check counts")
    )
    """What the check counted or measured; absent without enough data."""


class SuggestionUpdated(
    Fact,
    type="ongoza.suggestion.updated.v1",
    key=("suggestion_id",),
    partition="user_id",
    subjects=("user_id",),
):
    """A suggestion was made on a submission, or another took its place. Neither the work nor the
    words of the suggestion are published."""

    suggestion_id: UUID
    """A UUID of version 7."""
    user_id: UserId
    """The learner whose work it is."""
    submission_id: UUID
    """The submission that the suggestion is about."""
    on_draft: bool
    """Whether the work could still change when the suggestion was made."""
    model: ModelName
    """The model of the embeddings, with its revision."""
    rule_version: int = Field(ge=1, le=ID_MAX)
    """The version of the rules that the checks followed."""
    checks: tuple[CheckVerdict, ...] = Field(max_length=len(SuggestionCheck))
    """Each check at most once; one that could not be made is absent."""
    created_at: AwareDatetime
    """When the suggestion was made."""
    updated_at: AwareDatetime
    """When the suggestion changed last."""
