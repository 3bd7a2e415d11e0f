from pydantic import Field

from ongoza_contracts.http.base import Request, Response
from ongoza_contracts.vocabulary import ContentId, ContentType, UserId

LIMIT_DEFAULT = 10
LIMIT_MAX = 50


class RecommendationRequest(Request):
    user_id: UserId
    content_type: ContentType | None = Field(default=None, strict=False)
    limit: int = Field(default=LIMIT_DEFAULT, ge=1, le=LIMIT_MAX)


class Recommendation(Response):
    content_id: ContentId
    content_type: ContentType
    title: str
    description: str
    score: float = Field(ge=0, le=1)
    """How well the item fits the learner, comparable within one list only."""
    reason: str


class RecommendationResponse(Response):
    user_id: UserId
    recommendations: tuple[Recommendation, ...]
    total: int = Field(ge=0)
    """How many are in `recommendations`."""
