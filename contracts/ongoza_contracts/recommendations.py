"""Facts about what learners are offered; ai publishes them for other teams."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact
from ongoza_contracts.vocabulary import ContentId, UserId


class RecommendationsRefreshed(Fact):
    """A learner's list of recommendations changed. The version rises with every change, but not by
    one: read nothing into its gaps."""

    type = "ongoza.recommendations.refreshed.v1"

    user_id: UserId
    content_ids: Annotated[tuple[ContentId, ...], Field(max_length=10)]
    """Best first, as the default request answers."""
    computed_at: AwareDatetime

    @property
    def key(self) -> str:
        return str(self.user_id)

    @property
    def partition_key(self) -> str:
        return str(self.user_id)
