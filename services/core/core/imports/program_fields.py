"""The parts of a program's file, checked as the API checks bodies."""

from typing import Any

from rest_framework import serializers

from core.imports.row_fields import ContentRow, NamesContent
from core.kit.serializers import ProseField, StrictSerializer
from core.programs.program_serializers import AddProgramRequest
from core.programs.serializers import ExternalIdSerializer
from ongoza_contracts.programs import ITEMS_MAX


class ProgramPart(AddProgramRequest):
    """Fields of a program. Those that the file of an existing one leaves out stay as they are."""


class ItemPart(ContentRow):
    """A course, module or mission of the program; more external ids than one have a list."""

    program = None  # type: ignore[assignment]
    external_ids = serializers.ListField(  # type: ignore[assignment]
        child=ExternalIdSerializer(), max_length=50
    )


class PlacePart(NamesContent):
    """An item that stands in a milestone."""

    required = serializers.BooleanField(default=True)  # type: ignore[assignment]


class MilestonePart(StrictSerializer):
    """A milestone, which is found by its title."""

    title = serializers.CharField(max_length=200)
    description = ProseField(max_length=4000, allow_blank=True, required=False)
    items = serializers.ListField(child=PlacePart(), max_length=ITEMS_MAX, default=list)


class ProgramFile(serializers.Serializer[Any]):
    """A program's file as the OpenAPI document has it."""

    program = serializers.DictField()
    content = serializers.ListField(child=serializers.DictField())
    milestones = serializers.ListField(child=serializers.DictField())


def external_ids_of(values: dict[str, Any]) -> set[tuple[str, str]]:
    """The external ids that a part or row names, as pairs of source and id."""
    pairs = {(one["source"], one["external_id"]) for one in values.get("external_ids", ())}
    if "external_id" in values:
        pairs.add((values["external_source"], values["external_id"]))
    return pairs
