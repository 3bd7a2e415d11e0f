from typing import Any

from rest_framework import serializers

from core.kit.choices import enum_choices
from core.kit.serializers import StrictSerializer
from core.list_views.models import Dismissal
from ongoza_contracts.list_views import ITEMS_MAX, DismissalKind, ListSurface
from ongoza_contracts.vocabulary import ContentType

BATCH_MAX = 20
CONTENT_ID = rf"^({'|'.join(ContentType)})-[0-9]{{1,9}}(-[0-9]{{1,9}})?$"
TARGET = r"^[a-z0-9]+([-_][a-z0-9]+)*$"


class ListViewItemRequest(StrictSerializer):
    content_id = serializers.RegexField(CONTENT_ID, max_length=64)
    place = serializers.IntegerField(min_value=1, max_value=ITEMS_MAX, help_text="1 is the first.")
    opened = serializers.BooleanField(default=False)


class ListViewRequest(StrictSerializer):
    view_id = serializers.UUIDField(help_text="Chosen by the client for each list it shows.")
    surface = serializers.ChoiceField(choices=enum_choices(ListSurface))
    items = serializers.ListField(child=ListViewItemRequest(), min_length=1, max_length=ITEMS_MAX)

    def validate_items(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for name in ("content_id", "place"):
            if len({one[name] for one in items}) < len(items):
                raise serializers.ValidationError(f"Give each {name} once.")
        return items


class ListViewsRequest(StrictSerializer):
    views = serializers.ListField(child=ListViewRequest(), min_length=1, max_length=BATCH_MAX)


class StoredListViewsSerializer(serializers.Serializer[Any]):
    stored = serializers.IntegerField(help_text="How many of the lists are stored.")


class DismissalSerializer(serializers.ModelSerializer[Dismissal]):
    """Something that a learner does not want to see."""

    class Meta:
        model = Dismissal
        fields = ("kind", "target", "created_at", "updated_at")
        read_only_fields = fields


class DismissRequest(StrictSerializer):
    kind = serializers.ChoiceField(choices=enum_choices(DismissalKind))
    target = serializers.RegexField(
        TARGET,
        max_length=64,
        help_text="The `id` of an advice or nudge, or the `content_id` of a recommendation.",
    )
