"""Facts about what learners are offered; ai publishes them for other teams."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import ContentId, UserId


class RecommendationsRefreshed(
    Fact,
    type="ongoza.recommendations.refreshed.v1",
    key=("user_id",),
    partition="user_id",
    subjects=("user_id",),
):
    """A learner's list of recommendations changed. The version rises with every change, by one or
    more: gaps have no meaning."""

    user_id: UserId
    """The learner's id in core."""
    content_ids: Annotated[tuple[ContentId, ...], Field(max_length=10)]
    """Best first, like the response to a request without parameters."""
    computed_at: AwareDatetime
    """When ai computed the list."""
