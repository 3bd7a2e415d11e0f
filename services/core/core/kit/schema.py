"""How views describe themselves in the OpenAPI document."""

from drf_spectacular.openapi import AutoSchema as Spectacular


class AutoSchema(Spectacular):
    """Groups routes by the first part of their path."""
