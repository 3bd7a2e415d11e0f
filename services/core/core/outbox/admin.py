"""The audit trail: every fact that was published, by entity and by actor."""

from django.contrib import admin

from core.kit.admin import ReadOnlyAdmin
from core.outbox.models import FactHistory


@admin.register(FactHistory)
class FactHistoryAdmin(ReadOnlyAdmin):
    list_display = ("time", "type", "key", "version", "actor", "request_id")
    list_filter = ("topic", "type")
    search_fields = ("=key", "=actor", "=request_id")
    search_help_text = "A key, an actor such as 'user:42', or a request id: exactly as recorded."
    show_full_result_count = False
