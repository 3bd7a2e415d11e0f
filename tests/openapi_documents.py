"""core's OpenAPI documents, as its two routes serve them."""

from functools import cache
from typing import Any

from core.kit.openapi import InternalDocument, PublicDocument


@cache
def core_document(generator: type[PublicDocument] | type[InternalDocument]) -> dict[str, Any]:
    """Generated once in a process; callers must not change it."""
    document: dict[str, Any] = generator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return document
