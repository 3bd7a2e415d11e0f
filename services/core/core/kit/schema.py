"""Pages in the OpenAPI document."""

from functools import cache
from typing import Any

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

from core.kit.pagination import MAX_PAGE, MAX_PAGE_SIZE

PAGE = [
    OpenApiParameter(
        "page",
        {"type": "integer", "minimum": 1, "maximum": MAX_PAGE},
        description="The number of the page; the first is 1. Not beside `cursor`.",
    ),
    OpenApiParameter(
        "cursor",
        str,
        description="From `next` or `previous`. Pages by cursor skip and repeat no row when the"
        " list changes meanwhile.",
    ),
    OpenApiParameter(
        "page_size", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": 20}
    ),
]


@cache
def page_of(kind: type[serializers.BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """The same object for the same `kind`: OpenAPI wants one component of a name."""
    fields: dict[str, Any] = {
        "count": serializers.IntegerField(),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": kind(many=True),
    }
    return inline_serializer(f"{kind.__name__.removesuffix('Serializer')}Page", fields)
