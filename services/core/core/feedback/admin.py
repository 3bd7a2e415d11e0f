"""Feedback can be looked at here. It is given and taken back by its learner, through the API."""

from django.contrib import admin

from core.feedback.models import Feedback
from core.kit.admin import ReadOnlyAdmin


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    list_display = ("id", "user_id", "content_id", "verdict", "version")
    list_filter = ("verdict",)
    search_fields = ("=user__id", "content__content_id")
