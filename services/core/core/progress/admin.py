"""Progress can be looked at here. It is changed by its learner, through the API."""

from django.contrib import admin

from core.kit.admin import ReadOnlyAdmin
from core.progress.models import Progress


@admin.register(Progress)
class ProgressAdmin(ReadOnlyAdmin):
    list_display = ("id", "user_id", "content_id", "status", "completion_percentage", "version")
    list_filter = ("status",)
    search_fields = ("=user__id", "content__content_id")
