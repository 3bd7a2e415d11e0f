from typing import Any

from pydantic import Field

from ongoza_contracts.http.base import Request, Response
from ongoza_contracts.vocabulary import ContentId, ContentType, Percentage, ProgressStatus, UserId


class ProgressDatum(Request):
    id: int
    user_id: UserId
    content_id: ContentId
    content_type: ContentType = Field(strict=False)
    status: ProgressStatus = Field(strict=False)
    completion_percentage: Percentage
    score: Percentage | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)


class PersonalityRequest(Request):
    user_id: UserId
    progress_data: list[ProgressDatum] = Field(max_length=1000)


class Trait(Response):
    name: str
    score: float = Field(ge=0, le=1)
    description: str


class PersonalityResponse(Response):
    user_id: UserId
    traits: list[Trait]
    summary: str
    recommendations: list[str]
