"""Facts about programs: the lists of content that learners are enrolled in."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from ongoza_contracts.event import Fact, FactPart
from ongoza_contracts.vocabulary import ID_MAX, ContentId

ITEMS_MAX = 500
"""The most items of one version of a program: its fact stays well below the limit of a record."""

ProgramId = Annotated[int, Field(ge=1, le=ID_MAX)]


class ProgramVersionItem(FactPart):
    """An item of a program's version, with its place."""

    content_id: ContentId
    """The id of the item of content."""
    milestone: int = Field(ge=1, le=ITEMS_MAX)
    """The position of its milestone within the version. A module has that of its course."""
    required: bool
    """Whether the program is completed only with this item."""


class ProgramVersionPublished(
    Fact,
    type="ongoza.program_version.published.v1",
    key=("program_version_id",),
    partition="program_version_id",
):
    """A version of a program was published. It never changes: new content is a new version."""

    program_version_id: UUID
    """A UUID of version 7."""
    program_id: ProgramId
    """The program the version belongs to."""
    number: int = Field(ge=1, le=ID_MAX)
    """Counts the versions of the program, from 1."""
    items: tuple[ProgramVersionItem, ...] = Field(min_length=1, max_length=ITEMS_MAX)
    """In the order in which they are to be taken."""
    published_at: AwareDatetime
    """When the version was published."""
    updated_at: AwareDatetime
    """When the version was recorded last; its content never changes."""
