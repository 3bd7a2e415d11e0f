"""Sessions can be looked at here. They are changed by their learner, through ai's API."""

from django.contrib import admin

from core.kit.admin import ReadOnlyAdmin
from core.profiling.models import ProfilingSession


@admin.register(ProfilingSession)
class ProfilingSessionAdmin(ReadOnlyAdmin):
    list_display = ("id", "user_id", "questionnaire", "status", "created_at", "version")
    list_filter = ("status", "questionnaire")
    search_fields = ("=user__id",)
