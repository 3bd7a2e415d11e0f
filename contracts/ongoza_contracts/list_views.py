"""Facts about the lists that learners were shown, and about what they dismissed."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from ongoza_contracts.event import Fact, FactPart
from ongoza_contracts.vocabulary import ContentId, UserId

ITEMS_MAX = 50

DismissalTarget = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=64)
]
"""The id of an item of content, or of an advice."""


class ListSurface(StrEnum):
    """Where a list was shown."""

    HOME = "home"
    SEARCH = "search"


class ListViewItem(FactPart):
    """An item of a list that was shown."""

    content_id: ContentId
    """The id of the item that was shown."""
    place: int = Field(ge=1, le=ITEMS_MAX)
    """1 is the first."""
    opened: bool = False
    """Whether the learner opened the item from this list."""


class ListViewUpdated(
    Fact,
    type="ongoza.list-view.updated.v1",
    key=("user_id", "view_id"),
    partition="user_id",
    subjects=("user_id",),
):
    """A list was shown to a learner, or they opened an item of it. Clients report a sample."""

    user_id: UserId
    """The learner's id in core."""
    view_id: UUID
    """Chosen by the client, unique for the learner."""
    surface: ListSurface
    """Where the list was shown."""
    items: tuple[ListViewItem, ...] = Field(min_length=1, max_length=ITEMS_MAX)
    """In the order of their places."""
    created_at: AwareDatetime
    """When core was told of the list."""
    updated_at: AwareDatetime
    """When the learner last opened an item of it; before that, as `created_at`."""


class DismissalKind(StrEnum):
    """What a learner dismissed."""

    ADVICE = "advice"
    """Their nudges leave it out as well."""
    NUDGE = "nudge"
    """The advice itself is still given to those who ask for it."""
    RECOMMENDATION = "recommendation"


class DismissalUpdated(
    Fact,
    type="ongoza.dismissal.updated.v1",
    key=("user_id", "kind", "target"),
    partition="user_id",
    subjects=("user_id",),
):
    """A learner dismissed something, or took that back."""

    user_id: UserId
    """The learner's id in core."""
    kind: DismissalKind
    """What kind of thing the learner dismissed."""
    target: DismissalTarget
    """The id of the item of content or of the advice."""
    dismissed: bool
    """False after the learner took it back."""
    created_at: AwareDatetime
    """When the learner dismissed it first."""
    updated_at: AwareDatetime
    """When the learner dismissed it or took that back last."""
