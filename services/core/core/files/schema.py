"""Downloads and chunks of uploads in the OpenAPI document."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from rest_framework import serializers


class Download(serializers.Serializer[Any]):
    """Stands for the bytes of a file in `responses=`."""


class DownloadSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = Download

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string", "format": "binary", "description": "The bytes of a file."}


class ChunkRequest(serializers.Serializer[Any]):
    """Stands for some bytes of a file in `request=`."""


class ChunkSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    target_class = ChunkRequest

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        return {"type": "string", "format": "binary", "description": "Some bytes of a file."}
