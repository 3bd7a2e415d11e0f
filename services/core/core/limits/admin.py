from django.contrib import admin

from core.kit.admin import ReadOnlyAdmin
from core.limits.models import RateLimit


@admin.register(RateLimit)
class RateLimitAdmin(ReadOnlyAdmin):
    """Callers and accounts are hashed, so that the table names nobody."""

    list_display = ("key", "unused_at")
    list_note = (
        "Limits are counted in Valkey and last minutes. Rows are here only while Valkey is down or "
        "not set up. Who is meant by a key is hashed."
    )
    search_fields = ("key",)
    ordering = ("-unused_at",)
