"""Reads from core what lists are computed from."""

from collections.abc import AsyncIterator

from ai.kit.core_client import PAGE_SIZE_MAX, CoreCalls
from ongoza_contracts.http.content import ContentItem, ContentPage


def get_content(core: CoreCalls) -> AsyncIterator[ContentItem]:
    """All items that core offers; pages are requested while the caller reads on."""
    return core.pages(ContentPage, "/api/v1/content/", {"page_size": PAGE_SIZE_MAX})
